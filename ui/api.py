"""What other programs can ask of a running app: the same JSON as the command line prints.

Gradio offers these functions by name to its clients and, with `--mcp`, as tools to language models, for which the
docstrings are the manual.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from rag import Assistant, Citation, NotFoundError, SettingsError, Span, citation_to_dict, to_dict

__all__ = ["TOOL_SUFFIX", "Api", "Endpoint", "endpoints"]

TOOL_SUFFIX = "_tool"
"""What the names of endpoints end in that are tools; the tools themselves are named without it."""

_MOST_SENTENCES = 100


class Endpoint(NamedTuple):
    """A function that is offered under a name; `is_tool` when language models may call it, too."""

    name: str
    function: Callable[..., dict[str, Any] | str]
    is_tool: bool


def endpoints(assistant: Assistant, *, has_tools: bool = False) -> Sequence[Endpoint]:
    """What a running app offers; files come to `add` in Gradio's own way, so that the app offers it itself.

    has_tools: whether `ask`, `search` and `open_source` are offered as tools, too; these give JSON as text, because
        Gradio would write a mapping as Python does. They come first, since it calls a second function of the same
        name otherwise.
    """
    api = Api(assistant)
    reading = (api.ask, api.search, api.open_source)
    tools = [Endpoint(function.__name__ + TOOL_SUFFIX, _as_text(function), is_tool=True) for function in reading]
    return (
        *(tools if has_tools else ()),
        *(Endpoint(function.__name__, function, is_tool=False) for function in (*reading, api.source, api.documents)),
    )


class Api:
    """The functions, over one assistant. Each raises `RagError` with a sentence for people."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: str) -> dict[str, Any]:
        """Answer a question only with what the documents say, or say that they do not answer it.

        Every citation is a verbatim sentence of a document, with its place. When "status" is "abstained", the documents
        do not answer, and "evidence" holds the nearest sentences, which must not be taken for an answer.

        Args:
            question: What to find out, as a whole question that can be understood alone.
        """
        return to_dict(self._assistant.ask(question))

    def search(self, question: str, n_sentences: int = 10) -> dict[str, Any]:
        """Find the sentences of the documents that fit a question best, best first, without answering it.

        Args:
            question: What to look for.
            n_sentences: How many sentences to return at most, 1 to 100.
        """
        if not 1 <= n_sentences <= _MOST_SENTENCES:
            raise SettingsError(f"cannot return {n_sentences!r} sentences - ask for 1 to {_MOST_SENTENCES}")
        found = self._assistant.retrieve(question, k=n_sentences)
        sentences = [
            {
                "document_id": sentence.document_id,
                "source": sentence.source,
                "title": sentence.title,
                "start": sentence.span.start,
                "end": sentence.span.end,
                "quote": sentence.quote,
                "score": round(sentence.score, 4),
                "published": sentence.published,
                "speaker": sentence.speaker,
            }
            for sentence in found
        ]
        return {"question": question, "evidence": sentences}

    def documents(self) -> dict[str, Any]:
        """List the documents that are searched, with their ids, titles, sources and dates."""
        return {"documents": [asdict(document) for document in self._assistant.documents()]}

    def source(self, answer_id: str, citation: int) -> dict[str, Any]:
        """Open a citation of an answer in its place: the quote, what stands before and after it, and where.

        Args:
            answer_id: The "id" of an answer that was given before.
            citation: The number of the citation in that answer.
        """
        answer = self._assistant.answer(answer_id)
        for cited in answer.citations:
            if cited.number == citation:
                return {**citation_to_dict(cited), **self._assistant.context(cited)._asdict()}
        raise NotFoundError(
            f"cannot open citation {citation}: that answer has {len(answer.citations)} citations - choose one of them"
        )

    def open_source(self, document_id: str, start: int, end: int) -> dict[str, Any]:
        """Open a place in a document: the text at the given positions, and what stands before and after it.

        Args:
            document_id: The "document_id" of a citation or of a sentence that was found.
            start: Where the text begins, in characters from the start of the document.
            end: Where it ends; the character at that position is not included.
        """
        document = self._assistant.document(document_id)
        if not 0 <= start < end <= len(document.text):
            raise SettingsError(
                f"cannot open {start}-{end} of a document with {len(document.text)} characters - choose a part of it"
            )
        place = Citation(
            number=1,
            document_id=document.id,
            source=document.source,
            title=document.title,
            span=Span(start=start, end=end),
            quote=document.text[start:end],
            line=document.text.count("\n", 0, start) + 1,
            published=document.metadata.get("published", ""),
        )
        return {**citation_to_dict(place), **self._assistant.context(place)._asdict()}

    def add(self, files: list[tuple[str, Path]]) -> dict[str, Any]:
        """Add documents that were uploaded: pairs of the file's name and where it lies now."""
        return asdict(self._assistant.add_uploads(files))


def _as_text(function: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    @functools.wraps(function)
    def written(*arguments: Any, **named: Any) -> str:
        return json.dumps(function(*arguments, **named), ensure_ascii=False)

    return written
