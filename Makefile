# Every target sets up .venv first, when it is missing or when pyproject.toml or constraints.txt have changed.

PYTHON ?= python3
Q ?= what did Rubio say about territory?
STORE ?= .store
export Q STORE
export HF_HUB_OFFLINE ?= 1

RUN := .venv/bin
INSTALLED := .venv/installed
INSTALLED_DEV := .venv/installed-dev

.PHONY: help ask test check eval bench clean

ask: $(INSTALLED)      ## ask the seed documents: make ask Q="…"
	@$(RUN)/rag add seeds --store "$$STORE" --quiet
	@$(RUN)/rag ask --store "$$STORE" -- "$$Q"

test: $(INSTALLED_DEV) ## run all tests but the slow ones
	$(RUN)/python -m pytest

check: $(INSTALLED_DEV) ## style, types and import rules
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/mypy
	$(RUN)/python -m pytest --quiet --durations=0 tests/project/test_imports.py

eval: $(INSTALLED)     ## measure answers over the gold questions
	$(RUN)/python -m eval seeds

bench: $(INSTALLED)    ## time adding documents against the raw model (needs EVAL_DATA)
	$(RUN)/python -m eval ingest

help:            ## list the targets
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/'

clean:           ## remove everything that make made
	rm -rf .venv .store

$(INSTALLED): pyproject.toml constraints.txt
	@test -x $(RUN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (once, some minutes) …"
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
