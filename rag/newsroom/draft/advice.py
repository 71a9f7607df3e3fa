"""What is wrong with a part of a draft and what to do about it, in a sentence or two for people."""

from __future__ import annotations

from collections.abc import Sequence

from rag.newsroom.draft.cutting import Part
from rag.newsroom.draft.quotations import Judged
from rag.types import DifferenceKind, DraftDifference, DraftPart, DraftPlace, DraftVerdict

__all__ = ["advice_on"]

_MOST_SHOWN = 60
_KIND = {
    DraftVerdict.NUMBER_CHANGED: "number",
    DraftVerdict.DATE_CHANGED: "date",
    DraftVerdict.NAME_CHANGED: "name",
}


def advice_on(part: Part, judged: Judged, places: Sequence[DraftPlace]) -> str:
    """The sentence that goes with a verdict."""
    is_quotation = part.kind is DraftPart.QUOTATION
    match judged.verdict:
        case DraftVerdict.EXACT:
            return f"Word for word{_by(places)}."
        case DraftVerdict.SUPPORTED:
            rounded = next((each for each in judged.differences if each.kind is DifferenceKind.ROUNDED), None)
            note = f" The number is rounded from {_shown(rounded.source_words)}." if rounded else ""
            return f"The source says so.{note}"
        case DraftVerdict.UNCHECKED:
            return f"Not checked: {judged.reason or 'nothing that a document could prove'}."
        case DraftVerdict.DIFFERS:
            return _on_difference(judged, is_quotation=is_quotation)
        case DraftVerdict.SPLICED:
            return "Two places are joined as if they were one - quote them apart, or mark what is left out with […]."
        case DraftVerdict.OTHER_SPEAKER:
            return _on_speaker(part, places)
        case DraftVerdict.OTHER_SOURCE:
            where = places[0].title or places[0].source
            return f"It stands in {_shown(where)}, and not in {judged.outlet} - name the source that has it."
        case DraftVerdict.NEGATION_CHANGED:
            return f"It says the opposite of the source: {_words(judged)} - take the source's words."
        case DraftVerdict.NUMBER_CHANGED | DraftVerdict.DATE_CHANGED | DraftVerdict.NAME_CHANGED:
            return f"The source has another {_KIND[judged.verdict]}: {_words(judged)} - correct it."
        case DraftVerdict.CONTEXT_DROPPED:
            return f"The source turns it with {_shown(judged.turned)} - quote that too, or say it."
        case DraftVerdict.NOT_STATED:
            return f"The source does not state it: there it is {judged.reason} - say so, and by whom."
        case _:
            return _on_absence(judged, is_quotation=is_quotation)


def _by(places: Sequence[DraftPlace]) -> str:
    return f", said by {places[0].speaker}" if places and places[0].speaker else ""


def _on_difference(judged: Judged, *, is_quotation: bool) -> str:
    wrong = [each for each in judged.differences if not each.is_harmless]
    if any(each.kind is DifferenceKind.NOT_QUOTED for each in wrong):
        return "These are the source's own words about what was said, and no quotation - take off the quotation marks."
    if not wrong and is_quotation:
        return "Word for word but for what is marked as left out or put in - see that the sense is kept."
    if not judged.differences:
        return f"Other words than the source's: {judged.reason or 'compare them'} - take the source's words."
    return f"Other words than the source's: {_words(judged)} - take the source's words, or paraphrase without marks."


def _on_speaker(part: Part, places: Sequence[DraftPlace]) -> str:
    speaker = places[0].speaker if places else ""
    if not speaker:
        return f"The source does not give it to {part.speaker} - find out who says it."
    return f"The source gives it to {speaker}, and not to {part.speaker} - correct the name."


def _on_absence(judged: Judged, *, is_quotation: bool) -> str:
    if judged.reason:
        return f"Not in the documents: {judged.reason} - find the source, or leave it out."
    if is_quotation:
        return "No document has these words - find the source, or take off the quotation marks."
    return "No document says so - find a source, or leave it out."


def _words(judged: Judged) -> str:
    wrong = [each for each in judged.differences if not each.is_harmless]
    if not wrong:
        return judged.reason or "compare them"
    return "; ".join(_told(each) for each in wrong[:3])


def _told(difference: DraftDifference) -> str:
    if not difference.draft_words:
        return f"{_shown(difference.source_words)} is left out"
    if not difference.source_words:
        return f"{_shown(difference.draft_words)} is put in"
    return f"{_shown(difference.source_words)} became {_shown(difference.draft_words)}"


def _shown(words: str) -> str:
    plain = " ".join(words.split())
    return f"“{plain if len(plain) <= _MOST_SHOWN else plain[:_MOST_SHOWN].rstrip() + '…'}”"
