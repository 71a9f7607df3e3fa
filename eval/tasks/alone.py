"""Reading: each question asked of one document alone, which answers it or does not.

It leaves search aside: what is measured is when a document is silent on a question, and how much of it is cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.cases import Case, Split
from eval.loaded_sets import LoadedSet, in_stored_texts
from eval.tasks.answering import add_corpus, case_trials
from eval.tasks.task import Trial
from rag import Assistant

__all__ = ["AloneTask", "only_document"]


class AloneTask:
    """The questions of a set that belong to one document, each asked of that one."""

    def __init__(self, loaded: LoadedSet, *, name: str) -> None:
        self.name = name
        self.data_hash = loaded.data_hash
        self._loaded = loaded

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """Add the corpus, and give one trial for each question."""
        corpus_ids = add_corpus(assistant, self._loaded.corpus, documents)
        texts = {corpus_id: assistant.document(document_id).text for document_id, corpus_id in corpus_ids.items()}
        cases = [case for case in in_stored_texts(self._loaded, texts).cases if only_document(case)]
        return case_trials(assistant, cases, corpus_ids, split, asked_of=only_document)


def only_document(case: Case) -> str:
    """The document that the question is asked of; empty when it belongs to none or several, or to a conversation."""
    documents = case.gold_documents or (case.context_document,)
    return documents[0] if len(documents) == 1 and not case.history else ""
