"""English function words: they carry grammar and no matter, so a search leaves them out.

Only closed classes are listed: articles, pronouns, prepositions, conjunctions, auxiliaries, question words, and the
pieces that an apostrophe leaves behind ("Rubio's" → "s"). A verb such as "say" is matter here: who said what is what
people ask. So are words that news spells like another one: "us" (US), "may" (May), "won".
"""

from __future__ import annotations

__all__ = ["STOP_WORDS"]

_WORDS = """
a an the this that these those
i me my mine myself we our ours ourselves you your yours yourself yourselves he him his himself
she her hers herself it its itself they them their theirs themselves one
who whom whose what which when where why how
am is are was were be been being do does did doing done have has had having
can could might must shall should will would
about above across after against along among around as at before behind below beneath beside between beyond by
despite down during except for from in inside into like near of off on onto out outside over per since than
through throughout till to toward towards under until up upon via with within without
and but if or nor so yet because although though while whereas whether unless
not no there here then too also just very any some each every either neither both such same other another
s t d m ll re ve don didn doesn isn aren wasn weren hasn haven hadn wouldn couldn shouldn
"""

STOP_WORDS = frozenset(_WORDS.split())
