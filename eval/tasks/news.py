"""The gold questions of `seeds/news/`: ten short articles in the formats of a newsroom, 200 questions of twenty kinds.

The files are added as they are, so that the readers are measured too; a gold span is of the text that its reader makes.
Articles of one matter (the older and the newer, a report and its correction) share a half. The dev half may be looked
at; the test half is opened by the runner only.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.cases import Case, CorpusDocument, DataError, Row, Split, check_gold, data_hash, read_file
from eval.tasks.answering import case_trials
from eval.tasks.seeds import SEEDS, as_file, check_quote, seed_case
from eval.tasks.task import Trial
from rag import Assistant

__all__ = ["NEWS", "NearMissTask", "NewsTask", "check_labels", "news_files"]

NEWS = SEEDS / "news"


class NewsTask:
    """The questions, asked over all articles of the folder together."""

    name = "news"
    questions = "questions.jsonl"

    def __init__(self, folder: Path = NEWS) -> None:
        """Read the questions.

        Raises:
            DataError: a file is missing or of another form.
        """
        questions = read_file(folder / self.questions)
        self._files = news_files(folder)
        self._rows = questions.rows
        self._cases = tuple(map(seed_case, questions.rows))
        self.data_hash = data_hash([questions, *map(as_file, self._files)])

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """Add the articles, hold the labels against them, and give one trial for each question.

        Raises:
            DataError: an article cannot be read, or has other words than a label says.
        """
        documents.mkdir(parents=True, exist_ok=True)
        for path in self._files:
            shutil.copyfile(path, documents / path.name)
        moved = [info.source for info in assistant.documents() if Path(info.source).parent != documents.absolute()]
        if moved:
            assistant.remove(moved)
        for failure in assistant.add([documents]).failed:
            raise DataError(failure.source, failure.reason)
        corpus_ids = {info.id: Path(info.source).name for info in assistant.documents()}
        texts = {corpus_ids[each]: assistant.document(each).text for each in corpus_ids}
        check_labels(self._cases, self._rows, texts)
        return case_trials(assistant, self._cases, corpus_ids, split)


class NearMissTask(NewsTask):
    """Questions that the articles do not answer, and others that they do, asked in the same way."""

    name = "near-misses"
    questions = "near-misses.jsonl"


def news_files(folder: Path = NEWS) -> list[Path]:
    """The articles of the folder, by name: all files but the questions and what is hidden."""
    return sorted(path for path in folder.iterdir() if path.suffix != ".jsonl" and not path.name.startswith("."))


def check_labels(cases: Sequence[Case], rows: Sequence[Row], texts: Mapping[str, str]) -> None:
    """Nothing, when every gold span stands in the texts with the words of its quote.

    texts: what the readers make of the files, by name.

    Raises:
        DataError: one does not.
    """
    check_gold(cases, {name: CorpusDocument(id=name, title=name, text=text) for name, text in texts.items()})
    for row in rows:
        for span in row.rows("gold_spans"):
            check_quote(span, texts[row.text("gold_source")])
