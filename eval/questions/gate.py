"""The gate over questions of one's own: the same figures and floors, and each question that was missed in full.

Without floors every accepted question has to hold. With floors a miss that they allow is told and does not fail; one
that they do not allow fails with the floor, and so does any question marked `must`. Exit status: 0 when all holds, 1
when something does not, 2 when it cannot be measured.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import DataError
from eval.checks import Check, Result, Suite, as_junit, as_markdown, check_run, is_failed, read_floors, verdict
from eval.outcomes import Outcome, Status
from eval.questions.files import Question, QuestionsError, State, read_questions
from eval.questions.task import QUESTIONS_TASK, QuestionsTask
from eval.run import Finished, run_task, settings_of
from rag import RagError, Settings, escaped_markdown

__all__ = ["OwnGate", "is_missed", "told"]

_QUESTIONS_SUITE = "questions"
_DRAFT = "a draft, which is not measured: accept it in the Questions tab of the chat, or with --drafts"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGate:
    """What is measured, and where the results go.

    floors: by measure; None when every question has to hold.
    """

    questions: Path
    documents: Path
    settings: Settings
    floors: Mapping[str, float] | None
    runs: Path
    junit: Path
    has_drafts: bool = False
    workers: int = 1

    @classmethod
    def of_options(cls, options: argparse.Namespace) -> OwnGate:
        """The gate that the command line asks for.

        Raises:
            DataError: an option is missing, or the floors cannot be used.
            SettingsError: the settings cannot be used.
        """
        for name, other in (("questions", "documents"), ("documents", "questions")):
            if getattr(options, name) is None:
                raise DataError(f"--{other}", f"--{name} is missing - give both")
        if options.only:
            raise DataError("--only", "--questions measures these questions alone - leave out --only")
        if options.workers < 1:
            raise DataError("--workers", f"{options.workers} is below 1 - give the number of questions at a time")
        return cls(
            questions=options.questions,
            documents=options.documents,
            settings=settings_of(options.settings),
            floors=None if options.floors is None else _own_floors(options.floors),
            runs=options.runs,
            junit=options.junit or options.runs / "junit.xml",
            has_drafts=options.drafts,
            workers=options.workers,
        )

    def run(self) -> int:
        """Measure, print, and write the Markdown and JUnit files; the exit status.

        Raises:
            DataError: a file cannot be read or written.
            RagError: the store or a model cannot be used.
        """
        try:
            questions = read_questions(self.questions)
            finished, task = self._measured(self._asked(questions))
        except RagError as error:
            broken = _broken(error)
            self._write(as_markdown(broken), Suite(_QUESTIONS_SUITE, broken))
            raise
        checks = [*check_run(finished, self.floors or {}), *_of_task(task)]
        cases = list(self._cases(questions, finished, must_all=self.floors is None or is_failed(checks)))
        missed = [
            told(question, outcome)
            for question, outcome in _paired(questions, finished)
            if is_missed(question, outcome)
        ]
        n_asked = len(finished.outcomes)
        checks.append(_of_cases(cases, n_missed=len(missed), n_asked=n_asked))
        self._write(_markdown(checks, missed), Suite("citation gate", checks), Suite(_QUESTIONS_SUITE, cases))
        print("\n\n".join([*missed, *_lines(checks), verdict(checks)]))
        return int(is_failed(checks))

    def _asked(self, questions: Sequence[Question]) -> list[Question]:
        states = {State.ACCEPTED, State.DRAFT} if self.has_drafts else {State.ACCEPTED}
        asked = [question for question in questions if question.state in states]
        if not asked:
            raise DataError(
                str(self.questions),
                f"none of its {len(questions)} questions is accepted - accept some in the Questions tab of the chat "
                f"(rag-ui --questions {self.questions}), or measure drafts with --drafts",
            )
        return asked

    def _measured(self, asked: Sequence[Question]) -> tuple[Finished, QuestionsTask]:
        task = QuestionsTask(asked, self.documents, file=self.questions)
        with tempfile.TemporaryDirectory(prefix="gate-") as folder:
            finished = run_task(task, self.settings, runs=Path(folder), split=None, workers=self.workers)
            self.runs.mkdir(parents=True, exist_ok=True)
            (self.runs / "cases.jsonl").write_bytes((finished.folder / "cases.jsonl").read_bytes())
        return finished, task

    def _cases(self, questions: Sequence[Question], finished: Finished, *, must_all: bool) -> Iterator[Check]:
        """A check for each question that was not rejected; drafts are skipped where they were not asked."""
        outcome_by_id = {outcome.case_id: outcome for outcome in finished.outcomes}
        for question in questions:
            name = f"{question.id}: {question.question}"
            if question.id in outcome_by_id:
                outcome = outcome_by_id[question.id]
                result = Result.PASSED
                if is_missed(question, outcome):
                    result = Result.FAILED if must_all or question.must else Result.WARNED
                yield Check(QUESTIONS_TASK, name, result, told(question, outcome))
            elif question.state is State.DRAFT:
                yield Check(QUESTIONS_TASK, name, Result.SKIPPED, _DRAFT)

    def _write(self, markdown: str, *suites: Suite) -> None:
        try:
            for path, content in ((self.runs / "gate.md", markdown.encode()), (self.junit, as_junit(*suites))):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        except OSError as error:
            raise DataError(str(error.filename), f"{error.strerror} - name another place") from error


def _broken(error: RagError) -> list[Check]:
    """Why nothing was measured, line by line where lines of the file are to blame."""
    faults = error.lines if isinstance(error, QuestionsError) else ()
    names = [(f"line {line}", reason) for line, reason in faults] or [("the questions can be measured", str(error))]
    return [Check(QUESTIONS_TASK, name, Result.BROKEN, reason) for name, reason in names]


def is_missed(question: Question, outcome: Outcome) -> bool:
    """Whether the answer is not what the question's gold asks for.

    An answerable one is missed when no gold sentence is cited, or, without gold, when it is not answered; one without
    an answer is missed when it is answered. A failure is always a miss.
    """
    if outcome.status is Status.FAILED:
        return True
    is_answered = outcome.status in (Status.ANSWERED, Status.PARTIAL)
    if not question.answerable:
        return is_answered
    return outcome.scores.get("gold_cited", float(is_answered)) == 0.0


def told(question: Question, outcome: Outcome) -> str:
    """The question, what was expected, and what was cited, on lines of their own.

    The first line has the question alone: it is what lists of failed tests show.
    """
    if not question.answerable:
        expected = ["no answer: the documents do not answer it"]
    elif question.gold:
        expected = [_place(gold.document or "any document", gold.quote) for gold in question.gold]
    else:
        expected = [f"an answer such as: {' | '.join(question.answers)}" if question.answers else "an answer"]
    if outcome.error:
        seen = [f"failed: {outcome.error}"]
    elif outcome.citations:
        seen = [_place(cited.place.document_id, cited.quote) for cited in outcome.citations]
    else:
        seen = ["nothing: it said that the documents do not answer it"]
    head = f"{'missed' if is_missed(question, outcome) else 'right'}: {question.question}"
    where = f"{question.id}, line {question.line}"
    return "\n".join([head, f"  {where}", *_listed("expected", expected), *_listed("cited", seen)])


def _place(document: str, quote: str) -> str:
    return f"{document}: “{' '.join(quote.split())}”"


def _listed(name: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {name if not number else '':<9} {line}"


def _own_floors(path: Path) -> Mapping[str, float]:
    floors = read_floors(path)
    if QUESTIONS_TASK not in floors:
        raise DataError(str(path), f"it has no table [{QUESTIONS_TASK}] - write the floors below such a line")
    return floors[QUESTIONS_TASK]


def _paired(questions: Sequence[Question], finished: Finished) -> Iterator[tuple[Question, Outcome]]:
    question_by_id = {question.id: question for question in questions}
    return ((question_by_id[outcome.case_id], outcome) for outcome in finished.outcomes)


def _of_task(task: QuestionsTask) -> Iterator[Check]:
    unread = [f"{failure.source}: {failure.reason}" for failure in task.unread]
    for name, faults in (("every document is read", unread), ("each gold stands at one place", task.ambiguous)):
        result = Result.WARNED if faults else Result.PASSED
        yield Check(QUESTIONS_TASK, name, result, "\n".join(map(str, faults)) or "all of them")


def _of_cases(cases: Sequence[Check], *, n_missed: int, n_asked: int) -> Check:
    """The questions together, as one line of the table."""
    result = Result.FAILED if is_failed(cases) else Result.WARNED if n_missed else Result.PASSED
    return Check(QUESTIONS_TASK, "questions that must hold", result, f"{n_asked - n_missed} of {n_asked} held")


def _lines(checks: Sequence[Check]) -> list[str]:
    return ["\n".join(f"{check.result:<8} {check.name}: {check.detail}" for check in checks)]


def _markdown(checks: Sequence[Check], missed: Sequence[str]) -> str:
    rows = [check._replace(detail="; ".join(map(escaped_markdown, check.detail.split("\n")))) for check in checks]
    listed = [f"- {'<br>'.join(escaped_markdown(line.strip()) for line in each.split(chr(10)))}" for each in missed]
    return "\n".join([as_markdown(rows), *(["## Missed", "", *listed, ""] if listed else [])])
