"""The figures of a run in the groups in which a report shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from eval.summary import Line

__all__ = ["GROUPS", "LineGroup", "grouped"]

OTHERS = "Other figures"

GROUPS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "All cases": ("failed",),
        "Retrieval": (
            "evidence_first",
            "evidence_in_5",
            "evidence_in_10",
            "evidence_recall_10",
            "evidence_rank",
            "document_in_5",
            "document_recall_5",
            "document_ndcg_10",
        ),
        "Citations": (
            "citation_validity",
            "gold_cited",
            "citation_recall",
            "citation_precision",
            "citation_f1",
            "support_recall",
            "support_precision",
            "wrong_speaker",
            "n_citations",
        ),
        "Answers": ("answer_contains", "answer_f1", "answer_exact", "answer_error"),
        "Abstention": (
            "answered",
            "false_refusal",
            "abstained",
            "abstained_false_premise",
            "abstention_precision",
            "aurc",
        ),
        "Verification": ("balanced_accuracy", "auroc", "overlap_auroc", "ece"),
        "Conversation": ("rewrite_f1", "rewrite_exact", "rewrite_recall"),
        "Mutants": ("mutant_caught", "untouched_accused", "rewording_accused"),
    }
)
"""Group → keys of its measures; of a run that answers questions, "Verification" is the decision to answer."""


class LineGroup(NamedTuple):
    """Figures that belong together; never empty."""

    title: str
    lines: tuple[Line, ...]


def grouped(lines: Sequence[Line], *, is_verification: bool) -> list[LineGroup]:
    """The figures by group, those of no group at the end; groups without a figure are left out.

    is_verification: whether claims were verified; else the score is that the documents answer the question.
    """
    title_by_key = {key: title for title, keys in GROUPS.items() for key in keys}
    groups = []
    for title in (*GROUPS, OTHERS):
        members = tuple(line for line in lines if title_by_key.get(line.measure.key, OTHERS) == title)
        shown = "Decision to answer" if title == "Verification" and not is_verification else title
        if members:
            groups.append(LineGroup(shown, members))
    return groups
