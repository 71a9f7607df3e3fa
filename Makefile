# Every target sets up .venv first, when it is missing or when pyproject.toml or constraints.txt have changed.

PYTHON ?= python3
Q ?= what did Rubio say about territory?
STORE ?= .store
PORT ?= 7860
JOBS ?= 2
LLM ?= $(or $(RAG_LLM),auto)
export Q STORE LLM PORT JOBS
HUB_OFFLINE := $(HF_HUB_OFFLINE)
export HF_HUB_OFFLINE ?= 1

BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
RUN := .venv/bin
INSTALLED := .venv/installed
INSTALLED_DEV := .venv/installed-dev

.PHONY: help ask chat test check eval bench image clean

ask: $(INSTALLED)      ## ask the seed documents: make ask Q="…"; LLM=none quotes only, and fetches no model
	@test -e "$$STORE/store.db" || echo "Adding the seed documents to $$STORE (once) …" >&2
	@$(RUN)/rag add seeds --store "$$STORE" --quiet
	@if [ "$$LLM" = auto ] && ! $(RUN)/rag models path qwen2.5-1.5b > /dev/null 2>&1; then \
		echo "Fetching the language model qwen2.5-1.5b (1.1 GB, once; LLM=none does without) …" >&2; \
		HF_HUB_OFFLINE=$(HUB_OFFLINE) $(RUN)/rag models pull qwen2.5-1.5b || echo "Going on without a language model."; \
	fi
	@$(RUN)/rag ask --store "$$STORE" --llm "$$LLM" -- "$$Q"

chat: $(INSTALLED)     ## the chat in a browser, over the seed documents: make chat PORT=7860 LLM=none
	@test -e "$$STORE/store.db" || echo "Adding the seed documents to $$STORE (once) …" >&2
	@$(RUN)/rag add seeds --store "$$STORE" --quiet
	@$(RUN)/rag-ui --store "$$STORE" --port "$$PORT" --llm "$$LLM"

test: $(INSTALLED_DEV) ## run all tests but the slow ones, in two processes: make test JOBS=8
	@$(RUN)/rag models path smollm2-135m > /dev/null 2>&1 || HF_HUB_OFFLINE=$(HUB_OFFLINE) $(RUN)/rag models pull smollm2-135m \
		|| echo "Going on without: the tests with a small language model are left out."
	@for name in $(BROWSERS); do command -v $$name; done | grep -q . \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq > /dev/null \
			&& apt-get install -y -qq --no-install-recommends chromium > /dev/null 2>&1; } \
		|| echo "Going on without: there is no Chrome or Chromium here, the tests in a browser are left out."
	@command -v cc > /dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq > /dev/null \
			&& apt-get install -y -qq --no-install-recommends gcc libc6-dev > /dev/null 2>&1; } \
		|| echo "Going on without: there is no C compiler here, what leaves the machine is seen in Python alone."
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update -qq > /dev/null \
			&& apt-get install -y -qq --no-install-recommends postgresql > /dev/null 2>&1; } \
		|| echo "Going on without: there is no PostgreSQL here, the tests of stores on a server are left out."
	$(RUN)/python -m pytest -n "$$JOBS" --dist loadfile --no-loadscope-reorder

check: $(INSTALLED_DEV) ## style, types and import rules
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/mypy
	$(RUN)/python -m pytest --quiet --durations=0 tests/project/test_imports.py

eval: $(INSTALLED)     ## the gate: are citations faithful? (more sets with EVAL_DATA)
	$(RUN)/python -m eval gate

bench: $(INSTALLED_DEV) ## time adding documents against the raw model (needs EVAL_DATA)
	$(RUN)/python -m eval ingest

image: $(INSTALLED_DEV) ## carry out the Dockerfile without Docker and run what it makes (root, on Linux)
	$(RUN)/python -m pytest -m slow -s tests/project/test_image.py

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

clean:           ## remove everything that make made
	rm -rf .venv .store

$(INSTALLED): pyproject.toml constraints.txt
	@echo "Setting up .venv with $(PYTHON) (once, some minutes) …" >&2
	@test -x $(RUN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what it needs into .venv …" >&2
	@$(RUN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[llm,ui]' >&2
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo "Installing what tests and checks need into .venv …" >&2
	@$(RUN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]' >&2
	@touch $@
