"""Words that tell what stands in a draft beside its claims: outlets, works that have titles, bylines."""

from __future__ import annotations

import re

from rag.language.english import one_of, word_set

__all__ = ["BYLINE", "DATELINE", "IN_OTHER_WORDS", "NEARLY", "OUTLET", "TURNING", "TURNS_NEXT", "WORK"]

_MEDIA = word_set(
    """Times Post Courier Herald Echo Mercury News Journal Gazette Tribune Press Telegraph Guardian Observer
    Independent Chronicle Standard Mail Mirror Express Examiner Inquirer Reporter Record Sentinel Bulletin Dispatch
    Advertiser Argus Broadcasting Radio Television TV Magazine Weekly Daily Reuters Bloomberg BBC CNN NBC CBS ABC
    NPR AFP AP dpa Politico Axios Economist Spiegel Monde Figaro Zeitung Newsnight Newspaper"""
)
_NAME = r"(?:[A-Z][\w’'&.-]*|of|and|the|de|le|der|die)"
OUTLET = re.compile(
    r"\b(?P<cue>told|tells|telling|according to|report(?:s|ed)? (?:in|by)|in an? \w+ (?:with|to|in|for)"
    r"|(?:speaking|spoke|talking|wrote|writing|writes|said|says|interview|statement|letter|article|piece)"
    r" (?:to|with|in|for|on)"
    r"|quoted (?:by|in)|published (?:by|in)|in|by|from|the)\s+(?:the\s+)?"
    rf"(?P<name>(?:(?:{_NAME}) ){{0,4}}?(?:{one_of(_MEDIA)})\b(?: (?:{one_of(_MEDIA)}|Agency|Service|Today|Online))*)"
)
"""Where a sentence names an outlet."""
WORK = re.compile(
    r"\b(?:books?|novels?|films?|movies?|plays?|songs?|albums?|poems?|essays?|musicals?|operas?|paintings?|sculptures?"
    r"|documentar(?:y|ies)|series|memoirs?|exhibitions?|shows?|podcasts?|games?|titled|entitled|called|named|dubbed"
    r"|known as|headlined?|nicknamed|billed as|so-called|headed|sequel|trilogy|bestseller|thriller|biography"
    r"|programmes?|programs?|campaigns?|projects?|slogans?|operations?|codenamed)\W*$",
    re.IGNORECASE,
)
"""Before a quotation: it is a title or a name."""
BYLINE = re.compile(
    r"\s*(?:(?:words|text|story|report|reporting|additional reporting|editing|edited|written|photos?|photographs?"
    r"|pictures?|images?|illustrations?|graphics?|video|caption|credit|source)\s*(?:by\b|:)|by\s+(?=[A-Z])"
    r"|\((?:reporting|editing|writing|additional reporting)\b|published\b|updated\b|last updated\b|©)",
    re.IGNORECASE,
)
DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z .’'/-]{2,40})(?:,[^—–\n]{1,40}?)?(?:\s*\([^()\n]{2,40}\))?\s*(?:—|–|--|-)\s+(?=\S)"
)
TURNING = word_set("but yet although though unless except if provided whereas until albeit however only")
"""What turns the words before it, where it goes on with their sentence."""
TURNS_NEXT = word_set("but however yet still nevertheless")
NEARLY = re.compile(
    r"\b(?P<word>about|around|some|roughly|approximately|nearly|almost|close to|just under|just over|more than|over"
    r"|less than|fewer than|under|up to|at least|an estimated|circa|well over|well under)\s+(?P<number>\S*\d\S*)",
    re.IGNORECASE,
)
"""A number that is said to be rounded."""
IN_OTHER_WORDS = re.compile(r"\btranslat(?:ed|ion)\b", re.IGNORECASE)
