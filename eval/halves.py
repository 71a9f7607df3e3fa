"""The tune and the report half: which rows belong together, and which half they fall into.

What shares a document falls into the same half, so that nothing tuned on one half has seen the other. Documents that
one question needs together are joined first, and the smallest id of the joined documents is hashed. Conversations are
hashed by their own id, which `mtrag` and `rewrite` share. A question that belongs to no document is hashed by its own
id, a pair without one by its page or its premise. Published figures use the sets' own splits, so ours do not compare.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from eval.cases import Row, Split

__all__ = ["conversation_id", "half", "halves", "pair_groups", "question_groups"]


def half(document_id: str) -> Split:
    """The half that a document or a conversation belongs to, by the parity of the last byte of its id's SHA-256."""
    digest = hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).digest()
    return Split.TUNE if digest[-1] % 2 == 0 else Split.REPORT


def question_groups(row: Row) -> tuple[str, ...]:
    """What the question shares with others: its conversation, or else its documents, or else nothing but its own id."""
    if row.rows("history") or conversation_id(row.text("id")) != row.text("id"):
        return (conversation_id(row.text("id")),)
    context_document = row.notes("meta").get("context_doc", "")
    return (*row.texts("gold_docs"), *filter(None, [context_document])) or (row.text("id"),)


def conversation_id(question_id: str) -> str:
    """The conversation that a question belongs to, under one name in `mtrag` and `rewrite`.

    >>> conversation_id("mtragun_18ef<::>7"), conversation_id("mtrag_18ef<::>2"), conversation_id("canard_C_02ab_1_8")
    ('18ef', '18ef', 'canard_C_02ab')
    """
    if question_id.startswith("canard_"):  # two conversations about one section of an article: C_…_0 and C_…_1
        return re.sub(r"(_\d+)+$", "", question_id)
    found = re.fullmatch(r"(?:mtrag_|mtragun_)(.+)<::>\d+", question_id)
    return found[1] if found else question_id


def pair_groups(pairs: Sequence[Row], questions: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """What each pair shares with others: documents of the question with its claim, or else its page or premise."""
    by_claim: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        by_claim[question.text("text")].update(question_groups(question))
    for pair in pairs:
        page = pair.notes("meta").get("page", "")
        yield tuple(sorted(by_claim.get(pair.text("claim"), ()))) or (page or pair.text("premise"),)


def halves(groups: Sequence[tuple[str, ...]]) -> list[Split]:
    """The half of each row: rows that share a name, directly or over other rows, are in the same one."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for names in groups:
        for name in names:
            first, second = sorted((root(names[0]), root(name)))
            parent[second] = first  # the smallest name stays on top
    return [half(root(names[0])) for names in groups]
