"""The words by which a text reports: verbs of saying, and how far a source stands behind what it says.

Data only, in lower case. A word that is missing here costs recall, never a span: no rule depends on a list being
complete. The verbs of saying stand in all their forms. They start from the reporting verbs of Bergler, "Evidential
Analysis of Reported Speech" (1992), and Krestel, Bergler and Witte, "Minding the Source" (LREC 2008), completed with
those of ordinary news copy, in groups that differ in what the checks of a claim take them for; attribution knows more
of them than the checks do.

The words of doubt, fiction, conditions, exceptions and corrections stand in their base form where they are verbs and
nouns, for whoever compares base forms. A cue that is missing there is met by the rule that a claim may leave out only
what is known to be harmless (`DROPPED_AT_WILL` and the words of circumstance); so the harmless lists are closed and
short, and the lists of cues may grow.
"""

from __future__ import annotations

from rag.language.english import word_set

__all__ = [
    "ACCUSED",
    "AFTER_A_CRY",
    "ALLEGED",
    "ALSO_NOUNS",
    "ANSWERED",
    "APPROXIMATE",
    "ASPECTUAL",
    "CIRCUMSTANCE",
    "CONDITIONAL",
    "CRIED",
    "CUE_FORMS",
    "DISOWNING",
    "DOUBTFUL",
    "DROPPED_AT_WILL",
    "EXCEPTIVE",
    "FACTIVE",
    "FICTION",
    "FICTION_VERBS",
    "IMPLICATIVE",
    "JOINING_ADVERBS",
    "JUDGING",
    "NAMING",
    "NOUNS_TOO",
    "OF_CLAUSES",
    "PRIVATIVE",
    "QUOTED_ONLY",
    "REPORTED",
    "SAID_OR_THOUGHT",
    "STATED",
    "TIME_NOUNS",
    "TO_HEARERS",
    "TURNING_TO",
    "UNREALISED",
    "UNTRUE",
    "UNTRUE_THINGS",
    "VERBS_OF_SAYING",
    "WEAK",
    "WIDE_FORMS",
]

REPORTED = word_set("said says told added warned insisted denied claimed argued suggested stressed confirmed announced")
"""How news most often says that somebody speaks."""
SAID_OR_THOUGHT = (REPORTED - {"added", "denied", "stressed", "confirmed", "announced"}) | word_set(
    """saying say tell tells telling warn insist insists argue argues suggest suggests believe believes believed think
    thinks thought"""
)
"""Report words whatever follows."""
STATED = word_set("add added claims announce announced write writes wrote stated")
"""Report words too, but "he added 20 seats" and "he wrote a book" report none."""
ANSWERED = word_set(
    """claim reply replied explain explained deny denied denies state states declare declared respond responded answer
    answered"""
)
ACCUSED = word_set("warns called describe described accuse accused")
ALLEGED = word_set("according reported reportedly allegedly alleged allege alleges")
"""Say that it is only said; not all of them are verbs."""
ALSO_NOUNS = word_set(
    """claim claims state states note notes stress promise vow pledge comment call demand post answer"""
)
"""Forms that are as often nouns: a subject next to them is not enough, what follows must look like a clause."""
CRIED = word_set("asked asks told replied shouted cried exclaimed")
AFTER_A_CRY = CRIED | word_set("said says added adds wrote writes explained warned insisted")
"""What stands behind a quoted question or cry and its speaker: “Why?” Anna asked."""
VERBS_OF_SAYING = (
    SAID_OR_THOUGHT
    | STATED
    | ANSWERED
    | ACCUSED
    | ALSO_NOUNS
    | word_set(
        """adds adding replies explains announces admit admitted admits acknowledge acknowledged declares noted
        stressed confirm confirmed confirms ask asked urge urged promised vowed pledged complain complained remark
        remarked commented conclude concluded testify testified assert asserted predict predicted demanded tweet
        tweeted posted"""
    )
)
"""Those of which a claim and its evidence are asked who says it."""

WEAK = word_set(
    """reporting suggested confirm confirms confirmed confirming note notes noted noting suggest suggests suggesting
    stress stresses stressed stressing emphasise emphasises emphasised emphasising emphasize emphasizes emphasized
    emphasizing demand demands demanded demanding describe describes described describing predict predicts
    predicted predicting comment comments commented commenting answer answers answered answering maintain maintains
    maintained maintaining conclude concludes concluded concluding reveal reveals revealed revealing disclose
    discloses disclosed hint hints hinted hinting recall recalls recalled recalling report reports reported observe
    observed understands understand"""
)
"""Verbs that also take things as their subject ("the attack suggested"): the subject must be a person or a body."""
QUOTED_ONLY = word_set(
    """joked called call calls calling hail hails hailed hailing praise praised praises praising condemn condemns
    condemned condemning criticise criticised criticises criticising criticize criticized criticizes criticizing
    dismiss dismissed dismisses dismissing denounce denounced denounces denouncing brand branded brands post posted
    posts speak spoke speaks continued continues thank thanked rejects rejected think thinks thought believe
    believes believed"""
)
"""Verbs that report words only when words are quoted after them or a preposition shows it ("called for", "called it
“x”")."""
CUE_FORMS = (
    VERBS_OF_SAYING
    | WEAK
    | QUOTED_ONLY
    | word_set(
        """warning claiming insisting replying explaining arguing declaring announcing writing tweets tweeting remarks
        remarking admitting concede concedes conceded conceding acknowledges acknowledging denying allege alleges
        alleged alleging asserts asserting asks asking responds responding quip quips quipped joke joked jokes
        joking boast boasts boasted boasting vows vowing pledges pledging promises promising urges urging caution
        cautions cautioned cautioning complains complaining lament laments lamented lamenting testifies reiterate
        reiterates reiterated reiterating contend contends contended contending exclaim exclaims exclaimed whisper
        whispered shout shouted accuses accusing opine opined recount recounted confess confessed stating"""
    )
)
"""All forms that attribution looks for. Of those in neither of the two lists before, any noun phrase may be the subject
("the letter says")."""

TO_HEARERS = word_set(
    """told tells telling tell asked asks asking ask urged urges urging warned warns warning reminded reminds reminding
    assured assures assuring advised informed"""
)
"""Verbs of saying that take who hears it as their object."""

NOUNS_TOO = ALSO_NOUNS | word_set(
    """saying reporting warning reply replies writing tweet tweets remark remarks joke jokes vows pledges promises
    caution cautions stresses demands comments answers report reports calls praise brand brands posts"""
)
"""Those of all cue forms."""


def _forms(bases: frozenset[str]) -> frozenset[str]:
    """The regular forms of verbs: "hope" → hope, hopes, hoped, hoping; "blast" → blast, blasts, blasted, blasting."""
    forms = set(bases)
    for base in bases:
        stem = base.removesuffix("e")
        is_y = base.endswith("y") and base[-2] not in "aeiou"
        sibilant = base.endswith(("s", "sh", "ch", "x", "z"))
        forms |= {
            f"{base[:-1]}ies" if is_y else f"{base}es" if sibilant else f"{base}s",
            f"{base[:-1]}ied" if is_y else f"{stem}ed",
            f"{base}ing" if base.endswith("ee") else f"{stem}ing",
        }
    return frozenset(forms)


OF_CLAUSES = _forms(
    word_set(
        """hope want fear worry decide agree refuse decline offer prefer doubt assume guess indicate imply learn realize
        realise expect plan seem appear promise wonder figure speculate estimate hear fail signal imagine"""
    )
) | word_set(
    """think thinks thought thinking believe believes believed believing feel feels felt know knows knew show shows
    showed shown find finds found see sees saw swear swears swore seek seeks sought understand understands understood
    wish wishes wished"""
)
"""Verbs of what somebody thinks, wants or shows, when a clause follows."""
JUDGING = _forms(
    word_set(
        """criticize criticise praise blast attack slam mock denounce defend blame question dismiss reject endorse thank
        condemn ridicule deride applaud laud hail tout decry assail rebuke support oppose back favor favour cite propose
        describe portray discuss lament bemoan highlight emphasize emphasise express echo voice reiterate repeat
        acknowledge outline compare address mention characterize characterise label brand accuse urge encourage
        advocate challenge dispute refute downplay recall recount request detail recommend recognize recognise reference
        disavow ignore demonstrate decry tout reveal"""
    )
) | word_set("called calls calling")
"""Verbs of what somebody says of a thing or a person, which is their object."""
TURNING_TO = _forms(word_set("refer point talk allude speak focus comment")) | word_set(
    "referred referring spoke speaks"
)
"""Verbs of what somebody says of what stands behind "to", "about", "out" or "on"."""
WIDE_FORMS = (OF_CLAUSES | JUDGING | TURNING_TO) - (CUE_FORMS - QUOTED_ONLY)
"""Forms by which words, thoughts and judgements are told, beside those by which a sentence has a speaker."""

DOUBTFUL = word_set(
    """allegedly reportedly supposedly purportedly apparently seemingly presumably ostensibly possibly perhaps maybe
    probably conceivably arguably potentially likely theoretically hypothetically unconfirmed rumour rumor hearsay
    gossip mooted"""
)
"""What is only said or thought to be so."""
APPROXIMATE = word_set(
    """almost nearly virtually practically barely scarcely hardly rarely seldom sometimes often usually mostly
    provisionally tentatively conditionally nominally temporarily informally partially partly"""
)
"""What is not quite so, or not always."""
PRIVATIVE = word_set(
    """former ex formerly erstwhile onetime ousted retired late outgoing incoming elect designate aspiring prospective
    would-be wannabe future acting alleged supposed purported reputed putative presumed suspected ostensible apparent
    self-styled self-proclaimed so-called fake forged bogus mock sham counterfeit imitation pretend imaginary fictional
    fictitious mythical legendary hypothetical proposed planned draft attempted failed abortive unsuccessful
    honorary nominal pseudo simulated staged"""
)
"""Before a noun: what is so called is not one, or no longer, or not yet."""
CONDITIONAL = word_set("if unless whether provided providing assuming supposing lest contingent depending conditional")
EXCEPTIVE = word_set("except excepted excepting excluding exception exceptions barring bar besides excluded exclude")
UNTRUE = word_set("untrue false wrong incorrect mistaken erroneous inaccurate baseless unfounded")
UNTRUE_THINGS = word_set("hoax prank myth lie lies legend misconception fallacy nonsense satire joke superstition")
DISOWNING = (
    UNTRUE
    | UNTRUE_THINGS
    | word_set(
        """falsely wrongly incorrectly mistakenly erroneously rumour rumor conspiracy satirical spoof parody quip jest
        debunk disprove refute retract withdraw rescind recant misreport misstate misquote regret apologise apologize
        fabricate doctored kidding kid jokingly contrary falsehood canard fable montage photoshop deepfake groundless
        discredited"""
    )
)
"""What takes back what it is said about."""
FICTION = word_set(
    """novel novella film movie play opera operetta musical story tale fable saga fairy dream nightmare daydream vision
    series sitcom soap episode scene thriller comedy drama tragedy cartoon comic anime manga videogame game simulation
    scenario exercise drill rehearsal example quiz exam riddle sketch parody poem song ballad epic chapter act hero
    heroine protagonist character fiction screenplay script trilogy sequel storyline plot fantasy imagination
    narrator textbook worksheet painting fresco mural tapestry engraving woodcut"""
)
FICTION_VERBS = word_set("imagine pretend suppose dream picture fantasise fantasize hallucinate simulate enact")
UNREALISED = word_set(
    """plan schedule slate intend propose offer promise vow pledge threaten agree consider contemplate weigh mull order
    demand urge recommend suggest request advise authorise authorize allow permit forbid ban prohibit want wish hope
    desire long seek aim hanker expect anticipate await due meant supposed likely about fear worry dread suspect accuse
    charge blame believe think doubt claim allege insist maintain contend speculate assume presume guess reckon
    estimate predict forecast warn invite encourage tempt try attempt endeavour strive refuse decline fail neglect omit
    forget avoid prevent stop hinder escape miss oppose reject deny risk verge brink chance possibility potential
    prospect proposal bid readiness willingness unable able eager keen ready reluctant hesitate struggle postpone delay
    defer shelve suspend resist dodge"""
)
"""Verbs and nouns after which an infinitive, a gerund or a clause need not be so."""
IMPLICATIVE = word_set(
    """manage force compel oblige help continue proceed happen cause lead get dare bother see hear watch make let
    enable choose turn come go live survive grow have had has having end keep begin start finish while when after by in
    forced led helped compelled obliged"""
)
"""What is done to, or about, an infinitive or a gerund that did happen: "forced them to leave"."""
ASPECTUAL = word_set("begin start commence continue keep finish stop cease")
FACTIVE = word_set(
    """confirm prove show reveal discover establish know learn realise realize notice remember document record
    demonstrate find ensure verify witness emerge transpire note"""
)
"""What is said to have been shown, or is known, is so."""
NAMING = word_set(
    """call dub label brand describe praise hail tout bill market consider deem regard rate judge find portray depict
    present advertise celebrate denounce speak"""
)
"""Somebody's word for a thing, which is not yet what it is."""

CIRCUMSTANCE = word_set(
    """after before during since despite amid following on at by over throughout until because owing due thanks within
    upon near instead beside behind between from through across around notwithstanding"""
)
"""Prepositions under which a past event stays one when what they open is left out."""
TIME_NOUNS = word_set(
    """morning evening afternoon night noon midnight dawn dusk day week weekend month year decade century spring summer
    autumn fall winter season beginning end middle meantime meanwhile addition response return reply protest spite
    total fact all public private secret particular turn time moment hour minute aftermath wake course early late mid
    first second third last next same past recent vain"""
)
"""After "in": when, or in what manner, not in what story."""
JOINING_ADVERBS = word_set(
    """also however meanwhile moreover furthermore additionally therefore thus indeed then there now still already
    currently specifically notably later afterwards subsequently previously overall eventually else well so"""
)
"""Adverbs that only join sentences."""
DROPPED_AT_WILL = JOINING_ADVERBS | word_set(
    """yesterday today tonight tomorrow earlier early late soon finally suddenly again overnight recently immediately
    initially ultimately fortunately unfortunately surprisingly unexpectedly sadly luckily interestingly remarkably
    officially formally instead nevertheless nonetheless elsewhere locally here ago once twice thereupon thereafter
    consequently hence accordingly quietly publicly"""
)
"""Adverbs that open a sentence and change nothing of what it states."""
