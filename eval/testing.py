"""For tests of your own: `faithful(answer)` fails a test whose answer says what its sources do not.

It takes answers of this assistant, and of any other system as text with the sources that it was given:

    from eval.testing import faithful  # in the test's file or in conftest.py

    def test_refunds(faithful):
        faithful("Refunds are possible for 30 days. [1]", ["A refund is possible for 30 days after purchase."])

The judge is the assistant's own check of claims, offline and on the processor. It errs at times: eval/README.md says
how often. `pytest` is the one thing that this file needs beside what is installed with the assistant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pytest

from rag import Answer, Assistant, ClaimWithEvidence, Settings, VerdictLabel, VerifiedClaim, sentence_spans

__all__ = ["Faithful", "Unfaithful", "faithful"]

Sources = Sequence[str] | Mapping[str, str]

_MARKERS = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")
_WITHOUT = "no source was given"
_WORD = re.compile(r"\w+")
_N_WORDS = 150
_N_SENTENCES = 6
"""Of sources that are longer together, the sentences with most of a claim's words are read, in their order."""


class Unfaithful(NamedTuple):
    """A statement that its sources do not support, why, and what was read."""

    statement: str
    reason: str
    sources: tuple[str, ...]


class Faithful:
    """Checks answers; what the fixture `faithful` gives."""

    def __init__(self, assistant: Assistant) -> None:
        """assistant: whose check of claims is asked; its documents play no part."""
        self._assistant = assistant

    def __call__(
        self, answer: Answer | str, sources: Sources = (), *, strict: bool = False, ignoring: Sequence[str] = ()
    ) -> None:
        """Nothing, when every statement of the answer is supported; an answer that abstained states nothing.

        sources: what another system's answer was made from: texts that `[1]`, `[2]` … number, or texts by marker. A
            statement with markers is held against those sources, another one against all.
        strict: asks for what this assistant asks for before it shows a claim, which refuses true rewordings, too.
        ignoring: sentences that state nothing about the sources, such as a greeting.

        Raises:
            AssertionError: statements are not supported; the message has each with the reason and the sources.
        """
        __tracebackhide__ = True
        found = self.unfaithful(answer, sources, strict=strict, ignoring=ignoring)
        if found:
            raise AssertionError("\n".join([f"{len(found)} of the answer's statements not supported", *_told(found)]))

    def unfaithful(
        self, answer: Answer | str, sources: Sources = (), *, strict: bool = False, ignoring: Sequence[str] = ()
    ) -> list[Unfaithful]:
        """The statements that are not supported, in the order of the answer; arguments as above."""
        if isinstance(answer, Answer):
            return self._of_claims(answer.claims)
        by_marker = sources if isinstance(sources, Mapping) else {str(n): text for n, text in enumerate(sources, 1)}
        asked: list[Unfaithful] = []
        for sentence, markers in _statements(answer):
            if not sentence or sentence in ignoring:
                continue
            unknown = [marker for marker in markers if marker not in by_marker]
            cited = tuple(by_marker[each] for each in markers or by_marker if each in by_marker)
            reason = f"it cites [{unknown[0]}], and there is no such source" if unknown else _WITHOUT * (not cited)
            asked.append(Unfaithful(sentence, reason, cited if reason else _nearest(sentence, cited)))
        return self._judged(asked, strict=strict)

    def _of_claims(self, claims: Sequence[VerifiedClaim]) -> list[Unfaithful]:
        """Of our own answers: the verdict that each claim was shown with, and the claim beside its quotes once more."""
        asked = []
        for each in claims:
            is_refused = each.verdict.label is not VerdictLabel.SUPPORTED
            reason = "; ".join(each.verdict.reasons) or each.verdict.label.value
            quotes = tuple(citation.quote for citation in each.claim.citations)
            asked.append(Unfaithful(each.claim.text, reason if is_refused else "", quotes))
        return self._judged(asked)

    def _judged(self, asked: Sequence[Unfaithful], *, strict: bool = False) -> list[Unfaithful]:
        """Those that have a reason already, and those whose sources do not support them, in their order."""
        open_ones = [each for each in asked if not each.reason]
        pairs = [ClaimWithEvidence(each.sources, each.statement) for each in open_ones]
        verdicts = dict(zip(pairs, self._assistant.verify(pairs, is_strict=strict), strict=True)) if pairs else {}
        judged = []
        for each in asked:
            verdict = None if each.reason else verdicts[ClaimWithEvidence(each.sources, each.statement)]
            if verdict is None:
                judged.append(each)
            elif verdict.label is not VerdictLabel.SUPPORTED:
                judged.append(each._replace(reason="; ".join(verdict.reasons) or verdict.label.value))
        return judged


@pytest.fixture(scope="session")
def faithful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faithful]:
    """Checks whether answers are faithful, with the settings that `RAG_*` variables name."""
    settings = Settings(llm="none", embedder="hashing")
    with Assistant.open(tmp_path_factory.mktemp("faithful") / "store", settings) as assistant:
        yield Faithful(assistant)


def _statements(answer: str) -> Iterator[tuple[str, list[str]]]:
    """The sentences without their markers, each with its markers; those that stand after a full stop belong before it.

    >>> list(_statements("It rained [1]. It stopped. [2, 3] Why not?"))
    [('It rained.', ['1']), ('It stopped.', ['2', '3']), ('Why not?', [])]
    """
    moved = re.sub(r"([.!?])((?:\s*\[\d+(?:\s*,\s*\d+)*\])+)", r"\2\1", answer)
    for span in sentence_spans(moved):
        sentence = span.slice(moved)
        markers = [each.strip() for found in _MARKERS.findall(sentence) for each in found.split(",")]
        yield " ".join(_MARKERS.sub("", sentence).split()), markers


def _nearest(claim: str, sources: Sequence[str]) -> tuple[str, ...]:
    """The sources as they are when they are short, else their sentences with most words of the claim, in order."""
    if sum(len(source.split()) for source in sources) <= _N_WORDS:
        return tuple(sources)
    words = set(_WORD.findall(claim.lower()))
    sentences = [span.slice(source) for source in sources for span in sentence_spans(source)]
    shared = [len(words & set(_WORD.findall(sentence.lower()))) for sentence in sentences]
    best = sorted(range(len(sentences)), key=lambda number: -shared[number])[:_N_SENTENCES]
    return tuple(sentences[number] for number in sorted(best))


def _told(found: Sequence[Unfaithful]) -> Iterator[str]:
    for each in found:
        yield f"  says     {each.statement}"
        yield f"  but      {each.reason}"
        for source in each.sources:
            shown = " ".join(source.split())
            yield f"  source   {shown[:200]}{'…' if len(shown) > 200 else ''}"
