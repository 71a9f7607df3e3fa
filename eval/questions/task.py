"""Questions of one's own as a task: asked over the documents of a folder, and measured as all others are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from eval.cases import Case, DataError, DataFile, Split, data_hash
from eval.questions.files import BadLine, Question, QuestionsError, line_of
from eval.questions.places import add_folder, locate
from eval.tasks.answering import case_trials
from eval.tasks.task import Trial
from rag import Assistant, Failure

__all__ = ["QUESTIONS_TASK", "QuestionsTask"]

QUESTIONS_TASK = "questions"


class QuestionsTask:
    """The questions, asked over all documents of the folder.

    unread: documents that could not be read; ambiguous: gold that stands at several places. Both are known once the
        trials are.
    """

    def __init__(self, questions: Sequence[Question], folder: Path, *, file: Path) -> None:
        """file: where the questions come from, as errors name it."""
        self.name = QUESTIONS_TASK
        self.unread: tuple[Failure, ...] = ()
        self.ambiguous: tuple[BadLine, ...] = ()
        self._questions = questions
        self._folder = folder
        self._file = file
        asked = b"\n".join(map(line_of, questions))
        self.data_hash = data_hash([DataFile(file.name, (), hashlib.sha256(asked).hexdigest()), *_files(folder)])

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """Add the documents, find the gold in them, and give one trial for each question.

        Raises:
            DataError: there is no such folder, no document in it can be read, or the questions' file is one.
            QuestionsError: gold stands in no document.
        """
        names, report = add_folder(assistant, self._folder)
        own = {
            info.id for info in assistant.documents() if Path(info.source.partition("#")[0]) == self._file.absolute()
        }
        if own:
            raise DataError(
                str(self._file), f"it lies inside of {str(self._folder)!r}, where it would be found - move it elsewhere"
            )
        located = locate(self._questions, names, {each: assistant.document(each).text for each in names})
        if located.missing:
            raise QuestionsError(str(self._file), located.missing)
        self.unread, self.ambiguous = report.failed, located.ambiguous
        cases = [
            Case(
                id=question.id,
                question=question.question,
                history=(),
                answerable=question.answerable,
                gold_documents=tuple(dict.fromkeys(gold.document_id for gold in located.spans[question.id])),
                gold_spans=located.spans[question.id],
                gold_answers=question.answers,
                split=Split.REPORT,
                type=question.kind,
            )
            for question in self._questions
        ]
        return case_trials(assistant, cases, names, split)


def _files(folder: Path) -> list[DataFile]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        DataFile(path.relative_to(folder).as_posix(), (), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in paths
    ]
