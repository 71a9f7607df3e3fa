"""What happens in the Questions tab: drafts of questions are looked at one by one, and accepted, rejected or mended.

The file is the truth, and is read anew each time: somebody may edit it meanwhile. A decision rewrites one line of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os.path import commonpath
from pathlib import Path

from eval.questions.files import Gold, Question, State, decide, read_questions
from eval.questions.places import Located, locate
from rag import Assistant, Document, Evidence, RagError
from ui.languages.words import N_, _
from ui.places import place_at
from ui.sentences import sentence
from ui.views.questions_view import Found, QuestionView

__all__ = ["ALL", "QuestionsTab"]

ALL = "all"
"""Shows questions of every state."""
_N_NEAREST = 3
_N_PLACES = 5
_DECIDED = {State.ACCEPTED: N_("Accepted."), State.REJECTED: N_("Rejected: it will not be measured.")}


class QuestionsTab:
    """The questions of one file over the documents of the store. Every method gives a view; an error is said in it."""

    def __init__(self, assistant: Assistant, file: Path) -> None:
        """file: one that `read_questions` can read."""
        self._assistant = assistant
        self._file = file

    def shown(self, which: str, at: str = "", step: int = 0, *, said: str = "") -> QuestionView:
        """The question with the id `at`, or the one `step` after it, or, where it is none of these, the next one.

        which: a state, or `ALL`. said: what happened before, to be read above it.
        """
        try:
            questions = read_questions(self._file)
        except RagError as error:
            return QuestionView(None, 0, 0, {}, said=sentence(error, doing="reading the questions"))
        counts = Counter(question.state for question in questions)
        n_by_state = {state: counts[state] for state in State}
        listed = [question for question in questions if which in (ALL, question.state)]
        if not listed:
            return QuestionView(None, 0, 0, n_by_state, said=said)
        ids = [question.id for question in listed]
        if at in ids:
            index = (ids.index(at) + step) % len(ids)
        else:
            line = next((question.line for question in questions if question.id == at), 0)
            index = next((number for number, question in enumerate(listed) if question.line > line), 0)
        view = QuestionView(listed[index], index + 1, len(listed), n_by_state, said=said)
        try:
            return self._with_places(listed[index], view)
        except RagError as error:
            return view._replace(faults=[sentence(error, doing="looking for its place")])

    def decided(self, which: str, at: str, state: State) -> QuestionView:
        """The next question, after this one was accepted or rejected; gold that stands nowhere is not accepted."""
        try:
            question = self._question(at)
            if question is None:
                return self.shown(which)
            if state is State.ACCEPTED and self._located(question).missing:
                return self.shown(which, at, said=_("Not accepted: its words stand in no document. Edit or reject it."))
            decide(self._file, replace(question, state=state))
        except RagError as error:
            return self.shown(which, at, said=sentence(error, doing="keeping the decision"))
        return self.shown(which, at, said=_(_DECIDED[state]))

    def fields(self, at: str) -> tuple[str, str, bool]:
        """Question, quotes (one a line) and whether nothing answers it, as they are edited; empty for no question."""
        try:
            question = self._question(at)
        except RagError:
            question = None
        if question is None:
            return "", "", False
        return question.question, "\n".join(_one_line(gold.quote) for gold in question.gold), not question.answerable

    def edited(self, which: str, at: str, asked: str, quotes: str, is_unanswerable: bool) -> tuple[QuestionView, bool]:
        """The next question, after this one was accepted as edited, and whether it was; else why it was not."""
        words = _one_line(asked)
        lines = [_one_line(line) for line in quotes.split("\n") if line.strip()]
        if not words:
            return self.shown(which, at, said=_("Not saved: write the question.")), False
        if not lines and not is_unanswerable:
            said = _("Not saved: write the words that answer it, or say that the documents do not.")
            return self.shown(which, at, said=said), False
        try:
            question = self._question(at)
            if question is None:
                return self.shown(which), True
            gold = () if is_unanswerable else tuple(self._gold(lines, question))
            answers = question.answers if words == question.question and not is_unanswerable else ()
            mended = replace(
                question,
                question=words,
                answerable=not is_unanswerable,
                gold=gold,
                answers=answers,
                state=State.ACCEPTED,
            )
            missing = self._located(mended).missing
            if missing:
                return self.shown(which, at, said=_("Not saved: {reason}.", reason=missing[0].reason)), False
            decide(self._file, mended)
        except RagError as error:
            return self.shown(which, at, said=sentence(error, doing="keeping the question")), False
        return self.shown(which, at, said=_("Saved and accepted.")), True

    def _question(self, at: str) -> Question | None:
        return next((question for question in read_questions(self._file) if question.id == at), None)

    def _names(self) -> dict[str, str]:
        """What each document is called, by its id: its path below the folder that all of them lie in."""
        sources = {info.id: info.source for info in self._assistant.documents()}
        folders = [str(Path(source).parent) for source in sources.values() if Path(source).is_absolute()]
        common = commonpath(folders) if folders else ""
        return {each: _below(source, common) for each, source in sources.items()}

    def _located(self, question: Question) -> Located:
        names = self._names()
        return locate([question], names, _Texts(self._assistant))

    def _gold(self, lines: Sequence[str], question: Question) -> Iterator[Gold]:
        """The quotes as gold: unchanged ones as they were, others with their document where only one has them."""
        known = {_one_line(gold.quote): gold for gold in question.gold}
        for line in lines:
            probe = replace(question, gold=(Gold(line),))
            found = {each.document_id for each in self._located(probe).spans[question.id]} if line not in known else ()
            yield known.get(line) or Gold(line, *(found if len(found) == 1 else ()))

    def _with_places(self, question: Question, view: QuestionView) -> QuestionView:
        if not question.answerable:
            return view._replace(nearest=self._nearest(question))
        located = self._located(question)
        id_by_name = {name: document_id for document_id, name in self._names().items()}
        found = []
        for name, span in located.spans[question.id][:_N_PLACES]:
            place = place_at(self._assistant.document(id_by_name[name]), span.start, span.end)
            found.append(Found(place, self._assistant.context(place)))
        faults = [fault.reason for fault in (*located.missing, *located.ambiguous)]
        return view._replace(found=found, faults=[f"{fault[:1].upper()}{fault[1:]}." for fault in faults])

    def _nearest(self, question: Question) -> Sequence[Evidence]:
        return self._assistant.retrieve(question.question, k=_N_NEAREST)


class _Texts(dict[str, str]):
    """Texts by document id, read when they are asked for."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__()
        self._assistant = assistant

    def __missing__(self, document_id: str) -> str:
        document: Document = self._assistant.document(document_id)
        self[document_id] = document.text
        return document.text


def _below(source: str, folder: str) -> str:
    path = Path(source)
    return path.relative_to(folder).as_posix() if folder and path.is_relative_to(folder) else source


def _one_line(words: str) -> str:
    return " ".join(words.split())
