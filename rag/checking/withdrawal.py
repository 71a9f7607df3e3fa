"""Whether a document takes a sentence back in what stands around it: "This is a lie.", "Imagine the following."

A sentence as a whole is disowned by the one right after it or right before it, or by the heading above. What takes
back must speak of the sentence: it opens with "this", "that", "it" or a name for what was said, is a bare "Wrong!",
or denies with an auxiliary alone ("He never did."). That a neighbour has a word of untruth is not enough.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.checking.atoms import AtomisedSentence, normalised, sentences_of
from rag.checking.lexicon import LIGHT_WORDS, are_opposites
from rag.language.english import HELPING, NEGATIONS, UNIVERSALS, one_of
from rag.language.saying import UNTRUE, UNTRUE_THINGS

__all__ = ["MOCKING", "Around", "contradicted", "withdrawn"]


class Around(NamedTuple):
    """The text before and after a sentence; empty where nothing is known."""

    before: str = ""
    after: str = ""


MOCKING = re.compile(
    r"\b(?:pigs? (?:can |will |might )?fly|and i(?:'m| am) (?:the|a) |then i(?:'m| am) |moon is made of"
    r"|earth is flat"
    r"|tell me another|pull the other one|my foot|said (?:nobody|no one) ever|yeah,? right|in your dreams"
    r"|as if\b.*!|with a wink|tongue in cheek|or so the\b.{0,40}\b(?:think|believe|say|claim)"
    r"|would have (?:you|us|it)\b|a likely story|if you (?:believe|buy|fall for) (?:that|this|it)\b|dream on\b"
    r"|(?:yeah|yes|oh),? (?:sure|right|of course)\b|ha,? ha\b|rolling (?:his|her|their|my|its) eyes"
    r"|in a manner of speaking|so to speak|would like (?:us|you) to (?:think|believe)|snow in july)"
    r"|^(?:oh|sure|right|yeah|of course|surely|wow|great|wonderful)\b,?.* - and ",
    re.IGNORECASE,
)
"""Of irony, in a sentence or behind one."""
_NOTHING = (
    r"(?:none of (?:this|that|it|these)|nothing of (?:this|that|the kind|the sort)|not (?:a|one) word(?: of \w+)?"
    r"|no part of (?:this|it))"
)
_MATTER = (
    r"(?:claim|story|figure|statement|rumou?r|report|account|version|view|belief|idea|number|assertion|allegation"
    r"|information|news|article|theory|tale|quote|letter|video|picture|photo|forecast|prediction|estimate"
    r"|announcement|sentence|paragraph|passage|remark|post|tweet|headline|finding|conclusion|label|legend|anecdote"
    r"|description|impression|suggestion|explanation|photograph|image|message|e-?mail|statistic|caption|charge)s?"
)
_SUBJECT = (
    r"(?:this|that|it|every word(?: of \w+)?|all (?:of )?(?:this|that|it)"
    rf"|(?:this|that|these|those|the|his|her|their|its) (?:whole |previous |last )?{_MATTER}"
    r"|(?:reports?|rumou?rs?|claims?|news|stories|accounts|talk) (?:of|that|about) [^.;]{1,40}?)"
)
_NO_TRUTH = (
    r"(?:(?:a |an |pure |plain |just |only |all |complete |total |widespread |common |popular )*"
    rf"(?:{one_of(UNTRUE | UNTRUE_THINGS)}|fiction|fabrication|invention|rumou?r|mistake|error|invented|fabricated"
    r"|made up|fake|fantasy|rubbish|bogus|exaggerated|april fool\w*|premature|overstated"
    r"|inflated|misleading|(?:far |much |way )?too (?:high|low|good to be true)|apocryphal|fanciful|hogwash|spurious"
    r"|fraud|fraudulent|forged|doctored|guesswork|(?:only|just|merely) a (?:test|drill|dream|rehearsal|game|scene)"
    r"|dream|dreamt)\b"
    r"|not (?:true|the case|so|correct|accurate|right|real)\b|no(?:t a)? (?:truth|fact|basis)\b)(?! (?:to|for"
    r"|that)\b)"
)
_DENIED = r"(?:disproved|debunked|refuted|retracted|withdrawn|withdrew|corrected|denied|disputed|discredited|disowned)"
_DROPPED = (
    r"(?:dropped|abandoned|deleted|removed|exposed|renounced|recanted|walked back|taken back|took back|backed away from"
    r"|disavowed|rejected|dismissed|contradicted|overturned|invented|made up|fabricated|concocted|faked|forged|doctored"
    r"|distanced \w+ from|apolog(?:y|ies|i[sz]ed?|i[sz]es) for)"
)
_INVENTED = (
    r"\b(?:made|making) (?:this|that|it|the \w+|everything|all this) up\b"
    r"|\b(?:had|have|has|he|she|they|we|i) (?:simply |just |only )?(?:invented|made up|fabricated|faked|forged"
    r"|dreamt up|dreamed up) (?:this|that|it all|everything|all this|all of (?:it|this))\b"
    r"|\b(?:admit|confess)\w*\b[^.;]{0,40}\b(?:invented|made up|fabricated|faked|forged) (?:it|this|that|the)\b"
)
_ORDERED_AWAY = (
    r"\b(?:disregard|ignore|forget|strike|delete)\b[^.;]{0,20}\b(?:previous|preceding|above|last|foregoing|this|that)"
    rf"\b[^.;]{{0,20}}\b(?:line|{_MATTER})"
)
_OUTRIGHT = (
    r"nothing of the (?:kind|sort)\b"
    r"|(?:we|the (?:\w+ ){1,2})(?:now )?knows? (?:that )?(?:this|he|she|it|they|that) (?:is|was|did|does|were)\b"
    r"|not\W*$|just kidding|only joking|april fool|or so\b|at least that is|that is what .{0,60}\bwrong"
    r"|(?!.*\b(?:not|never|nobody|no one|no)\b)"
    rf"[^.;]{{0,60}}\b{_DENIED} (?:this|that|it|(?:this|that|the|his|her|its|their) {_MATTER})\W*$"
    rf"|(?!.*\b(?:not|never|nobody|no one|no)\b)[^.;]{{0,60}}\b(?:{_DENIED}|{_DROPPED})"
    rf" (?:this|that|the|these|its|his|her|their) {_MATTER}\b[^.;]{{0,30}}\W*$"
    rf"|[^.;]{{0,60}}\b(?:got|gets?|had|has|have) (?:this|that|it|(?:this|that|the|its|his|her|their) {_MATTER})"
    r" (?:all |quite |badly |completely |entirely )?wrong\b"
    r"|[^.;]{0,40}\b(?:not|no|hardly|scarcely|never|without)\b[^.;]{0,15}\b(?:grain|shred|word|ounce|iota|hint) of"
    r" (?:truth|evidence|proof|fact)\b"
    rf"|{_SUBJECT} (?:is|was|has|had)\b[^.;]{{0,20}}\b(?:out of (?:favour|favor|fashion|date)|obsolete|superseded"
    r"|discarded|disproven|no longer (?:held|believed|accepted|thought|tenable|taught))\b"
    rf"|[^.;]{{0,60}}(?:{_INVENTED})|(?:please )?{_ORDERED_AWAY}|(?:and )?then\b[^.;]{{0,15}}\b(?:woke|awoke)\b"
    r"|(?:so|thus|that is what|this is what)\b[^.;]{0,60}\b(?:says?|said|claims?|claimed|thinks?|thought"
    r"|believes?|believed)\b[^.;]{0,60}\b(?:wrong|lie[sd]?|lying|mistaken|invent\w*|exaggerat\w*|untrue|false)\b"
    r"|[^.;]{0,60}\b(?:says?|said|suggests?|shows?|thinks?|proves?|indicates?|tells?) (?:otherwise\b"
    r"|(?:a |quite a )?(?:very )?(?:different|another) (?:story|tale))"
    rf"|[^.;]{{0,60}}\b(?:calls?|called|brands?|branded|dismiss(?:ed|es)?|denounce[sd]?|describe[sd]?)"
    rf" (?:that|this|it|(?:this|that|the|these|his|her|its|their) {_MATTER}) (?:as )?{_NO_TRUTH}"
    r"|[^.;]{0,60}\b(?:prove[ds]?|showed|shown|found) (?:(?:the )?(?:opposite|contrary)|no such|otherwise"
    r"|(?:this|the) \w+ to be (?:mistaken|wrong|false)|th(?:is|at) .{0,20}(?:wrong|false))"
)
_TAKEN_BACK = re.compile(
    r"^\W*(?:(?:but|yet|however|and|in fact|in reality|actually|of course|sadly|later|(?:\w+ )?\w+ says?"
    r"|(?:(?:editor|author|publisher)'?s? )?(?:note|correction|clarification|update))\W+)*"
    rf"(?:{_SUBJECT}\b[^.;]{{0,30}}?\b(?:is|was|were|are|proved|turned out|has (?:since )?been shown)\b"
    rf"[^.;,]{{0,25}}?{_NO_TRUTH}"
    rf"|{_SUBJECT} (?:is|was|were|has|have)(?: \w+)?(?: been)? {_DENIED}\b"
    rf"|{_NOTHING}\b[^.;]{{0,40}}?\b(?:happened|took place|exists?|existed|is true|was true|occurred)\b"
    rf"|{_SUBJECT} (?:never|did not) (?:happen(?:ed)?|took place|take place|exist(?:ed)?|occur(?:red)?)\b|{_OUTRIGHT})",
    re.IGNORECASE,
)
_HOLDER = r"(?:he|she|it|they|we|i|this|that|(?:the|his|her|their) \w+)"
_OPENERS = (
    r"^\W*(?:(?:but|yet|however|no|in (?:fact|reality|truth)|actually|later|today|since then|at least|alas|or)\W+"
    r"(?:that,? )?)*"
)
_AUXILIARY = one_of(HELPING - {"will", "can", "should"})
_DENIED_IN_SHORT = (
    rf"{_OPENERS}(?:[^.;,]{{0,50}}\b(?:that|but) )?{_HOLDER} (?:{_AUXILIARY}(?: not|n't|n’t| never)"
    rf"|never {_AUXILIARY})"
    r"(?: (?:at all|so|anything of the kind|any such thing))?\W*$"
)
"""A denial whose verb is the one before: "No, he did not.", "Later inquiries showed that he had not."."""
_BARE_DENIAL = (
    r"^\W*(?:wrong|false|untrue|not (?:so|true|quite|really)|no(?: way)?|nonsense|rubbish|hardly|lies|fake|hoax"
    r"|the (?:opposite|contrary|reverse) (?:is|was|proved)\b.{0,30}|quite the (?:opposite|contrary|reverse).{0,30}"
    r"|(?:nothing|little) could be (?:further|farther) from\b.{0,30})\W*$"
    r"|^\W*(?:(?:\w+ly|pretty|nice|good|lovely|funny|plausible|popular|old|but|and|yet|or|all|quite|so|alas|a|an|the"
    r"|complete|pure|total)\W+){1,5}(?:invented|untrue|made up|false|wrong|fabricated|fictional|fictitious|nonsense"
    r"|apocryphal|invention|lie|lies|hoax|myth|fiction|bogus|baseless|unfounded|exaggerated)\W*$"
)
_HEARSAY = (
    r"^\W*(?:(?:or |at least,? )?(?:so|thus)(?: it)? (?:runs?|goes|ran|went|says?|said|was (?:said|told"
    r"|thought)|has it)"
    r"\b.{0,40}|(?:at least )?that\W+(?:at any rate\W+|at least\W+|anyway\W+)?(?:is|was) (?:what|how|the way)"
    r"\b.{0,50}\b(?:said|says?|wrote|writes?|claim\w*|believe\w*|think|thought|told|tells?|put it|saw it"
    r"|sees? it|has"
    r" it)|(?:at least,? )?so it (?:was|is) (?:said|told|thought|believed|claimed))\W*$"
)
_OWNED_UP = (
    r"^\W*(?:\w+\W+){0,2}?(?:we|i|the (?:paper|newspaper|editors?|author|magazine|station"
    r"|reporter)) (?:now )?(?:was|were|am"
    r"|are|is|got (?:it|this|that)|stands? corrected|erred|(?:regrets?|apologi[sz]es?)\b[^.;]{0,30}\b(?:error"
    r"|mistake|this|it))"
    r"(?: (?:all )?(?:wrong|mistaken|in error|misled|deceived|taken in))?\W*$"
)
_UNBACKED = (
    r"(?!.*\b(?:doubts?|denied|denies) (?:that )?(?:this|that|it)\b.{0,40}\b(?:not|no longer)\b)"
    r"^[^;]{0,80}?\b(?:(?:found|finds|see|saw|has|have|had|is|was|are|without|with) (?:no|little"
    r"|not a shred of|not any|scant)"
    r" (?:evidence|proof|truth|basis|substance|foundation|grounds?|support|record|trace|sign)s?"
    rf"|no (?:evidence|proof|record|trace) (?:exists|existed|was found)) (?:whatsoever )?(?:in|of|for|to"
    rf"|behind) (?:any of )?"
    rf"(?:this|that|it|(?:this|that|the|these|his|her) {_MATTER})\W*$"
    rf"|{_OPENERS}{_SUBJECT} (?:does|do|did|could|can|would|will)(?: not|n't) (?:hold|stand|survive|add|bear"
    rf"|withstand|check)"
    rf"|{_OPENERS}{_SUBJECT} (?:(?:fell|falls|has fallen) apart|collapsed|was thrown out|cannot be (?:true"
    rf"|right|correct))"
    rf"|{_OPENERS}{_SUBJECT} (?:is|was|has been|have been|were) (?:\w+ly )?(?:since )?(?:abandoned|rejected"
    rf"|contested|challenged"
    r"|contradicted|doubted|overturned|dismissed|retracted|taken back|called into question|given up)\b"
    rf"|^[^;]{{0,50}}\b(?:disagree|disagrees|disputes?|doubts?|rejects?|dismiss(?:es)?|contradicts?|questions?"
    rf"|denies|deny)"
    rf" (?:with )?(?:this|that|it|(?:this|that|the) {_MATTER})\W*$"
)
_UNBORNE = (
    r"^[^;]{0,40}\b(?:no|none|nobody|nothing|neither|hardly any\w*|few|not one|not a single)\b[^.;]{0,40}?"
    rf"\b(?:bears?|bore|borne|bear) (?:this|that|it|(?:this|that|the) {_MATTER}) out\b"
    r"|^[^;]{0,20}\b(?:no|none|nobody|few|hardly any\w*|not one|not a single)\b[^.;]{0,40}?\b(?:would|could|will|can)?"
    rf" ?(?:agrees?|agreed|believes? (?:this|that|it)|believed (?:this|that|it)|(?:confirm|support|back)(?:s|ed)? "
    rf"(?:this|that|it|(?:this|that|the) {_MATTER}))(?: up| either| today| any ?more)?\W*$"
    rf"|{_OPENERS}{_HOLDER} (?:{_AUXILIARY})(?: \w+)? nothing of the (?:kind|sort)\W*$"
)
"""Nobody bears it out, nothing of the kind was done."""
_UNTRUE_KIND = (
    r"^\W*(?:do not|don't|never) (?:believe|trust|take)\b[^.;]{0,30}\b(?:this|that|it|word)\b"
    r"|^\W*(?:this|that|these|those|the (?:last|previous|above))\b[^.;]{0,30}\b(?:is|was|are|were)\b[^.;]{0,20}\b"
    r"(?:examples?|instances?|samples?|specimens?|pieces?) of\b[^.;]{0,20}\b(?:libel|slander|lies|lying"
    r"|misinformation"
    r"|disinformation|propaganda|satire|fake|false\w*|errors?|nonsense|sarcasm|irony|superstition)"
    rf"|^[^;]{{0,60}}\b(?:this|that|it|the (?:\w+ )?{_MATTER}|in which (?:this|it) (?:is|was|stands|stood"
    rf"|appears?))\b"
    r"[^;]{0,40}\b(?:is|was|are|were|turned out(?: to be)?|proved(?: to be)?|has been) (?:a |an |clumsily "
    r"|crudely |later )?"
    r"(?:forged|forgery|forgeries|fakes?|faked|fabricated|doctored|invention|concoction)\b"
)
_DISOWNED = re.compile(
    "|".join((_DENIED_IN_SHORT, _BARE_DENIAL, _HEARSAY, _OWNED_UP, _UNBACKED, _UNBORNE, _UNTRUE_KIND)), re.IGNORECASE
)
_OPENS_UNTRUTH = re.compile(
    r"\b(?:wrongly|falsely|mistakenly|erroneously)\b[^.;]{0,40}(?:[:.]|this one\W*)$"
    r"|\b(?:popular|common|widespread|famous|frequent|old|typical)\b[^.;]{0,20}\b(?:errors|mistakes"
    r"|misconceptions|myths|lies"
    r"|fallacies|untruths|falsehoods|superstitions|legends)\b[^.;]{0,30}(?::|\b(?:is|are) (?:this"
    r"|these)(?: \w+)?\W*)$"
    r"|\b(?:earlier|previous|first|original|older|initial) (?:version|report|edition|draft|announcement"
    r"|article|text)s?\b"
    r"[^.;]{0,50}\b(?:said|stated|read|claimed|gave|had|reported|wrote)\W*$"
    r"|\b(?:forged|faked|fabricated|doctored|fictitious|invented|fake)\b[^.;]{0,50}\b(?:reads?|says?|said"
    r"|states?|claims?"
    r"|goes|runs?|begins?|shows?)\b[^.;]{0,20}$"
    r"|(?:rumou?rs?|allegations?|legends?|myths?|jokes?|untruths?|lies?|gossip)\b[^.;]{0,30}:$"
    r"|\b(?:following|next|below|what you (?:are about to )?read(?: next)?)\b[^.;]{0,60}\b(?:false|untrue"
    r"|wrong|lies?"
    r"|invented|made up|never (?:took place|happened)|fiction\w*|hoax\w*|myths?|satire|jokes?|incorrect|imaginary"
    r"|dreams?)\b"
    r"|^\W*(?:imagine|suppose|pretend|let us (?:imagine|suppose|pretend)|picture this|once upon a time)\b"
    r"|^\W*(?:myths?|hoax|fiction|satire|fake news|april fool\w*|false|wrong|lie|rumou?rs?)\W*$"
    r"|\b(?:in|from) (?:my|his|her|their|last night's|the) (?:dream|nightmare)s?\b"
    r"|\bwhat (?:did not|didn't|never) (?:happen\w*|take place|took place|occur\w*|exist\w*)\b[^.;]{0,30}\W*$"
    r"|\b(?:ha(?:ve|s|d)|tells?|told|gives?|gave) (?:their|his|her|its|an?) (?:own|different|other|alternative)"
    r" (?:version|story|account|explanation|theory)\b"
    r"|\b(?:only|just) (?:one|two|three|some|half|a few) of (?:which|them|these|those) (?:is|are|was|were)"
    r" (?:true|correct|right|real)\b",
    re.IGNORECASE,
)
_SIGNS_BEFORE = re.compile(r"^\W+")
_HEADED = re.compile(
    r"\b(?:myths?|hoax(?:es)?|satire|fiction|short stor(?:y|ies)|fairy tales?|april fools?|fake news|rumou?rs"
    r"|misconceptions|exercises?|quiz)\b",
    re.IGNORECASE,
)


def withdrawn(around: Around, heading: str = "") -> str:
    """Why the document does not stand behind a sentence, in words from around it; empty when it does.

    >>> withdrawn(Around(after="This is a lie.")), withdrawn(Around(after="Nobody was hurt."))
    ('This is a lie.', '')
    """
    clauses = (around.after, *around.after.split(";")[1:])
    for text, pattern in (
        *((clause, pattern) for clause in clauses for pattern in (_TAKEN_BACK, _DISOWNED, MOCKING)),
        (around.before, _OPENS_UNTRUTH),
    ):
        # Signs before the first word say nothing, and a pattern would begin at each of them anew.
        plain = _SIGNS_BEFORE.sub("", normalised(text)).strip()
        if plain and pattern.search(plain):
            return around.after if pattern is not _OPENS_UNTRUTH else around.before
    return heading if heading and _HEADED.search(heading) else ""


_FOUND_OUT = re.compile(
    r"^.{0,80}?\b(?:found|finds?|showed|shown|shows?|proved|proves?|revealed|reveals?|confirmed|established|emerged"
    r"|turned out)\b(?: (?:later|since|instead|only))?(?: that)?\W"
    r"|^\W*(?:but |yet |however,? )?(?:in (?:fact|reality|truth|the end)|actually|in actual fact)\W",
    re.IGNORECASE,
)
"""What opens a sentence that says how a thing really was."""


def contradicted(sentence: AtomisedSentence, after: str) -> bool:
    """Whether the next sentence says how it really was: the same thing with one "not" more or less, or its opposite.

    >>> from rag.checking.atoms import sentences_of
    >>> contradicted(sentences_of("The dam is cracked.")[0], "Engineers found no cracks at all.")
    True
    """
    plain = normalised(after)
    match = _FOUND_OUT.match(plain)
    told = sentences_of(plain[match.end() - 1 :])[:1] if match else ()
    if not told or not told[0].atoms:
        return False
    atoms = [atom for atom in told[0].atoms if atom.lower not in LIGHT_WORDS | UNIVERSALS]
    opposed = [any(are_opposites(atom.key, other.key) for other in sentence.atoms) for atom in atoms]
    is_same = [any(atom.fits(other) for other in sentence.atoms) for atom in atoms]
    if not atoms or not all(one or other for one, other in zip(is_same, opposed, strict=True)):
        return False
    n_denials = sum(not NEGATIONS.isdisjoint(each.tokens) for each in (sentence, told[0]))
    return n_denials == 1 if not any(opposed) else n_denials != 1
