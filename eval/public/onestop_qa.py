"""OneStopQA: questions on news paragraphs at three levels of difficulty, with a span that answers and a misleading one.

A document is a paragraph at one level. `a` of the four answers is the right one; `c` is what the distractor span seems
to say, where there is one. Tags say which question a span is of: <A1>…</A1>, <D1>…</D1>.
Source: github.com/berzak/onestop-qa (CC BY-SA 4.0), annotations/annotated_articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from eval.cases import DataError
from eval.public.rows import Converted, Fields, document_row, question_row, read_text

__all__ = ["convert"]

_FOLDER = Path("annotations") / "annotated_articles"
_LEVEL = re.compile(r"^(Adv|Int|Ele):\s*(.+?)\s*$", re.MULTILINE)
_QUESTION = re.compile(r"^Q\d?:\s*(.+?)\s*\na:\s*(.+?)\s*$", re.MULTILINE)
_TAG = re.compile(r"<(/?)([AD]\d)>")


def convert(checkout: Path) -> Converted:
    """One document for each level of a paragraph, with its questions; one whose answer is not marked is left out."""
    articles = sorted((checkout / _FOLDER).glob("*.txt"))
    if not articles:
        raise DataError(str(checkout / _FOLDER), "it holds no articles - name a checkout of the set's repository")
    corpus: list[Fields] = []
    queries: list[Fields] = []
    n_left_out = 0
    for number, article in enumerate(articles):
        for place, paragraph in enumerate(read_text(article).split("# Paragraph")[1:]):
            for level, marked in _LEVEL.findall(paragraph):
                id_ = f"onestop_{number}_{place}_{level.lower()}"
                text, spans = _unmarked(marked)
                corpus.append(document_row(id_, text))
                asked = list(_questions(id_, level, paragraph, spans))
                queries.extend(row for row in asked if row["answerable"])
                n_left_out += sum(not row["answerable"] for row in asked)
    return Converted(corpus, queries, n_left_out=n_left_out)


def _questions(id_: str, level: str, paragraph: str, spans: dict[str, list[str]]) -> Iterator[Fields]:
    for number, (question, answer) in enumerate(_QUESTION.findall(paragraph), start=1):
        evidence, distractors = spans.get(f"A{number}", []), spans.get(f"D{number}", [])
        yield question_row(
            f"{id_}_q{number}", question, id_, evidence, answers=[answer], distractors=distractors, kind=level.lower()
        )


def _unmarked(marked: str) -> tuple[str, dict[str, list[str]]]:
    """The text without its tags, and what each of them encloses.

    >>> _unmarked("<A1>He won. <D2>They lost.</D2></A1> It rained.")
    ('He won. They lost. It rained.', {'D2': ['They lost.'], 'A1': ['He won. They lost.']})
    """
    text, end = "", 0
    begun: dict[str, int] = {}
    spans: dict[str, list[str]] = {}
    for tag in _TAG.finditer(marked):
        text += marked[end : tag.start()]
        end = tag.end()
        if not tag[1]:
            begun[tag[2]] = len(text)
        elif tag[2] in begun and text[begun[tag[2]] :].strip():
            spans.setdefault(tag[2], []).append(text[begun.pop(tag[2]) :].strip())
    return text + marked[end:], spans
