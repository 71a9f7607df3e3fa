"""Whole quotations: whether a citation begins or ends inside words that its document has in quotation marks.

Definition: a quotation runs from an opening mark to its closing mark, “…” or "…". One that goes on in the next
paragraph opens that paragraph again and closes only at its end; it is one quotation. A citation cuts it when it begins
behind the opening mark or ends before the closing mark, unless its claim shows the cut as […]. A citation that lies
whole within one, such as a sentence out of a long speech, cuts it on both sides.
Denominator: citations. Empty answer: no citation, undefined. Empty gold: not used.
Source: this project; quotations of several paragraphs as in Chicago Manual of Style 13.32.
Agrees with: the counting of marks by hand over the tune half of `seeds/news`.
"""

from __future__ import annotations

import re

from rag import Span

__all__ = ["cuts_quotation", "quotations"]

_MARK = re.compile(r"[“”]|\"")
_CUT = "[…]"
_MOST_CHARACTERS = 4_000
"""A mark whose partner is further away was forgotten by its writer."""


def quotations(text: str) -> tuple[Span, ...]:
    """The quotations in the text with their marks, in order; a mark without a partner makes none.

    >>> [span.slice("“No,” he said. “Not") for span in quotations("“No,” he said. “Not")]
    ['“No,”']
    >>> [(span.start, span.end) for span in quotations("“One.\\n“Two.” He left.")]
    [(0, 12)]
    """
    found = []
    opened = None
    for match in _MARK.finditer(text):
        mark, place = match.group(), match.start()
        begins_paragraph = place == 0 or text[place - 1] == "\n"
        is_opening = mark == "“" or (mark == '"' and (opened is None or begins_paragraph))
        if is_opening and not (opened is not None and begins_paragraph):
            opened = place
        elif not is_opening and opened is not None:
            if place - opened <= _MOST_CHARACTERS:
                found.append(Span(start=opened, end=place + 1))
            opened = None
    return tuple(found)


def cuts_quotation(cited: Span, found: tuple[Span, ...], *, shown: str) -> bool:
    """Whether the citation begins or ends inside one of the quotations of its document.

    shown: the words of the claim that cites it.

    >>> whole = quotations("“Yeah. We can,” he said.")
    >>> (
    ...     cuts_quotation(Span(start=0, end=6), whole, shown="“Yeah."),
    ...     cuts_quotation(Span(start=0, end=24), whole, shown=""),
    ... )
    (True, False)
    """
    if _CUT in shown:
        return False
    return any(each.start < cited.start < each.end or each.start < cited.end < each.end for each in found)
