"""The closed word lists of the rules: irregular forms, words that mean the same, words that mean the opposite.

Data only. A word that is missing from the first two costs a true claim in other words; a word that is missing from the
third makes a refusal "unsupported" where it could have been "contradicted". No claim is accepted because a list is
short: what is in no list has to stand in the evidence itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language import english
from rag.language.english import STOP_WORDS, word_set
from rag.language.people import OFFICES
from rag.language.saying import JOINING_ADVERBS
from rag.language.words import stem

__all__ = [
    "ANTONYMS",
    "FUNCTION_WORDS",
    "LIGHT_WORDS",
    "PREPOSITIONS",
    "SYMMETRIC",
    "TITLES",
    "are_opposites",
    "base_form",
    "in_single_verbs",
    "is_participle",
    "is_past_form",
    "synonyms",
    "word_key",
]


_IRREGULAR = """
arise arose arisen|awake awoke|bear bore borne|beat beaten|become became|begin began begun|bend bent|bind bound|
bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built|burn burnt|
buy bought|catch caught|choose chose chosen|cling clung|come came|creep crept|deal dealt|dig dug|draw drew drawn|
dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|
find found|flee fled|fly flew flown|forbid forbade forbidden|forecast forecasted|foresee foresaw foreseen|
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|go went gone|
grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid|lead led|leave left|
lend lent|lie lain lying|lose lost|make made|mean meant|meet met|mistake mistook mistaken|overcome overcame|
oversee oversaw overseen|overtake overtook overtaken|overthrow overthrew overthrown|pay paid|prove proven|
repay repaid|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|
send sent|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|sing sang sung|sink sank sunk|
sit sat|sleep slept|slide slid|speak spoke spoken|spend spent|spin spun|spring sprang sprung|stand stood|
steal stole stolen|stick stuck|strike struck stricken|strive strove|swear swore sworn|swim swam swum|swing swung|
take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|undergo underwent undergone|
understand understood|undertake undertook undertaken|uphold upheld|wake woke woken|wear wore worn|weave wove woven|
win won|withdraw withdrew withdrawn|withhold withheld|withstand withstood|write wrote written|rewrite rewrote rewritten|
man men|woman women|child children|person people persons|foot feet|mouse mice|leaf leaves|life lives|wife wives|
knife knives|half halves|thief thieves|crisis crises|analysis analyses|basis bases|criterion criteria|
phenomenon phenomena|datum data|medium media|
decide decision decided|destroy destruction|arrive arrival|approve approval|refuse refusal|propose proposal|
withdraw withdrawal|deny denial|succeed success|expand expansion|invade invasion|conclude conclusion|divide division|
explode explosion|produce production|reduce reduction|introduce introduction|receive reception|describe description|
permit permission|admit admission|submit submission|extend extension|suspend suspension|respond response|
choose choice|agree agreement|invite invitation|
lose loss|grow growth|die death dead|bear birth born|sell sale sales|weigh weight|measure measurement|
grey gray|defence defense|licence license|organisation organization|centre center|theatre theater|colour color|
labour labor|programme program|neighbour neighbor|favour favor|harbour harbor|honour honor|behaviour behavior|
metre meter|kilometre kilometer|litre liter|aluminium aluminum|travelled traveled|cancelled canceled|judgement judgment
"""
_BASE_BY_FORM = {
    form: row.split()[0] for row in _IRREGULAR.replace("\n", "").split("|") for form in row.split() if row.strip()
}

_SYNONYMS = """
say state tell declare remark announce comment note add explain|
start begin commence launch|end finish conclude cease|buy purchase acquire|help aid assist assistance|
need require|get obtain receive|big large huge|small little|important significant|quick rapid fast swift|
happen occur|try attempt|use utilise utilize|show demonstrate reveal indicate|choose select pick|
build construct erect|car automobile vehicle|film movie motion|kid child|physician doctor|
attorney lawyer|job occupation|company firm corporation business|cop police|talk discussion negotiation|
injure wound hurt|kill slay|movie film|send dispatch|get gain|mistake error|
answer reply respond|ask request|author writer|big major|locate situate|founded establish create|
name call title entitle|know refer|contain include|comprise consist|several number|
area region|city town|country nation state|approximately roughly about around|near close|
border frontier|annual yearly|additional further extra|entire whole complete|aim goal objective|
journalist reporter correspondent|soldier troop|premier minister|envoy emissary|accord agreement deal pact|
ceasefire truce armistice|fight combat battle|war conflict|election vote poll|
prison jail|imprison jail|mother mum mom|father dad|wed marry|cheap inexpensive|
expensive costly|sick ill|old elderly|rich wealthy|poor impoverished|strong powerful|
often frequently|rare seldom|famous renowned|current present|previous former|main principal chief primary|
right correct|wrong incorrect|shut close|speak talk|discover find|spokesman spokesperson spokeswoman|
chairman chair chairperson|student pupil|teach instruct|home house residence|live reside dwell|
allow permit let|stop halt|grow increase rise climb|decrease decline fall drop|increase raise|raise rise|
decrease reduce lower cut|goods merchandise|vow pledge promise|warn caution|meet encounter|think believe|
like enjoy|want desire wish|hard difficult|easy simple|begin start|keep retain maintain|leave depart|
arrive reach|earn make|gather collect|fix repair|hide conceal|last final|maybe perhaps|
organise arrange|carry transport|lead head|support back|oppose resist|sign ink|urge press|stage hold|
work function operate|consider regard|mainly mostly largely primarily|worldwide globally|
foot ft|kilometre km|kilogram kg|mile mi|television tv|metre m|hour hr|minute min|guy man|lady woman|
ultimately eventually|begin commence|demonstration protest rally|protester demonstrator|blast explosion|
victim casualty|parliament legislature|lawmaker legislator|
law legislation|court tribunal|probe investigation inquiry|investigate probe|examine inspect|
arrest detain|jail imprison|damage harm|flee escape|
rescue save|die perish|
praise applaud laud commend|criticise criticize condemn denounce|insist maintain|
propose suggest|recommend advise|announce unveil|publish release|resign quit|dismiss sack fire|
replace succeed|hire recruit employ|score notch|defeat beat|victory win triumph|
compete contest|championship title|match game|fan supporter|player athlete|
rise surge soar jump|fall plunge plummet tumble|
product item|employee worker staff|farmer grower|crop harvest|
flood deluge|quake earthquake|
patient sufferer|vaccine jab|drug medicine medication|hospital clinic|
study research|scientist researcher|method technique|invent devise|discover uncover|
plane aircraft airplane jet|
song track|singer vocalist|
writer novelist|novel book|actor performer|
newspaper paper|
island isle|mountain peak|river stream|forest wood|north northern|south southern|east eastern|
west western|population inhabitants residents|resident inhabitant|
navy fleet|rebel insurgent|
treaty pact accord|invade overrun|liberate free|
surrender capitulate|deploy station|crisis emergency|risk danger|
responsible accountable|mainly chiefly|almost nearly|immediately instantly|suddenly abruptly|
however nevertheless|stop cease|intend plan|decline refuse|put place|participate attend|approve pass|
tie relation|raze demolish|seek search|abolish scrap|link tie
"""

LIGHT_WORDS = word_set(
    """approximately roughly about around nearly almost mr mrs ms miss dr sir aged old called named known much many
    others thing things way kind something someone fact said say saying people person according"""
)
"""Words that add nothing that could be false, or nothing that the other checks do not look at."""

FUNCTION_WORDS = (
    (STOP_WORDS - word_set("half"))
    | word_set(
        """us will would could may might cannot ca wo sha ll re nor us's whose let lets onto
        amid toward among via o'clock"""
    )
    | JOINING_ADVERBS
)
"""Grammar, and adverbs that only join sentences: never counted as content."""
PREPOSITIONS = english.PREPOSITIONS | word_set("below above inside outside off onto out")
"""With more of place, which attribution never had: its readings of who speaks were measured without them."""

_OPPOSITES = """
increase decrease|increase reduce|rise fall|rise drop|rise decline|grow shrink|up down|gain lose|win lose|high low|
higher lower|highest lowest|more less|more fewer|most least|most fewest|better worse|best worst|large small|big small|
larger smaller|largest smallest|long short|longer shorter|longest shortest|old new|old young|older younger|
oldest youngest|early late|earlier later|earliest latest|first last|before after|begin end|start end|start stop|
start finish|open close|open shut|buy sell|accept reject|accept refuse|approve reject|approve veto|allow ban|
allow prohibit|allow forbid|allow prevent|permit ban|permit forbid|support oppose|support reject|agree disagree|
confirm deny|admit deny|accuse clear|convict acquit|guilty innocent|love hate|like dislike|strong weak|
stronger weaker|strongest weakest|rich poor|richer poorer|arrive leave|enter leave|join leave|come go|attack defend|
arrest release|arrest free|detain release|jail release|hire fire|appoint dismiss|give take|send receive|export import|
lend borrow|teach learn|pass fail|succeed fail|success failure|victory defeat|advance retreat|build destroy|
create destroy|include exclude|add remove|add subtract|inside outside|above below|over under|north south|east west|
northern southern|eastern western|left right|front back|top bottom|public private|male female|man woman|boy girl|
men women|husband wife|father mother|son daughter|brother sister|king queen|legal illegal|lawful unlawful|
possible impossible|likely unlikely|able unable|safe dangerous|safe unsafe|hot cold|warm cool|hotter colder|wet dry|
dead alive|live die|survive die|true false|right wrong|correct incorrect|same different|similar different|
easy difficult|easy hard|fast slow|faster slower|quickly slowly|cheap expensive|cheaper dearer|full empty|heavy light|
wide narrow|deep shallow|thick thin|positive negative|optimistic pessimistic|hope fear|friend enemy|ally enemy|
ally rival|peace war|majority minority|maximum minimum|increase cut|raise lower|raise cut|raise reduce|expand contract|
expand reduce|widen narrow|strengthen weaken|improve worsen|improve deteriorate|ease tighten|encourage discourage|
praise criticise|praise condemn|praise criticize|welcome condemn|welcome reject|welcome criticise|hide reveal|
remember forget|lock unlock|connect disconnect|appear disappear|always never|everyone nobody|everybody nobody|
everything nothing|all none|all some|all few|many few|most few|frequently rarely|often rarely|often seldom|
usually rarely|directly indirectly|ancient modern|domestic foreign|internal external|urban rural|major minor|
superior inferior|senior junior|former current|former present|permanent temporary|popular unpopular|happy sad|
happy unhappy|known unknown|complete incomplete|healthy sick|clean dirty|ascend descend|forward backward|
employ unemployed|borrower lender|buyer seller|teacher student|winner loser|push pull|acquire sell|maintain abandon|
uphold overturn|ratify reject|sign reject|adopt reject|adopt abandon|resume suspend|resume stop|continue stop|
continue halt|deploy withdraw|impose lift|extend shorten|present absent|presence absence|partly fully|
partially fully|lead follow|lead trail|surplus deficit|profit loss|credit debit|asset liability|interior exterior|
horizontal vertical|odd even|upper lower|simple complex|natural artificial|voluntary compulsory|active passive|
solid liquid|broad narrow|day night|morning evening|summer winter|spring autumn|sunrise sunset|
drunk sober|genuine fake|real fake|intact broken|asleep awake|armed unarmed|alone together|married single
"""

TITLES = OFFICES | word_set("mr mrs ms miss sir dr prof foreign vice deputy defence defense finance interior")
"""Capitalised before a name and no part of it: "President Putin" is the Putin of "Putin, the president". The words of
"Foreign Secretary" and "Vice President" too; alone they are no titles."""


def base_form(word: str) -> str:
    """The stem of a word in lower case, of its base form where English is irregular.

    >>> base_form("told"), base_form("rising"), base_form("decision")
    ('tell', 'rise', 'decid')
    """
    return stem(_BASE_BY_FORM.get(word, word))


_PHRASES = {
    "turn down": "reject", "turns down": "rejects", "turned down": "rejected", "pass away": "die",
    "passes away": "dies", "passed away": "died", "split up": "separated", "to split up": "to separate",
    "splits up": "separates", "broke up": "separated", "break up": "separate", "put off": "postponed",
    "to put off": "to postpone", "puts off": "postpones",
    "call off": "cancel", "calls off": "cancels", "called off": "cancelled", "carry out": "perform",
    "carries out": "performs", "carried out": "performed", "take part": "participate",
    "took part": "participated", "takes part": "participates", "owing to": "because of",
    "give up": "abandon", "gave up": "abandoned", "gives up": "abandons", "find out": "discover",
    "step down": "resign", "steps down": "resigns", "stepped down": "resigned", "set out from": "left",
    "set off from": "left", "looking for": "seeking", "look for": "seek", "looked for": "sought",
    "searching for": "seeking", "search for": "seek", "searched for": "sought", "shut down": "closed",
    "pulled down": "demolished", "tore down": "demolished", "torn down": "demolished", "knocked down": "demolished",
    "looked into": "investigated", "look into": "investigate", "looking into": "investigating",
    "blew up": "exploded", "blow up": "explode", "blown up": "exploded", "went up": "rose", "gone up": "risen",
    "goes up": "rises", "go up": "rise", "went down": "fell", "gone down": "fallen", "goes down": "falls",
    "got rid of": "removed", "get rid of": "remove", "took place": "occurred", "takes place": "occurs",
    "take place": "occur", "taken place": "occurred", "pulled out of": "withdrew from", "pull out of": "withdraw from",
    "laid off": "dismissed", "lay off": "dismiss", "lays off": "dismisses", "came up with": "devised",
    "found out": "discovered", "finds out": "discovers", "in spite of": "despite",
}  # fmt: skip
"""Verbs of two words, and one word that means the same."""
_PHRASE = re.compile(rf"\b(?:{'|'.join(sorted(_PHRASES, key=len, reverse=True))})\b")


def in_single_verbs(text: str) -> str:
    """The text with a verb of one word for each of two that the table knows.

    >>> in_single_verbs("He turned down the offer.")
    'He rejected the offer.'
    """
    return _PHRASE.sub(lambda match: _PHRASES[match[0]], text)


_UNCHANGED = word_set("cut hit put set shut cost let quit burst cast hurt spread split read bet shed rid thrust bid")
_PAST_FORMS = (
    frozenset(
        form
        for row in _IRREGULAR.replace("\n", "").split("|man men", maxsplit=1)[0].split("|")
        for form in row.split()[1:]
    )
    | _UNCHANGED
)


def is_past_form(word: str) -> bool:
    """Whether the word, in lower case, can be the past of a verb.

    >>> is_past_form("sold"), is_past_form("sell"), is_past_form("cut"), is_past_form("men")
    (True, False, True, False)
    """
    return word.endswith("ed") or word in _PAST_FORMS


def is_participle(word: str) -> bool:
    """Whether the word, in lower case, can be what a passive is made with.

    >>> is_participle("attacked"), is_participle("written"), is_participle("field")
    (True, True, False)
    """
    return word.endswith("ed") or (word in _BASE_BY_FORM and not word.endswith("s"))


SYMMETRIC = frozenset(
    base_form(word)
    for word in word_set(
        """meet marry agree talk speak negotiate divorce discuss argue share war border differ relation between
    equal clash neighbour ally partner cooperate collaborate debate tie draw and"""
    )
)
"""Keys of what two do together, so that their order says nothing."""


def _classes(listing: str) -> dict[str, frozenset[str]]:
    classes: dict[str, set[str]] = {}
    for row in listing.replace("\n", "").split("|"):
        members = {base_form(word) for word in row.split()}
        for member in members:
            classes.setdefault(member, set()).update(members)
    return {word: frozenset(members) for word, members in classes.items()}


_SYNONYMS_BY_KEY = _classes(_SYNONYMS)
ANTONYMS = _classes(_OPPOSITES)
"""Stem → itself and its opposites."""


@lru_cache(maxsize=50_000)
def word_key(word: str) -> str:
    """What two forms of one word share; used to compare words, never shown."""
    return base_form(word)


def synonyms(key: str) -> frozenset[str]:
    """The keys of the words that may stand for this one, itself included."""
    return _SYNONYMS_BY_KEY.get(key, frozenset({key}))


def are_opposites(one: str, other: str) -> bool:
    """Whether the table says that one key means the opposite of the other."""
    return one != other and one in ANTONYMS.get(other, frozenset()) and _is_listed(one, other)


_PAIRS = frozenset(
    frozenset(base_form(word) for word in row.split()) for row in _OPPOSITES.replace("\n", "").split("|") if row.strip()
)


def _is_listed(one: str, other: str) -> bool:
    return frozenset({one, other}) in _PAIRS
