"""What the runner runs: a task gives trials, and each trial, when measured, becomes one outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from eval.cases import Split
from eval.outcomes import Outcome
from rag import Assistant, SettingsError, WeightsError

__all__ = ["OF_THE_RUN", "Task", "Trial"]

OF_THE_RUN = (SettingsError, WeightsError)
"""Errors that every case would meet: they end the run before failures fill its folder."""


class Trial(NamedTuple):
    """One case to be measured; a failure is an outcome too, and `measure` raises only what is `OF_THE_RUN`."""

    case_id: str
    measure: Callable[[], Outcome]


class Task(Protocol):
    """A question that is put to the whole system, over many cases.

    name: as `--task` takes it.
    data_hash: of everything that the cases are made from; runs compare only when it is the same.
    """

    name: str
    data_hash: str

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """The trials of one half, or of both, in the order of the data.

        documents: a folder of the run's own, in which the task may lay down the documents that it adds.
        """
