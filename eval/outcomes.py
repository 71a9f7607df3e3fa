"""What became of each case of a run: one JSON object a line, written as soon as the case is done.

A run that is stopped keeps its finished cases; the same command goes on with the others. A row holds all that
`summary`, `compare` and `report` need, so that figures can be made again without the data and without the models.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from eval.cases import DataError
from eval.metrics.citation_overlap import Place
from eval.metrics.verification import ScoredPair

__all__ = ["Outcome", "OutcomeFile", "Quoted", "Status", "failed", "outcome_of_line"]


class Status(StrEnum):
    """How a case ended; each is counted apart."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"
    JUDGED = "judged"
    """Nothing was asked: a claim was verified, or a question rewritten."""
    FAILED = "failed"


class Quoted(NamedTuple):
    """A cited place with the words shown for it."""

    place: Place
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case, done.

    scores: the value of each measure that is defined for this case, by `eval.measures` key.
    judgement: what curves over a run are made of: whether the case is positive (answerable, supported), whether it was
        taken for positive, and the score behind that, 0 to 1. None where nothing is decided.
    loss: 0 for a right answer to 1 for a wrong one, had it been given; what risk means in a risk-coverage curve.
    citations, evidence: places in the corpus, by the corpus's ids; evidence in the order of the ranking.
    n_invalid: citations whose quote is not the slice of the document.
    milliseconds: by stage, `total` being the whole question.
    notice: what the answer says about how it was made, such as that the language model failed and quotes stand in.
    kind: what the set calls this kind of question; empty when it says nothing.
    """

    case_id: str
    question: str
    status: Status
    scores: Mapping[str, float]
    judgement: ScoredPair | None = None
    loss: float | None = None
    text: str = ""
    citations: tuple[Quoted, ...] = ()
    evidence: tuple[Place, ...] = ()
    n_invalid: int = 0
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    notice: str = ""
    error: str = ""
    kind: str = ""


_ROW = TypeAdapter(Outcome)


def failed(
    case_id: str, question: str, *, is_positive: bool, scores: Mapping[str, float], error: Exception, kind: str = ""
) -> Outcome:
    """The outcome of a case that raised an error: wrong in every measure, so that a failure never leaves a figure.

    is_positive: what the gold says; the judgement is the opposite of it, with full confidence.
    scores: what a wrong answer would get.
    """
    return Outcome(
        case_id=case_id,
        question=question,
        status=Status.FAILED,
        scores=scores,
        judgement=ScoredPair(is_positive, not is_positive, float(not is_positive)),
        loss=1.0,
        error=str(error),
        kind=kind,
    )


def outcome_of_line(line: bytes) -> Outcome:
    """The outcome that `OutcomeFile` wrote as this line.

    Raises: ValueError when it is no JSON, or no outcome of this version.
    """
    try:
        return _ROW.validate_python(json.loads(line))
    except RecursionError as error:
        raise ValueError("the line is nested too deeply") from error


class OutcomeFile:
    """The outcomes of a run, by case. Several threads may append."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> dict[str, Outcome]:
        """The finished cases, by id; a last line that was cut off is dropped from the file, so that it is asked again.

        Raises:
            DataError: another line is not an outcome.
        """
        if not self._path.exists():
            return {}
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            self._path.write_bytes(whole)
        return {outcome.case_id: outcome for outcome in self._outcomes(whole)}

    def _outcomes(self, content: bytes) -> Iterator[Outcome]:
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            try:
                yield outcome_of_line(line)
            except ValueError as error:
                raise DataError(
                    f"{self._path}, line {number}", "it is no outcome of this version - remove the run's folder"
                ) from error

    def append(self, outcome: Outcome) -> None:
        """Write one outcome, and hand it to the system before the next case starts.

        Questions of the web hold halves of code points; pydantic's own JSON refuses them, `json` escapes them.
        """
        line = json.dumps(_ROW.dump_python(outcome, mode="json"), separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock, self._path.open("ab") as file:
            file.write(line)
