"""Claims that people wrote or edited, beside their evidence: what to learn from, and what to measure on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from eval.cases import Row, read_file
from eval.halves import pair_groups
from eval.training.verifier.data.examples import Answering, Example, Target, changed_spans, plain
from eval.training.verifier.data.parts import Held, Part, parts
from rag import Span, VerdictLabel, sentence_spans
from rag.model.evidence import best_sentences

__all__ = ["CLAIM_SETS", "Judged", "Unit", "claim_examples", "hold_claims", "judged_claims", "split_sentences"]

CLAIM_SETS: Mapping[str, int] = MappingProxyType(
    {"nli_mix": 3, "fever": 3, "fm2": 3, "scifact": 2, "wice": 2, "summedits": 2, "bump": 2}
)
"""Set → bits of `parts`: small sets keep more of their tune half back, or a threshold would rest on a dozen rows."""

NARROW_WORDS = 50
_SUMMARIES = ("summedits", "bump")
"""Sets whose claims are whole summaries; each of their sentences is judged by itself."""
_ORIGINAL = ("original", "reference")
"""Notes of a pair that hold the claim as it was before it was edited."""
_UNSURE = frozenset(["summedits", "wice"])
"""Sets whose "unsupported" takes in what is contradicted, or what is supported in part."""
_ADDED_SOURCE = "fm2-retrieved-not-gold"

_TARGETS = {
    VerdictLabel.SUPPORTED: Target.SUPPORTED,
    VerdictLabel.CONTRADICTED: Target.CONTRADICTED,
    VerdictLabel.UNSUPPORTED: Target.UNSUPPORTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One sentence of a claim.

    sentences: of the evidence, what is read with it. narrow: fewer of them, where the evidence is long; a sentence is
    supported when either supports it.
    """

    text: str
    sentences: tuple[str, ...]
    narrow: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with the right verdict; it is supported when each of its units is.

    original: the claim before it was edited; empty when there is no such thing.
    """

    set_name: str
    source: str
    label: VerdictLabel
    part: Part
    units: tuple[Unit, ...]
    original: str


def judged_claims(name: str, folder: Path) -> list[Judged]:
    """All pairs of the set, in the order of its file.

    Raises:
        DataError: a file of the set is missing or not of the expected form.
    """
    rows = read_file(folder / name / "pairs.jsonl").rows
    questions = folder / name / "queries.jsonl"
    groups = list(pair_groups(rows, read_file(questions).rows if questions.is_file() else ()))
    cut: dict[str, tuple[str, ...]] = {}  # one premise has many claims
    judged = []
    for row, part in zip(rows, parts(groups, n_bits=CLAIM_SETS[name]), strict=True):
        premise = row.text("premise")
        if premise not in cut:
            cut[premise] = split_sentences(premise)
        judged.append(_judged(name, row, part=part, sentences=cut[premise]))
    return judged


def hold_claims(judged: Sequence[Judged], held: Held) -> None:
    """Remember all that is kept back or reported."""
    for each in judged:
        if each.part is not Part.TRAIN:
            for unit in each.units:
                held.hold(unit.text, unit.sentences)


def claim_examples(judged: Sequence[Judged], held: Held) -> Iterator[Example]:
    """What may be learned from, without what is held."""
    for each in judged:
        if each.part is Part.TRAIN and not any(held.has(unit.text, unit.sentences) for unit in each.units):
            yield from _examples(each)


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in plain characters."""
    found = (plain(span.slice(text)) for span in sentence_spans(text))
    return tuple(sentence for sentence in found if sentence)


def _judged(name: str, row: Row, *, part: Part, sentences: Sequence[str]) -> Judged:
    claim = plain(row.text("claim"))
    texts = split_sentences(claim) if name in _SUMMARIES else (claim,)
    notes = row.notes("meta")
    units = tuple(
        Unit(
            text=text,
            sentences=tuple(sentences[number] for number in best_sentences(text, sentences)),
            narrow=tuple(sentences[number] for number in best_sentences(text, sentences, max_words=NARROW_WORDS)),
        )
        for text in texts
    )
    return Judged(
        set_name=name,
        source=row.text("source"),
        label=VerdictLabel(row.text("label")),
        part=part,
        units=units,
        original=next((plain(notes[note]) for note in _ORIGINAL if notes.get(note)), ""),
    )


def _examples(judged: Judged) -> Iterator[Example]:
    """One for each unit; an unchanged sentence of an edited claim is as supported as it was."""
    is_supported = judged.label is VerdictLabel.SUPPORTED
    for unit in judged.units:
        is_edited = bool(judged.original) and not is_supported
        wrong = _wrong(unit, judged) if is_edited else ()
        target = _TARGETS[judged.label]
        if is_edited and not wrong:
            target = Target.SUPPORTED
        elif not is_supported and judged.set_name in _UNSURE:
            target = Target.REFUSED
        yield Example(
            text=unit.text,
            sentences=unit.sentences,
            target=target,
            answering=(Answering.UNKNOWN,) * len(unit.sentences),
            source="fm2-near" if judged.source == _ADDED_SOURCE else judged.set_name,
            knows_words=is_supported or is_edited,
            wrong=wrong,
        )


def _wrong(unit: Unit, judged: Judged) -> tuple[Span, ...]:
    """The changed words of the unit, against the sentence of the original that is most like it."""
    if len(judged.units) == 1:
        return changed_spans(judged.original, unit.text)
    originals = split_sentences(judged.original)
    found = [changed_spans(original, unit.text) for original in originals]
    return min(found, key=lambda spans: sum(len(span.slice(unit.text)) for span in spans), default=())
