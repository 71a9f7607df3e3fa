"""Pairs by rule: sentences of training documents and supported claims, made false, kept true, and turned around.

A claim that is a copy of its evidence but for one word teaches to look at each word. So that the model cannot go by how
a text reads, the edit is now in the claim and now in the evidence, and what was edited on both sides is supported.
Neighbours of the cited sentences stand with them as often as not, as they do in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from eval.mutations import FaithfulClaim, Mutant, MutationKind, mutants_of, rewordings_of, speaker_of
from eval.mutations.records import Change
from eval.mutations.roles import swapped_roles
from eval.training.verifier.data.claims import Judged
from eval.training.verifier.data.examples import Answering, Example, Target, changed_spans, plain
from eval.training.verifier.data.parts import Held, Part
from eval.training.verifier.data.swaps import exchanged_names, exchanged_nouns, other_names, swapped_words
from eval.training.verifier.data.voices import voiced
from rag import Span, VerdictLabel, sentence_spans

__all__ = [
    "Passage",
    "human_claims",
    "mutated_examples",
    "order_examples",
    "role_examples",
    "sentence_claims",
]

_TARGETS: Mapping[MutationKind, Target] = MappingProxyType(
    {
        MutationKind.NUMBER: Target.CONTRADICTED,
        MutationKind.DATE: Target.CONTRADICTED,
        MutationKind.NAME: Target.REFUSED,
        MutationKind.NEGATION: Target.CONTRADICTED,
        MutationKind.SPEAKER: Target.REFUSED,
        MutationKind.ROLE_SWAP: Target.REFUSED,
        MutationKind.NEIGHBOUR: Target.UNSUPPORTED,
        MutationKind.ADDITION: Target.UNSUPPORTED,
    }
)
"""A shift leaves the quote as it was, so it is none of the verifier's business."""
_SWAPS: Mapping[str, Callable[[FaithfulClaim, Random], Iterator[Change]]] = MappingProxyType(
    {"opposite": swapped_words, "any_name": other_names, "exchange": exchanged_names, "nouns": exchanged_nouns}
)
N_PER_CLAIM = 3
"""Mutants of one claim that are learned from; the rarer kinds go first."""
_RARITY = (
    MutationKind.SPEAKER, MutationKind.ROLE_SWAP, MutationKind.NUMBER, MutationKind.DATE, MutationKind.NAME,
    MutationKind.NEGATION, MutationKind.ADDITION, MutationKind.NEIGHBOUR,
)  # fmt: skip
_TURNED_SHARE, _COPY_SHARE = 0.35, 0.5
_MIN_WORDS, _MAX_WORDS = 5, 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A training document in plain characters; its title may be empty."""

    id: str
    text: str
    title: str = ""


def sentence_claims(passage: Passage, *, limit: int, seed: int) -> list[FaithfulClaim]:
    """Whole sentences of the passage as claims that they themselves prove; at most `limit`, drawn by the seed."""
    random = Random(f"{seed}:{passage.id}")  # noqa: S311  draws a sample, guards no secret
    spans = [span for span in sentence_spans(passage.text) if _is_whole(span.slice(passage.text))]
    return [
        FaithfulClaim(
            id=f"{passage.id}:{span.start}",
            text=span.slice(passage.text),
            document_id=passage.id,
            document_text=passage.text,
            cited=(span,),
            speaker=speaker_of(span.slice(passage.text)),
        )
        for span in sorted(random.sample(spans, min(limit, len(spans))))
    ]


def human_claims(judged: Sequence[Judged], held: Held) -> Iterator[FaithfulClaim]:
    """The supported claims of the training part, with their evidence as the document."""
    for number, each in enumerate(judged):
        if each.part is not Part.TRAIN or each.label is not VerdictLabel.SUPPORTED:
            continue
        for unit in each.units:
            text = " ".join(unit.sentences)
            spans = tuple(sentence_spans(text))
            if spans and not held.has(unit.text, unit.sentences):
                yield FaithfulClaim(
                    id=f"{each.set_name}:{number}:{unit.text[:20]}",
                    text=unit.text,
                    document_id=f"{each.set_name}:{number}",
                    document_text=text,
                    cited=spans,
                    speaker=speaker_of(unit.text),
                )


def mutated_examples(claim: FaithfulClaim, *, seed: int) -> Iterator[Example]:
    """The claim untouched, reworded, with some of its mutants, joined with a neighbour."""
    random = Random(f"{seed}:{claim.id}:training")  # noqa: S311  draws a sample, guards no secret
    is_copy = len(claim.cited) == 1 and claim.text == claim.evidence[0]
    if random.random() < _COPY_SHARE:
        yield _example(claim.text, _around(claim, random), Target.SUPPORTED, source="copy" if is_copy else "human")
    for reworded in rewordings_of(claim, seed=seed):
        yield _example(reworded.claim_text, _around(claim, random), Target.SUPPORTED, source="reworded")
    mutants = mutants_of(claim, seed=seed)
    by_kind = {kind: [mutant for mutant in mutants if mutant.kind is kind] for kind in _RARITY}
    for kind in [kind for kind in _RARITY if by_kind[kind]][:N_PER_CLAIM]:
        yield from _of_mutant(claim, random.choice(by_kind[kind]), is_copy=is_copy, random=random)
    for name, swap in _SWAPS.items():
        edited = next(swap(claim, random), None)
        if edited is not None and edited.text != claim.text:
            yield from _edited(claim, edited.text, Target.REFUSED, name, is_copy=is_copy, random=random)
    if is_copy:
        yield from _unions(claim, random)


def role_examples(claim: FaithfulClaim, *, seed: int) -> Iterator[Example]:
    """Who does what to whom exchanged, beside the claim as it was; none where the rules find nothing to exchange.

    Few sentences can be turned around so, and a small model needs many of them before it looks at the order of words.
    """
    random = Random(f"{seed}:{claim.id}:roles")  # noqa: S311  draws a sample, guards no secret
    for change in swapped_roles(claim, random):
        source = str(MutationKind.ROLE_SWAP)
        yield _example(claim.text, _around(claim, random), Target.SUPPORTED, source=source)
        yield from _edited(claim, change.text, Target.REFUSED, source, is_copy=True, random=random)


def order_examples(claim: FaithfulClaim, *, seed: int) -> Iterator[Example]:
    """The claim in the other voice, or with a phrase moved, where it still says the same and where it does not."""
    random = Random(f"{seed}:{claim.id}:order")  # noqa: S311  draws a sample, guards no secret
    is_copy = len(claim.cited) == 1 and claim.text == claim.evidence[0]
    for made in voiced(claim.text, random):
        around = _around(claim, random)
        text, shown = made.text, around
        if is_copy and random.random() < 0.5:
            text, shown = claim.text, tuple(made.text if sentence == claim.text else sentence for sentence in around)
        target = Target.SUPPORTED if made.is_same else Target.REFUSED
        yield _example(text, shown, target, source="voice" if made.is_turned else "moved")
    if is_copy:
        for name in ("exchange", "nouns"):
            edited = next(_SWAPS[name](claim, random), None)
            if edited is not None and edited.text != claim.text:
                yield from _edited(claim, edited.text, Target.REFUSED, name, is_copy=True, random=random)


def _of_mutant(claim: FaithfulClaim, mutant: Mutant, *, is_copy: bool, random: Random) -> Iterator[Example]:
    target = _TARGETS[mutant.kind]
    if mutant.kind is MutationKind.NEIGHBOUR:
        everything = (Span(start=0, end=len(claim.text)),)
        yield _example(claim.text, mutant.quotes, target, source="neighbour", wrong=everything)
    elif mutant.kind is MutationKind.ADDITION:
        yield from _added(claim, mutant, is_copy=is_copy, random=random)
    else:
        yield from _edited(claim, mutant.claim_text, target, str(mutant.kind), is_copy=is_copy, random=random)


def _edited(
    claim: FaithfulClaim, edited: str, target: Target, kind: str, *, is_copy: bool, random: Random
) -> Iterator[Example]:
    """The edit in the claim, in the evidence instead, or in both."""
    around = _around(claim, random)
    yield _example(edited, around, target, source=kind, wrong=changed_spans(claim.text, edited))
    if not is_copy or random.random() >= _TURNED_SHARE:
        return
    turned = tuple(edited if sentence == claim.text else sentence for sentence in around)
    if random.random() < 0.7:
        yield _example(claim.text, turned, target, source=kind, wrong=changed_spans(edited, claim.text))
    else:
        yield _example(edited, turned, Target.SUPPORTED, source="copy")


def _added(claim: FaithfulClaim, mutant: Mutant, *, is_copy: bool, random: Random) -> Iterator[Example]:
    """The addition without evidence, with the sentence of the document that has it, and the evidence that says more."""
    added = mutant.change.rpartition(" → +")[2].removeprefix(", and ")
    sentences = [span.slice(claim.document_text) for span in sentence_spans(claim.document_text)]
    having = [sentence for sentence in sentences if added[1:] and added[1:] in sentence]
    around = tuple(each for each in _around(claim, random) if each not in having or each in claim.evidence)
    wrong = changed_spans(claim.text, mutant.claim_text)
    yield _example(mutant.claim_text, around, Target.UNSUPPORTED, source="addition", wrong=wrong)
    if having:
        both = tuple(each for each in sentences if each in claim.evidence or each in having)
        yield _example(mutant.claim_text, both, Target.SUPPORTED, source="union")
    elif is_copy and random.random() < _TURNED_SHARE:
        turned = tuple(mutant.claim_text if sentence == claim.text else sentence for sentence in around)
        yield _example(claim.text, turned, Target.SUPPORTED, source="copy")


def _unions(claim: FaithfulClaim, random: Random) -> Iterator[Example]:
    """The claim with another sentence of the document behind it: cited with both, or with one of them."""
    spans = [span for span in sentence_spans(claim.document_text) if _is_whole(span.slice(claim.document_text))]
    others = [span for span in spans if span not in claim.cited]
    if not others or random.random() < _COPY_SHARE:
        return
    other = min(others, key=lambda span: (abs(span.start - claim.cited[0].start), span))
    joined = other.slice(claim.document_text)
    pieces = [claim.text, joined]
    random.shuffle(pieces)
    text = " ".join(pieces)
    if random.random() < 0.5:
        both = sorted([other, *claim.cited])
        yield _example(text, [span.slice(claim.document_text) for span in both], Target.SUPPORTED, source="union")
    else:
        start = text.index(joined)
        wrong = (Span(start=start, end=start + len(joined)),)
        yield _example(text, claim.evidence, Target.UNSUPPORTED, source="union", wrong=wrong)


def _around(claim: FaithfulClaim, random: Random) -> tuple[str, ...]:
    """The cited sentences, half of the time with up to two neighbours on a side, in the order of the document."""
    spans = sentence_spans(claim.document_text)
    cited = [number for number, span in enumerate(spans) if any(span.overlaps(each) for each in claim.cited)]
    if not cited or random.random() < 0.5:
        return claim.evidence
    first, last = max(0, cited[0] - random.randint(0, 2)), cited[-1] + random.randint(0, 2)
    return tuple(span.slice(claim.document_text) for span in spans[first : last + 1])


def _example(
    text: str, sentences: Sequence[str], target: Target, *, source: str, wrong: tuple[Span, ...] = ()
) -> Example:
    shown = tuple(filter(None, map(plain, sentences)))
    return Example(
        text=text,
        sentences=shown,
        target=target,
        answering=(Answering.UNKNOWN,) * len(shown),
        source=source,
        knows_words=target is Target.SUPPORTED or bool(wrong),
        wrong=wrong,
    )


def _is_whole(sentence: str) -> bool:
    n_words = len(re.findall(r"\w+", sentence))
    return _MIN_WORDS <= n_words <= _MAX_WORDS and sentence[0].isupper() and sentence.endswith(".")
