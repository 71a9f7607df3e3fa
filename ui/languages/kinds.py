"""What the records of `rag` say by a kind or a number, in the words of the page's language.

`rag` speaks English; what it says by an enum, a number or a constant is said here once more, so that it can be
translated, and a test holds the English of both together. What it says in sentences of its own, such as why a claim is
refused, stays English, and the page marks it as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from rag import (
    NOT_IN_DOCUMENTS,
    SURE_RECOGNITION,
    Answer,
    AnswerStatus,
    Assertion,
    Citation,
    DraftFinding,
    DraftPart,
    DraftVerdict,
    VerdictLabel,
)
from ui.languages.words import N_, Language, _, language

__all__ = ["advice", "answer_text", "corroboration", "kind", "page", "recognition", "role"]

_KINDS: Mapping[Enum, str] = {
    VerdictLabel.SUPPORTED: N_("supported"),
    VerdictLabel.CONTRADICTED: N_("contradicted"),
    VerdictLabel.UNSUPPORTED: N_("unsupported"),
    Assertion.STATED: N_("stated"),
    Assertion.REPORTED: N_("reported"),
    Assertion.ALLEGED: N_("alleged"),
    Assertion.DENIED: N_("denied"),
    Assertion.PLANNED: N_("planned"),
    Assertion.POSSIBLE: N_("possible"),
    Assertion.CONDITIONAL: N_("conditional"),
    Assertion.FICTIONAL: N_("fictional"),
    Assertion.JOKING: N_("joking"),
    Assertion.WITHDRAWN: N_("withdrawn"),
    Assertion.ASKED: N_("asked"),
    DraftPart.QUOTATION: N_("quotation"),
    DraftPart.ATTRIBUTED: N_("attributed"),
    DraftPart.CLAIM: N_("claim"),
    DraftVerdict.EXACT: N_("exact"),
    DraftVerdict.DIFFERS: N_("differs"),
    DraftVerdict.SPLICED: N_("spliced"),
    DraftVerdict.OTHER_SPEAKER: N_("other speaker"),
    DraftVerdict.OTHER_SOURCE: N_("other source"),
    DraftVerdict.NUMBER_CHANGED: N_("number changed"),
    DraftVerdict.DATE_CHANGED: N_("date changed"),
    DraftVerdict.NAME_CHANGED: N_("name changed"),
    DraftVerdict.NEGATION_CHANGED: N_("negation changed"),
    DraftVerdict.CONTEXT_DROPPED: N_("context dropped"),
    DraftVerdict.NOT_STATED: N_("not stated"),
    DraftVerdict.NOT_FOUND: N_("not in the documents"),
    DraftVerdict.UNCHECKED: N_("unchecked"),
}
"""By value: a supported part of a draft is called as a supported claim is."""
_ADVICE: Mapping[DraftVerdict, str] = {
    DraftVerdict.EXACT: N_("Word for word."),
    DraftVerdict.DIFFERS: N_("Other words than the source’s: take the source’s words, or paraphrase without marks."),
    DraftVerdict.SPLICED: N_("Two places are joined as if they were one: quote them apart, or mark what is left out."),
    DraftVerdict.OTHER_SPEAKER: N_("The source gives it to somebody else: find out who says it."),
    DraftVerdict.OTHER_SOURCE: N_("It stands in another source than the one named: name the one that has it."),
    DraftVerdict.NUMBER_CHANGED: N_("The source has another number: correct it."),
    DraftVerdict.DATE_CHANGED: N_("The source has another date: correct it."),
    DraftVerdict.NAME_CHANGED: N_("The source has another name: correct it."),
    DraftVerdict.NEGATION_CHANGED: N_("It says the opposite of the source: take the source’s words."),
    DraftVerdict.CONTEXT_DROPPED: N_("The source’s next words turn it: quote them too, or say it."),
    DraftVerdict.NOT_STATED: N_("The source does not state it as a fact: say as what it is said, and by whom."),
    DraftVerdict.SUPPORTED: N_("The source says so."),
    DraftVerdict.NOT_FOUND: N_("Not in the documents: find a source, or leave it out."),
    DraftVerdict.UNCHECKED: N_("Not checked."),
}


def kind(value: Assertion | DraftPart | DraftVerdict | VerdictLabel) -> str:
    """The value as a word.

    >>> kind(VerdictLabel.SUPPORTED)
    'supported'
    """
    return _(_KINDS[value])


def role(citation: Citation) -> str:
    """As what the document says the quote; empty for what is plainly stated."""
    return "" if citation.assertion is Assertion.STATED else kind(citation.assertion)


def answer_text(answer: Answer) -> str:
    """The answer's own text; that there is none, in the language of the page."""
    is_none = answer.status is AnswerStatus.ABSTAINED and answer.text == NOT_IN_DOCUMENTS
    return _("The documents do not answer this.") if is_none else answer.text


def advice(finding: DraftFinding) -> str:
    """What to do about a part of a draft: in English with the words that differ, else in general."""
    return finding.advice if language() is Language.ENGLISH else _(_ADVICE[finding.verdict])


def page(number: int, label: str = "") -> str:
    """As `Citation.page_in_words`.

    >>> page(4), page(4, "iv"), page(0)
    ('page 4', 'page iv (4 in the file)', '')
    """
    if not number:
        return ""
    if label:
        return _("page {label} ({number} in the file)", label=label, number=str(number))
    return _("page {number}", number=str(number))


def corroboration(citation: Citation) -> str:
    """As `Citation.corroboration_in_words`."""
    if not citation.said_elsewhere:
        return ""
    return _(
        "{n_sources} sources, {n_independent} independent",
        n_sources=citation.n_sources,
        n_independent=citation.n_independent,
    )


def recognition(citation: Citation) -> str:
    """As `Citation.recognition_in_words`."""
    if not citation.places:
        return ""
    place = _("recognised (OCR) {n_percent} % down the page", n_percent=round(100 * citation.places[0].top))
    if citation.confidence >= SURE_RECOGNITION:
        return place
    doubt = _("with doubt ({n_percent} %): compare it with the page", n_percent=round(100 * citation.confidence))
    return f"{place}, {doubt}"
