"""Files read, cut and embedded by other processes or machines, ahead of the one process that stores them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from rag.errors import RagError, ReadError
from rag.ingestion.cutting import Cut, cut_text, passages_of
from rag.ingestion.entries import id_of, read_entries
from rag.ingestion.finding import SourceFile
from rag.protocols import Embedder, FloatArray, Reader
from rag.storage import NewPassage
from rag.types import Budget, Document

__all__ = ["Done", "Workers", "work"]

_PASSAGES_AT_A_TIME = 64


class Done(NamedTuple):
    """What became of a file that holds one document.

    cut: None when it cannot be read; `reason` says why. vectors: of its passages, by embedding hash.
    """

    cut: Cut | None
    passages: list[NewPassage]
    vectors: Mapping[bytes, FloatArray]
    reason: str = ""


class Workers(Protocol):
    """What works ahead, on files in the order in which they are then asked for."""

    def expect(self, files: Iterable[SourceFile]) -> None:
        """The files that will be asked for; each is opened shortly before it is."""

    def take(self, file: SourceFile) -> tuple[Done, str] | None:
        """What became of the file, with SHA-256 of what was read; None when it has to be read here.

        Raises:
            SettingsError: the workers cannot work by these settings.
        """


def work(
    file: SourceFile,
    content: bytes,
    *,
    reader: Reader,
    embedder: Embedder,
    budget: Budget,
    passage_tokens: int,
) -> Done:
    """Read, cut and embed a file that lies elsewhere.

    content: its bytes.
    """
    with tempfile.TemporaryDirectory(prefix="chapter-and-verse-") as folder:
        here = file._replace(path=Path(folder, file.path.name))
        here.path.write_bytes(content)
        try:
            (document,) = read_entries(reader, here.path, budget, charset=file.origin.charset if file.origin else "")
            assert isinstance(document, Document)  # noqa: S101 - of a file that holds one
            told = file.origin.told_of(document, here.path) if file.origin else document
            named = replace(told, source=file.source, id=id_of(file.source, told.text))
            cut = cut_text(named, budget)
        except ReadError as error:
            return Done(None, [], {}, error.reason)
        except RagError:
            raise
        except Exception as error:  # of a rule that did not foresee such a text
            return Done(None, [], {}, f"cutting it failed with {type(error).__name__} ({error}) - leave it out")
    passages = passages_of(cut, [(0, len(cut.spans))], embedder, passage_tokens)
    vectors: dict[bytes, FloatArray] = {}
    for start in range(0, len(passages), _PASSAGES_AT_A_TIME):
        part = passages[start : start + _PASSAGES_AT_A_TIME]
        texts, spans = zip(*(passage.as_embedded(cut.document.text) for passage in part), strict=True)
        whole, sentences = embedder.embed_sentences(texts, spans)
        for row, passage in enumerate(part):
            vectors[passage.embedding_hash] = np.vstack([whole[row : row + 1], sentences[row]])
    return Done(cut, passages, vectors)
