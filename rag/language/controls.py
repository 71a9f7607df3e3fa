"""Characters that a text must not bring along where it is shown or written: they steer what is around it."""

from __future__ import annotations

import re

__all__ = ["REPLACEMENT", "UNSAFE", "on_one_line"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What could steer a terminal, show a text in another order than it has, or is no character of XML: controls, line
separators, bidirectional overrides, halves of code points. Blanks and joiners of other scripts are text."""


def on_one_line(text: str) -> str:
    """The text on one line, with a sign for each character that is unsafe.

    >>> on_one_line("Talks\\n in\\x00  Jeddah")
    'Talks in� Jeddah'
    """
    return " ".join(UNSAFE.sub(REPLACEMENT, text).split())
