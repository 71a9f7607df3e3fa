"""Backends by name, and objects made of them: each part is imported and built when it is first needed, not before.

The only file that knows all backends. What is built is closed with the object that it is a part of.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar, overload

from rag.errors import BackendError

__all__ = [
    "BACKENDS",
    "ISOLATED_READERS",
    "ISOLATION",
    "NEEDED_LIBRARY",
    "READERS",
    "Parts",
    "build",
    "build_reader",
    "built_once",
    "load",
]

Part = TypeVar("Part")

BACKENDS: dict[str, dict[str, str]] = {
    "embedder": {
        "onnx": "rag.embedders.onnx:OnnxEmbedder",
        "sentence-transformers": "rag.embedders.sentence_transformers:SentenceTransformersEmbedder",
        "llama-index": "rag.embedders.llama_index:LlamaIndexEmbedder",
        "hashing": "rag.embedders.hashing:HashingEmbedder",
    },
    "vector_index": {
        "faiss": "rag.indexes.faiss:FaissIndex",
        "exact": "rag.indexes.exact:ExactIndex",
        "milvus": "rag.indexes.milvus:MilvusIndex",
    },
    "word_index": {"fts": "rag.indexes.fts:FtsIndex"},
    "reranker": {
        "overlap": "rag.rerankers.overlap:OverlapReranker",
        "reader": "rag.rerankers.reader:ReaderReranker",
        "cross-encoder": "rag.rerankers.cross_encoder:CrossEncoderReranker",
    },
    "generator": {
        "extractive": "rag.generators.extractive:ExtractiveGenerator",
        "llama-cpp": "rag.generators.llama_cpp:LlamaCppGenerator",
        "llama-index": "rag.generators.llama_index:LlamaIndexGenerator",
        "openai-like": "rag.generators.llama_index:OpenAILikeGenerator",
    },
    "verifier": {
        "combined": "rag.verifiers.combined:CombinedVerifier",
        "rules": "rag.verifiers.rules:RulesVerifier",
        "rules-then-model": "rag.verifiers.rules:RulesThenModelVerifier",
        "entailment": "rag.verifiers.entailment:EntailmentVerifier",
        "judge": "rag.verifiers.judge:OpenAILikeJudgeVerifier",
        "judge-llama-cpp": "rag.verifiers.judge:LlamaCppJudgeVerifier",
    },
}

READERS: dict[str, str] = {
    ".txt": "rag.readers.text:TextReader",
    ".text": "rag.readers.text:TextReader",
    ".md": "rag.readers.markdown:MarkdownReader",
    ".markdown": "rag.readers.markdown:MarkdownReader",
    ".html": "rag.readers.html:HtmlReader",
    ".htm": "rag.readers.html:HtmlReader",
    ".xhtml": "rag.readers.html:HtmlReader",
    ".docx": "rag.readers.office.docx:DocxReader",
    ".docm": "rag.readers.office.docx:DocxReader",
    ".pptx": "rag.readers.office.pptx:PptxReader",
    ".ppsx": "rag.readers.office.pptx:PptxReader",
    ".xlsx": "rag.readers.office.spreadsheet:XlsxReader",
    ".xlsm": "rag.readers.office.spreadsheet:XlsxReader",
    ".csv": "rag.readers.office.spreadsheet:CsvReader",
    ".tsv": "rag.readers.office.spreadsheet:CsvReader",
    ".odt": "rag.readers.office.open_document:OpenDocumentReader",
    ".ods": "rag.readers.office.open_document:OpenDocumentReader",
    ".odp": "rag.readers.office.open_document:OpenDocumentReader",
    ".epub": "rag.readers.epub:EpubReader",
    ".rtf": "rag.readers.rtf:RtfReader",
    ".eml": "rag.readers.mail:EmailReader",
    ".mbox": "rag.readers.mailbox:MailboxReader",
    ".json": "rag.readers.json_feed:JsonFeedReader",
    ".jsonl": "rag.readers.json_feed:JsonFeedReader",
    ".ndjson": "rag.readers.json_feed:JsonFeedReader",
    ".xml": "rag.readers.feed:FeedReader",
    ".rss": "rag.readers.feed:FeedReader",
    ".atom": "rag.readers.feed:FeedReader",
    ".pdf": "rag.readers.pdf:PdfReader",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"), "rag.readers.pdf.pages:ImageReader"),
}

NEEDED_LIBRARY: dict[str, str] = {"rag.readers.pdf.pages:ImageReader": "rapidocr"}
"""Reader → what has to be installed, or it reads nothing; without it, such files in a folder are of no known kind."""

ISOLATED_READERS: frozenset[str] = frozenset(READERS.values()) - {"rag.readers.text:TextReader"}
"""Readers of formats in which one bad file can hang, crash or fill the memory; they run in `ISOLATION`.

All of ours but that of plain text, which takes no more than its bytes: to start a process costs more than to read one.
"""

ISOLATION = "rag.readers.isolated:Isolation"
RAY_WORKERS = "rag.assembly.ray_workers:RayWorkers"


def build(socket: str, name: str, **arguments: Any) -> Any:
    """The backend of `socket` called `name`, which may also be given as `module:Class`.

    Raises:
        BackendError: no backend has that name, or a library that it needs is not installed.
    """
    known = BACKENDS[socket]
    target = known.get(name, name)
    if ":" not in target:
        raise BackendError(f"no {socket} is called {name!r} - use one of {', '.join(known)}, or module:Class")
    make = load(target)
    try:
        return make(**arguments)
    except ImportError as error:
        raise _missing(target, error) from error


def build_reader(target: str, *, max_bytes: int) -> Any:
    """The reader that `target`, written `module:Class`, names: one of ours, or one of LlamaIndex made one of ours.

    Raises:
        BackendError: there is no such class, it is no reader, or a library that it needs is not installed.
    """
    named = load(target)
    if hasattr(named, "read") or hasattr(named, "read_each"):
        return named(max_bytes=max_bytes)
    return load("rag.readers.llama_index:LlamaIndexReader")(target, max_bytes=max_bytes)


def load(target: str) -> Any:
    """The class that `target`, written `module:Class`, names.

    Raises:
        BackendError: there is no such module or class, or a library that it needs is not installed.
    """
    module_name, _, class_name = target.partition(":")
    try:
        module = import_module(module_name)
    except ImportError as error:
        raise _missing(target, error) from error
    except (TypeError, ValueError) as error:  # how `import_module` refuses "" and ".relative"
        raise BackendError(f"cannot load {target!r}: {module_name!r} names no module - write module:Class") from error
    if not hasattr(module, class_name):
        raise BackendError(f"cannot load {target!r}: {module_name!r} has no {class_name!r} - check the spelling")
    return getattr(module, class_name)


def _missing(target: str, error: ImportError) -> BackendError:
    reason = f"module {error.name!r} is missing" if isinstance(error, ModuleNotFoundError) else str(error)
    extra = _EXTRA_WITH.get((error.name or "").partition(".")[0])
    how = f"pip install 'chapter-and-verse[{extra}]'" if extra else "install what it needs"
    return BackendError(f"cannot load {target!r}: {reason} - {how}, or name another backend")


_EXTRA_WITH = {
    **dict.fromkeys(("sentence_transformers", "torch", "transformers"), "torch"),
    "pymilvus": "milvus",
    "ray": "ray",
}


class Parts:
    """The base of an object with parts that are `built_once`. Safe to share between threads."""

    def __init__(self) -> None:
        self._building = threading.RLock()
        self._built: list[object] = []

    def close(self) -> None:
        """Close the parts that were built and can be closed, the last first, each of them whatever another raises."""
        with self._building:
            built = list({id(part): part for part in self._built}.values())
        with ExitStack() as closing:
            for part in built:
                if close := getattr(part, "close", None):
                    closing.callback(close)


class built_once(cached_property[Part]):  # noqa: N801 - a decorator
    """A part of `Parts`, built when it is first needed, by one thread; `cached_property` alone has no lock."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> built_once[Part]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Part: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> built_once[Part] | Part:
        if instance is None:
            return self
        assert isinstance(instance, Parts)  # noqa: S101 - what the decorator is for
        with instance._building:
            is_new = self.attrname not in vars(instance)
            part = super().__get__(instance, owner)
            if is_new:
                instance._built.append(part)
            return part
