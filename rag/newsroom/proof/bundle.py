"""An answer as a bundle: one ZIP file with the answer, the texts that it quotes, and what it takes to check them.

The same answer of the same store gives the same bytes, so that the SHA-256 of the file names it. Nothing of this
machine but the names of files goes into it: no folders, and no sentence of a document that the answer does not quote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from typing import Any, NamedTuple

from rag.answering.citations import N_CHARACTERS
from rag.answering.serialisation import to_dict
from rag.errors import NotFoundError
from rag.newsroom.proof.page import page_of
from rag.newsroom.proof.verify import packed
from rag.newsroom.references.works import name_of
from rag.types import Answer, Citation, Document, SaidElsewhere, Span

__all__ = ["Source", "bundle_of"]

_KEPT = ("author", "publisher", "url", "language")


class Source(NamedTuple):
    """A cited document, and SHA-256 of the bytes that it was read from; empty where that is not known."""

    document: Document
    sha256: str


def bundle_of(answer: Answer, sources: Sequence[Source], *, made_by: Mapping[str, str], asked_at: str) -> bytes:
    """The bytes of the bundle.

    sources: of every document that the answer cites.
    made_by: what made the answer, by role: program, embedder, and so on.

    Raises:
        NotFoundError: the answer cites nothing, so that there is nothing to prove.
    """
    if not answer.citations:
        raise NotFoundError(f"cannot bundle answer {answer.id!r}: it cites nothing - bundle one that does")
    scores = {(each.document_id, each.span): each.score for each in answer.evidence}
    shown = _without_folders(answer)
    documents = {source.document.id: source.document for source in sources}
    contexts = {each.number: _around(each, documents[each.document_id].text) for each in shown.citations}
    texts = {source.document.id: f"texts/{n}.txt" for n, source in enumerate(sources, start=1)}
    verifiers = sorted({verified.verdict.verifier_id for verified in answer.claims})
    roles = {**made_by, "generator": answer.generator, "prompt": answer.prompt, "verifier": ", ".join(verifiers)}
    proof = {
        "answer": answer.id,
        "asked_at": asked_at,
        "made_by": roles,
        "contexts": {str(number): [span.start, span.end] for number, span in contexts.items()},
        "scores": {str(each.number): _rounded(scores.get((each.document_id, each.span))) for each in answer.citations},
        "documents": [_facts(source, texts[source.document.id]) for source in sources],
    }
    package = files("rag.newsroom.proof")
    members = {
        "README.txt": package.joinpath("README.txt").read_bytes(),
        "answer.html": page_of(
            shown, documents, contexts, {"answer": answer.id, "asked at": asked_at, **roles}
        ).encode(),
        "answer.json": _written(to_dict(shown)),
        "proof.json": _written(proof),
        "verify.py": package.joinpath("verify.py").read_bytes(),
    }
    return packed(members | {texts[source.document.id]: source.document.text.encode() for source in sources})


def _written(value: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


def _facts(source: Source, text: str) -> dict[str, Any]:
    document = source.document
    return {
        "document_id": document.id,
        "text": text,
        "source": name_of(document.source),
        "title": document.title,
        "media_type": document.media_type,
        "published": document.published,
        **{name: document.metadata[name] for name in _KEPT if name in document.metadata},
        "n_characters": len(document.text),
        "text_sha256": sha256(document.text.encode()).hexdigest(),
        "source_sha256": source.sha256,
    }


def _without_folders(answer: Answer) -> Answer:
    """The answer with files named without the folders of this machine, and without the sentences it does not cite."""
    citations = tuple(
        replace(
            each,
            source=name_of(each.source),
            also_in=tuple(map(name_of, each.also_in)),
            said_elsewhere=tuple(map(_elsewhere_without_folder, each.said_elsewhere)),
        )
        for each in answer.citations
    )
    by_number = {each.number: each for each in citations}
    claims = tuple(
        replace(each, claim=replace(each.claim, citations=tuple(by_number[c.number] for c in each.claim.citations)))
        for each in answer.claims
    )
    return replace(answer, citations=citations, claims=claims, evidence=())


def _elsewhere_without_folder(place: SaidElsewhere) -> SaidElsewhere:
    return replace(place, source=name_of(place.source), also_in=tuple(map(name_of, place.also_in)))


def _around(citation: Citation, text: str) -> Span:
    """The paragraph around the citation, as far as it is not too long, from word to word."""
    start, end = citation.span.start, citation.span.end
    first = max(text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0, start - N_CHARACTERS)
    found = text.find("\n\n", end)
    last = min(found if found >= 0 else len(text), end + N_CHARACTERS)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return Span(start=first, end=last)
