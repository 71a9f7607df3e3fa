"""What other programs can ask of a running app: the same JSON as the command line prints.

Gradio offers these functions by name to its clients and, with `--mcp`, as tools to language models, for which the
docstrings are the manual. What a client sends may be anything: it is checked here, and refused with a sentence.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from rag import (
    Citation,
    NotFoundError,
    QuestionError,
    SettingsError,
    Turn,
    citation_to_dict,
    diff_to_dict,
    draft_to_dict,
    timeline_to_dict,
    to_dict,
)
from ui.desk_results import ConflictsJson, DiffJson, DraftJson, QuotesReportJson, SpeakersJson, TimelineJson
from ui.places import place_at
from ui.preferences import Assistants, LlmKind, Preferences
from ui.results import AnswerJson, DocumentsJson, FoundJson, OpenedJson, PlaceJson, ReportJson, TurnJson
from ui.server.ownership import Ownership
from ui.tabs.library import delete_upload

__all__ = ["TOOL_SUFFIX", "Api", "Endpoint", "endpoints"]

TOOL_SUFFIX = "_tool"
"""What the names of endpoints end in that are tools; the tools themselves are named without it."""

_MOST_SENTENCES = 100
_MOST_TURNS = 100


class Endpoint(NamedTuple):
    """A function that is offered under a name; `is_tool` when language models may call it, too."""

    name: str
    function: Callable[..., object]
    is_tool: bool


def endpoints(api: Api, *, has_tools: bool = False) -> Sequence[Endpoint]:
    """What a running app offers; files come to `add` in Gradio's own way, so that the app offers it itself.

    has_tools: whether what reads is offered as tools, too; these give JSON as text, because Gradio would write a
        mapping as Python does. They come first, since it calls a second function of the same name otherwise.
    """
    reading: tuple[Callable[..., object], ...] = (
        *(api.ask, api.search, api.open_source, api.check_draft),
        *(api.quotes, api.speakers),
        *(api.diff, api.timeline, api.conflicts),
    )
    tools = [Endpoint(function.__name__ + TOOL_SUFFIX, _as_text(function), is_tool=True) for function in reading]
    return (
        *(tools if has_tools else ()),
        *(Endpoint(function.__name__, function, is_tool=False) for function in (*reading, api.source, api.documents)),
    )


class Api:
    """The functions, over the app's assistants. Each raises `RagError` with a sentence for people.

    `user` is who asks, which the app knows, and no client says; empty where there are no users.
    """

    def __init__(self, assistants: Assistants, ownership: Ownership) -> None:
        self._assistants = assistants
        self._assistant = assistants.started
        self._ownership = ownership

    def ask(
        self,
        question: str,
        history: list[TurnJson] | None = None,
        where: str = "",
        model: str = "",
        *,
        user: str = "",
    ) -> AnswerJson:
        """Answer a question only with what the documents say, or say that they do not answer it.

        Every citation is a verbatim sentence of a document, with its place. When "status" is "abstained", the documents
        do not answer, and "evidence" holds the nearest sentences, which must not be taken for an answer.

        Args:
            question: What to find out; with a history, it may lean on what was asked before.
            history: What was asked and answered before, oldest first; nothing for a question that stands alone.
            where: Which documents to search, such as "published >= 2025-03-01 and source ~ report"; empty for all.
            model: Language model that phrases the answer: empty for the app's own, "none" for sentences as they stand.
        """
        preferences = self._preferences(_text("model", model))
        turns = _turns(history)
        with self._assistants.using(preferences) as assistant:
            answer = assistant.ask(_text("question", question), history=turns, where=_text("where", where))
        self._ownership.claim(user, answer.id)
        return cast(AnswerJson, to_dict(answer))

    def search(self, question: str, n_sentences: int = 10) -> FoundJson:
        """Find the sentences of the documents that fit a question best, best first, without answering it.

        Args:
            question: What to look for.
            n_sentences: How many sentences to return at most, 1 to 100.
        """
        found = self._assistant.retrieve(
            _text("question", question), k=_number("n_sentences", n_sentences, least=1, most=_MOST_SENTENCES)
        )
        return {
            "question": question,
            "evidence": [
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
            ],
        }

    def quotes(
        self, speaker: str, about: str = "", since: str = "", until: str = "", where: str = ""
    ) -> QuotesReportJson:
        """Find what somebody said in the documents, word for word: direct quotations and reported speech.

        Each has its place, the word that says that it is said ("cue") and how the speaker stands to it ("stance"). When
        several people fit the name, each has an entry in "speakers"; when nobody does, "nearest" has similar names.

        Args:
            speaker: Whose words: a name, or part of one.
            about: Words that all have to be in what was said, in any form; empty for everything.
            since: Only documents published on that day or later, such as 2025-03-01, 2025-03 or 2025; empty for all.
            until: Only documents published on that day or before; empty for all.
            where: Which documents, such as "source ~ report"; empty for all.
        """
        report = self._assistant.quotes(
            _text("speaker", speaker),
            about=_text("about", about),
            since=_text("since", since),
            until=_text("until", until),
            where=_text("where", where),
        )
        return cast(QuotesReportJson, asdict(report))

    def speakers(self, where: str = "") -> SpeakersJson:
        """List who is quoted in the documents, with the number of quotations and of documents, most quoted first.

        Args:
            where: Which documents, such as "published >= 2025-03-01"; empty for all.
        """
        found = self._assistant.speakers(where=_text("where", where))
        return cast(SpeakersJson, {"speakers": [asdict(one) for one in found]})

    def conflicts(self, about: str = "", since: str = "", where: str = "") -> ConflictsJson:
        """List where the documents disagree with each other, and where an outlet corrected itself.

        Each conflict is a pair of verbatim sentences with their documents, outlets and dates, and what differs.

        Args:
            about: Only those with all of these words; empty for all.
            since: Only those whose newer sentence was published on that day or later, such as 2025-03-01.
            where: Which documents to compare, such as "published >= 2025-03-01"; empty for all.
        """
        found = self._assistant.conflicts(
            about=_text("about", about), since=_text("since", since), where=_text("where", where)
        )
        return cast(ConflictsJson, {"conflicts": [asdict(conflict) for conflict in found]})

    def documents(self) -> DocumentsJson:
        """List the documents that are searched, with their ids, titles, sources and dates."""
        return cast(DocumentsJson, {"documents": [asdict(document) for document in self._assistant.documents()]})

    def source(self, answer_id: str, citation: int, *, user: str = "") -> OpenedJson:
        """Open a citation of an answer in its place: the quote, what stands before and after it, and where.

        "status" is that of the answer.

        Args:
            answer_id: The "id" of an answer that was given before.
            citation: The number of the citation in that answer.
        """
        wanted = _number("citation", citation)
        if not self._ownership.is_of(user, _text("answer_id", answer_id)):
            raise NotFoundError(f"no answer of yours has the id {answer_id!r} since the app was started - ask again")
        answer = self._assistant.answer(answer_id)
        for cited in answer.citations:
            if cited.number == wanted:
                return cast(OpenedJson, {"status": answer.status.value, **self._place(cited)})
        raise NotFoundError(
            f"cannot open citation {citation}: that answer has {len(answer.citations)} citations - choose one of them"
        )

    def open_source(self, document_id: str, start: int, end: int) -> PlaceJson:
        """Open a place in a document: the text at the given positions, and what stands before and after it.

        Args:
            document_id: The "document_id" of a citation or of a sentence that was found.
            start: Where the text begins, in characters from the start of the document.
            end: Where it ends; the character at that position is not included.
        """
        document = self._assistant.document(_text("document_id", document_id))
        place = place_at(document, _number("start", start), _number("end", end))
        return self._place(place)

    def check_draft(self, text: str, where: str = "") -> DraftJson:
        """Check a draft before it is published: hold each quotation and claim in it against the documents.

        Every finding has a verdict, whether somebody has to look at it ("is_wrong"), a sentence of advice, and the
        verbatim place in a document that it rests on, with the words that differ. The draft is not kept.

        Args:
            text: The draft, with paragraphs on lines of their own.
            where: Which documents to search, such as "published >= 2025-03-01 and source ~ report"; empty for all.
        """
        report = self._assistant.check_draft(_text("text", text), where=_text("where", where))
        return cast(DraftJson, draft_to_dict(report))

    def diff(self, source: str, older: str = "", newer: str = "", *, user: str = "") -> DiffJson:
        """Compare two versions of a document sentence by sentence: what is moved, changed, new or gone.

        "words" of a change are the stretches that differ, each called number, date, name, negation, wording or form.

        Args:
            source: The "source" or "document_id" of a document.
            older: Which version to begin with: its number, 1 for the oldest, or a day; empty for the one before.
            newer: Which version to compare it with; empty for the newest.
        """
        found = self._assistant.diff(_text("source", source), older=_text("older", older), newer=_text("newer", newer))
        own = tuple(answer for answer in found.answers if self._ownership.is_of(user, answer.id))
        return cast(DiffJson, diff_to_dict(replace(found, answers=own)))

    def timeline(self, subject: str, since: str = "", until: str = "", where: str = "") -> TimelineJson:
        """List the sentences about a subject in the order of their dates, and which say different numbers of one thing.

        Every row is a verbatim sentence. "origin" says where its date comes from: "written" in the sentence, "relative"
        as a day of the week, or "published" for the day of its document.

        Args:
            subject: What it is about, such as "ferry contract".
            since: Only from that day, month or year on, such as "2025-03"; empty for all.
            until: Only up to that day, month or year, included; empty for all.
            where: Which documents to search, such as "source ~ report"; empty for all.
        """
        found = self._assistant.timeline(
            _text("subject", subject),
            since=_text("since", since),
            until=_text("until", until),
            where=_text("where", where),
        )
        return cast(TimelineJson, timeline_to_dict(found))

    def add(self, files: list[tuple[str, Path]]) -> ReportJson:
        """Add documents that were uploaded: pairs of the file's name and where it lies now."""
        try:
            report = asdict(self._assistant.add_uploads(files))
            del report["questions"]  # which are those of who runs the app
            return cast(ReportJson, report)
        finally:
            for _, path in files:
                delete_upload(path)

    def _place(self, citation: Citation) -> PlaceJson:
        around = self._assistant.context(citation)
        return cast(PlaceJson, {**citation_to_dict(citation), **around._asdict()})

    def _preferences(self, model: str) -> Preferences:
        """What a client that names this model wants; the address is the one that the app was started with.

        Raises:
            SettingsError: clients may not choose here.
        """
        if not model:
            return Preferences()
        if not self._assistants.may_change_llm:
            raise SettingsError(f"cannot ask the model {model!r}: this app is open to others - leave the model out")
        if model == LlmKind.NONE.value:
            return Preferences(llm=LlmKind.NONE)
        api_base = self._assistant.settings.llm_api_base
        return Preferences(llm=LlmKind.SERVER if api_base else LlmKind.LOCAL, api_base=api_base, model=model)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise QuestionError(f"cannot use {name} = {value!r}: it is no text - send a string")
    return value


def _number(name: str, value: object, *, least: int = 0, most: int = 2**53) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise SettingsError(f"cannot use {name} = {value!r} - send a whole number from {least} to {most}")
    return value


def _turns(history: object) -> list[Turn]:
    turns = [] if history is None else history
    if not isinstance(turns, list) or len(turns) > _MOST_TURNS:
        raise QuestionError(f"cannot use the history: it is no list of at most {_MOST_TURNS} - send the last ones")
    return [_turn(turn) for turn in turns]


def _turn(turn: object) -> Turn:
    said = turn if isinstance(turn, Mapping) else {}
    question, answer = said.get("question"), said.get("answer")
    if not isinstance(question, str) or not isinstance(answer, str):
        raise QuestionError(f'cannot use {turn!r} of the history - send {{"question": "…", "answer": "…"}}')
    return Turn(question=question, answer=answer)


def _as_text(function: Callable[..., object]) -> Callable[..., str]:
    """The function with its result as JSON text, for language models."""

    @functools.wraps(function)
    def written(*arguments: Any, **named: Any) -> str:
        return json.dumps(function(*arguments, **named), ensure_ascii=False)

    signature = inspect.signature(function, eval_str=True).replace(return_annotation=str)
    written.__signature__ = signature  # type: ignore[attr-defined]
    return written
