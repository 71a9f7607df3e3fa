"""What became of each case of a run: one JSON object a line, written as soon as the case is done.

A run that is stopped keeps its finished cases; the same command goes on with the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.cases import Case, DataError
from eval.metrics.citation_overlap import Place
from rag import Answer, Assistant, RagError, Span

__all__ = ["Outcome", "OutcomeFile", "outcome_of"]

N_EVIDENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One question, answered, abstained from or failed.

    status: as in the answer; `failed` when an error was raised, which `error` tells.
    citations, evidence: places in the corpus, by the corpus's ids; evidence in the order of the ranking.
    n_invalid: citations whose quote is not the slice of the document.
    milliseconds: of the whole question.
    """

    case_id: str
    status: str
    answerability: float
    text: str
    citations: tuple[Place, ...]
    evidence: tuple[Place, ...]
    n_invalid: int
    milliseconds: float
    error: str = ""


def outcome_of(assistant: Assistant, case: Case, corpus_id_by_document_id: Mapping[str, str]) -> Outcome:
    """Ask the question of the case."""
    try:
        answer = assistant.ask(case.question, history=case.history)
    except RagError as error:
        return Outcome(
            case_id=case.id,
            status="failed",
            answerability=0.0,
            text="",
            citations=(),
            evidence=(),
            n_invalid=0,
            milliseconds=0.0,
            error=str(error),
        )
    return Outcome(
        case_id=case.id,
        status=answer.status.value,
        answerability=answer.trace.answerability,
        text=answer.text,
        citations=tuple(
            Place(corpus_id_by_document_id[citation.document_id], citation.span) for citation in answer.citations
        ),
        evidence=tuple(
            Place(corpus_id_by_document_id[sentence.document_id], sentence.span)
            for sentence in answer.evidence[:N_EVIDENCE]
        ),
        n_invalid=_n_invalid(assistant, answer),
        milliseconds=answer.trace.timings_ms["total"],
    )


def _n_invalid(assistant: Assistant, answer: Answer) -> int:
    return sum(
        citation.span.slice(assistant.document(citation.document_id).text) != citation.quote
        for citation in answer.citations
    )


class OutcomeFile:
    """The outcomes of a run, by case."""

    def __init__(self, path: Path) -> None:
        self._path = path

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
        return {outcome.case_id: outcome for outcome in self._outcomes(whole.decode("utf-8"))}

    def _outcomes(self, text: str) -> Iterator[Outcome]:
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            try:
                fields = json.loads(line)
                places = {name: tuple(map(_place, fields[name])) for name in ("citations", "evidence")}
                yield Outcome(**{**fields, **places})
            except (ValueError, TypeError, KeyError) as error:
                raise DataError(
                    f"{self._path}, line {number}", "it is no outcome of this version - remove the run's folder"
                ) from error

    def append(self, outcome: Outcome) -> None:
        """Write one outcome, and have it on disk before the next case starts."""
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")


def _place(fields: tuple[str, Mapping[str, int]]) -> Place:
    document_id, span = fields
    return Place(document_id, Span(start=span["start"], end=span["end"]))
