"""Sets in the public form, and backends that do as a test tells them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eval import __main__ as eval_main
from rag import ClaimWithEvidence, Evidence, Turn, Verdict, VerdictLabel

WriteSet = Callable[..., Path]
Plug = Callable[[type], str]
RunEval = Callable[..., int]


def write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8", newline="")


def question_row(id_: str, text: str, **fields: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": id_,
        "text": text,
        "answers": [],
        "answerable": True,
        "gold_docs": [],
        "gold_evidence": [],
        "type": "",
        "meta": {},
    }
    assert fields.keys() <= row.keys() | {"history"}
    return row | fields


def pair_row(id_: str, premise: str, claim: str, label: str) -> dict[str, object]:
    return {"id": id_, "premise": premise, "claim": claim, "label": label, "source": "test", "meta": {}}


@pytest.fixture
def write_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteSet:
    """Writes a set in the public form; EVAL_DATA and settings without a model are set."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("EVAL_DATA", str(data))
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "0")

    def write(
        name: str,
        *,
        corpus: Mapping[str, str] | None = None,
        queries: Sequence[Mapping[str, object]] = (),
        pairs: Sequence[Mapping[str, object]] = (),
    ) -> Path:
        if corpus is not None:
            documents = ({"id": id_, "title": id_, "text": text, "meta": {}} for id_, text in corpus.items())
            write_lines(data / name / "corpus.jsonl", documents)
        if queries:
            write_lines(data / name / "queries.jsonl", queries)
        if pairs:
            write_lines(data / name / "pairs.jsonl", pairs)
        return data / name

    return write


@pytest.fixture
def run_eval(tmp_path: Path) -> RunEval:
    """Runs `python -m eval run` with these arguments in this process; its runs are in `tmp_path / "runs"`."""

    def run(task: str, *arguments: str) -> int:
        return eval_main.run(["run", "--task", task, "--runs", str(tmp_path / "runs"), *arguments])

    return run


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Makes a class a backend, and gives the `module:Class` that settings take."""
    module = ModuleType("plugged_backends")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def make(backend: type) -> str:
        setattr(module, backend.__name__, backend)
        return f"{module.__name__}:{backend.__name__}"

    return make


class CitingGenerator:
    """Writes, for each question of `script`, its statements with markers of the evidence that has the quotes.

    A statement of no words is a line of markers alone: the sentences themselves. A question outside of the script is
    one that nothing is written for.
    """

    id = "citing"
    prompt_id = ""
    script: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {}
    asked: list[str]

    def __init_subclass__(cls) -> None:
        cls.asked = []

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        self.asked.append(question)
        number_by_quote = {sentence.quote: sentence.number for sentence in evidence}
        for statement, quotes in self.script.get(question, ()):
            yield f"{statement} {''.join(f'[{number_by_quote[quote]}]' for quote in quotes)}".strip() + "\n"

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        return question


def citing(script: Mapping[str, Sequence[tuple[str, Sequence[str]]]]) -> type[CitingGenerator]:
    """A generator with that script; `asked` has the questions, in order."""
    return type("Citing", (CitingGenerator,), {"script": script})


def judging(score_of: Callable[[ClaimWithEvidence], float]) -> type:
    """A verifier with that probability of support for each pair; from 0.5 on it is supported."""

    class Judging:
        id = "judging"

        def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
            return [self._verdict(score_of(pair)) for pair in pairs]

        def _verdict(self, score: float) -> Verdict:
            label = VerdictLabel.SUPPORTED if score >= 0.5 else VerdictLabel.UNSUPPORTED
            return Verdict(label=label, score=score, verifier_id=self.id, reasons=("told so",))

    return Judging


@pytest.fixture
def tools() -> Any:
    """The functions above, for test files, which cannot import each other."""
    module = ModuleType("tools")
    module.__dict__.update(
        write_lines=write_lines, question_row=question_row, pair_row=pair_row, citing=citing, judging=judging
    )
    return module
