"""The verbs of saying: those that report somebody's words, in all their forms.

Data only. A word that is missing here costs recall, never a span: no rule depends on a list being complete. The verbs
start from the reporting verbs of Bergler, "Evidential Analysis of Reported Speech" (1992), and Krestel, Bergler and
Witte, "Minding the Source" (LREC 2008), completed with those of ordinary news copy. They stand in groups that differ in
what the checks of a claim take them for; attribution knows more of them than the checks do.
"""

from __future__ import annotations

from rag.language.english import word_set

__all__ = [
    "ACCUSED",
    "AFTER_A_CRY",
    "ALLEGED",
    "ALSO_NOUNS",
    "ANSWERED",
    "CRIED",
    "CUE_FORMS",
    "NOUNS_TOO",
    "QUOTED_ONLY",
    "SAID_OR_THOUGHT",
    "STATED",
    "VERBS_OF_SAYING",
    "WEAK",
]

SAID_OR_THOUGHT = word_set(
    """says saying said say tell tells told telling warn warned claimed insist insists insisted argue argues argued
    suggest suggested suggests believe believes believed think thinks thought"""
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

NOUNS_TOO = ALSO_NOUNS | word_set(
    """saying reporting warning reply replies writing tweet tweets remark remarks joke jokes vows pledges promises
    caution cautions stresses demands comments answers report reports calls praise brand brands posts"""
)
"""Those of all cue forms."""
