"""Where faithful claims come from: gold sentences, each of which is a claim that its own place proves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

from eval.cases import DataError, Split, read_file
from eval.loaded_sets import LoadedSet
from eval.mutations.records import FaithfulClaim
from eval.mutations.speakers import speaker_of
from rag import Span, sentence_spans

__all__ = ["PUBLIC_SETS", "public_claims", "sampled", "seed_claims"]

PUBLIC_SETS = ("squad2", "qed", "clapnq")
"""Sets of `eval.data_sets` whose gold evidence is a sentence or a phrase of one."""

_SPLIT_BY_NAME = {"dev": Split.TUNE, "test": Split.REPORT}
MIN_WORDS, MAX_WORDS = 5, 45
"""Of a public sentence: shorter ones are headings, longer ones are mostly lists or badly cut."""


def seed_claims(folder: Path, *, split: Split | None = None) -> list[FaithfulClaim]:
    """The gold sentences of `questions.jsonl` in the folder, each once, by place.

    split: the half; a sentence that both halves have belongs to the tune half. None gives both.

    Raises:
        DataError: the file or a document is missing or not of the expected form, or a gold quote is not what stands
            at its span.
    """
    split_by_place: dict[tuple[str, Span], Split] = {}
    texts: dict[str, str] = {}
    for row in read_file(folder / "questions.jsonl").rows:
        source, half = row.text("gold_source"), _SPLIT_BY_NAME.get(row.text("split"))
        if half is None:
            raise DataError(row.place, f"the split is {row.text('split')!r} - make it 'dev' or 'test'")
        if source not in texts:
            texts[source] = _text(folder / source)
        for gold in row.rows("gold_spans"):
            span = Span(start=gold.number("start"), end=gold.number("end"))
            if span.slice(texts[source]) != gold.text("quote") or not span:
                raise DataError(row.place, f"its gold quote is not what stands at {span} of {source!r} - mend the span")
            place = (source, span)
            split_by_place[place] = Split.TUNE if Split.TUNE in (half, split_by_place.get(place)) else half
    return [
        _claim(f"seeds:{span.start}", source, texts[source], span)
        for (source, span), half in sorted(split_by_place.items())
        if split in (None, half)
    ]


def public_claims(
    loaded: LoadedSet, *, split: Split | None = None, limit: int | None = None, seed: int = 0
) -> list[FaithfulClaim]:
    """The whole sentences around the gold evidence of a set, each once, in the order of their places.

    Left out are fragments, which end without a full stop, sentences of fewer than `MIN_WORDS` or more than
    `MAX_WORDS` words, and evidence that crosses the border of a sentence.

    split: the half; None gives both. limit: at most that many, drawn by the seed.
    """
    spans_by_document: dict[str, list[Span]] = {}
    found: dict[tuple[str, Span], None] = {}
    for case in loaded.cases:
        if split not in (None, case.split):
            continue
        for document_id, gold in case.gold_spans:
            text = loaded.corpus[document_id].text
            spans = spans_by_document.setdefault(document_id, sentence_spans(text))
            found.update(
                ((document_id, span), None) for span in spans if span.contains(gold) and _is_whole(span.slice(text))
            )
    places = sampled(sorted(found), limit=limit, seed=seed)
    return [
        _claim(f"{loaded.name}:{document_id}:{span.start}", document_id, loaded.corpus[document_id].text, span)
        for document_id, span in places
    ]


def sampled(places: Sequence[tuple[str, Span]], *, limit: int | None, seed: int) -> list[tuple[str, Span]]:
    """At most `limit` of the places, in their order; the same ones for the same seed."""
    if limit is None or limit >= len(places):
        return list(places)
    random = Random(seed)  # noqa: S311  draws a sample, guards no secret
    return sorted(random.sample(list(places), limit))


def _is_whole(sentence: str) -> bool:
    n_words = len(re.findall(r"\w+", sentence))
    return MIN_WORDS <= n_words <= MAX_WORDS and sentence[0].isupper() and sentence.endswith(".")


def _claim(name: str, document_id: str, text: str, span: Span) -> FaithfulClaim:
    sentence = span.slice(text)
    return FaithfulClaim(
        id=name, text=sentence, document_id=document_id, document_text=text, cited=(span,), speaker=speaker_of(sentence)
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), "a gold question names it and it cannot be read - put the document there") from error
