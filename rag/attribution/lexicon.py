"""The closed classes of English words that attribution looks up: who can speak, what they are called, what they do.

Data only. A word that is missing here costs recall, never a span: no rule depends on a list being complete. The verbs
of saying start from the reporting verbs of Bergler, "Evidential Analysis of Reported Speech" (1992), and Krestel,
Bergler and Witte, "Minding the Source" (LREC 2008), completed with those of ordinary news copy.
"""

from __future__ import annotations

from rag.language.words import word_set

__all__ = [
    "ADVERBS",
    "AUXILIARIES",
    "BODIES",
    "CUE_FORMS",
    "DETERMINERS",
    "FEMALE",
    "LEADING",
    "MALE",
    "NEGATIONS",
    "NOUNS_TOO",
    "PLACES",
    "PLURAL_PRONOUNS",
    "PREPOSITIONS",
    "PRONOUNS",
    "QUOTED_ONLY",
    "RESTRICTIVE",
    "ROLES",
    "STOPS",
    "SUBORDINATORS",
    "TITLES",
    "TITLE_TAILS",
    "WEAK",
]


# Verbs of saying: any noun phrase may be their subject ("the letter says").
_STRONG = word_set(
    """say says said saying tell tells told telling add adds added adding warn warns warned warning claim claims claimed
    claiming insist insists insisted insisting reply replies replied replying explain explains explained explaining
    argue argues argued arguing declare declares declared declaring announce announces announced announcing write writes
    wrote writing tweet tweets tweeted tweeting remark remarks remarked remarking admit admits admitted admitting
    concede concedes conceded conceding acknowledge acknowledges acknowledged acknowledging deny denies denied denying
    allege alleges alleged alleging assert asserts asserted asserting ask asks asked asking respond responds responded
    responding quip quips quipped joke joked jokes joking boast boasts boasted boasting vow vows vowed vowing pledge
    pledges pledged pledging promise promises promised promising urge urges urged urging caution cautions cautioned
    cautioning complain complains complained complaining lament laments lamented lamenting testify testifies testified
    reiterate reiterates reiterated reiterating contend contends contended contending exclaim exclaims exclaimed whisper
    whispered shout shouted accuse accuses accused accusing opine opined recount recounted confess confessed state
    states stated stating"""
)
# Verbs that also take things as their subject ("the attack suggested"): the subject must be a person or a body.
WEAK = word_set(
    """confirm confirms confirmed confirming note notes noted noting suggest suggests suggested suggesting stress
    stresses stressed stressing emphasise emphasises emphasised emphasising emphasize emphasizes emphasized emphasizing
    demand demands demanded demanding describe describes described describing predict predicts predicted predicting
    comment comments commented commenting answer answers answered answering maintain maintains maintained maintaining
    conclude concludes concluded concluding reveal reveals revealed revealing disclose discloses disclosed hint hints
    hinted hinting recall recalls recalled recalling report reports reported reporting observe observed understands
    understand"""
)
# Verbs that report words only when words are quoted after them or a preposition shows it ("called for", "called it
# “x”").
QUOTED_ONLY = word_set(
    """call calls called calling hail hails hailed hailing praise praised praises praising condemn condemns condemned
    condemning criticise criticised criticises criticising criticize criticized criticizes criticizing dismiss dismissed
    dismisses dismissing denounce denounced denounces denouncing brand branded brands post posted posts speak spoke
    speaks continued continues joked thank thanked rejects rejected think thinks thought believe believes believed"""
)
CUE_FORMS = _STRONG | WEAK | QUOTED_ONLY
# Cue forms that are as often nouns: a subject next to them is not enough, what follows must look like a clause.
NOUNS_TOO = word_set(
    """claims claim reports report states state notes note demands demand comments comment warning promise promises
    pledge pledges vow vows answer answers calls call posts post praise brand brands caution cautions joke jokes remark
    remarks stress stresses saying writing reply replies tweet tweets reporting"""
)
PRONOUNS = word_set("he she they it who i we you")
PLURAL_PRONOUNS = word_set("they we")
DETERMINERS = word_set(
    "the a an one another some several many two three four both all this that these those most few other"
)
AUXILIARIES = word_set("has had have is was are were be been being did does do will would")
NEGATIONS = word_set(
    "not never n't nobody didn't hasn't haven't hadn't wouldn't won't doesn't don't can't cannot nor neither no"
)
ADVERBS = word_set(
    """also later then earlier again even only still now soon already often once today yesterday tonight recently
    repeatedly long previously just first further since both always sometimes twice himself herself themselves too"""
)
PREPOSITIONS = word_set(
    """of for from at in with on by to into about over under against between through after before during since as than
    near within without towards toward upon despite among amid via per until"""
)
SUBORDINATORS = word_set(
    "after as because when while whether if since than although though before until once that which where"
)
STOPS = (
    PREPOSITIONS
    | SUBORDINATORS
    | AUXILIARIES
    | word_set("and or but so yet who whom whose what how why not can could may")
)
TITLES = word_set(
    """president secretary minister chancellor admiral general colonel captain major sergeant lieutenant commander
    marshal sir dame lord lady baroness baron mr mrs ms miss mx dr prof professor senator sen congressman congresswoman
    representative rep governor gov mayor judge justice king queen prince princess pope archbishop bishop cardinal
    father sister reverend rev imam rabbi ambassador envoy chief chairman chairwoman chair director premier speaker
    commissioner inspector superintendent constable spokesman spokeswoman spokesperson ceo officer attorney analyst
    adviser advisor coach emperor sheikh sultan prime gen col capt lt maj sgt adm hon"""
)
TITLE_TAILS = word_set("state staff treasury exchequer defence defense parliament commons house court police")
ROLES = TITLES - word_set(
    "mr mrs ms miss mx dr prof sir sen rep rev gov gen col capt lt maj sgt adm hon prime"
) | word_set(
    """source sources official officials spokesmen spokespeople spokespersons ministers leader leaders advisers advisors
    aide aides diplomat diplomats analysts expert experts economist economists scientist scientists researcher
    researchers author authors critic critics supporter supporters activist activists campaigner campaigners lawyer
    lawyers prosecutor prosecutors police officers soldier soldiers witness witnesses resident residents neighbour
    neighbours neighbor neighbors victim victims survivor survivors reporter reporters journalist journalists editor
    editors correspondent correspondents politician politicians lawmaker lawmakers mp mps senators negotiator
    negotiators mediator mediators commander commanders generals troops doctor doctors nurse nurses teacher teachers
    student students farmer farmers worker workers manager managers owner owners executive executives boss bosses
    investor investors trader traders company companies firm firms government governments ministry ministries department
    departments agency agencies authority authorities administration council committee commission court union party
    group groups organisation organization body office embassy army navy military navy bank club team regulator
    regulators watchdog charity newspaper paper magazine report statement letter study survey document memo man woman
    men women mother father son daughter wife husband brother sister boy girl friend friends colleague colleagues people
    person family relative relatives driver pilot passenger passengers founder heads head deputy historian historians
    observers observer insiders insider voters veteran governors media mayors judges envoys presidents historian
    candidate candidates opponents opponent rivals rival chairs member members"""
)
BODIES = word_set(
    """office ministry house university college school institute council union nations party bank court street sea forum
    news times telegraph post guardian herald journal press agency service services committee commission department
    government parliament senate congress kremlin pentagon nato un eu opec reuters ap afp bbc cnn itv group company corp
    inc ltd plc limited corporation association federation foundation trust society club team army navy force forces
    police authority administration organisation organization embassy tribunal centre center museum hospital church
    board network social media airport airlines airways motors bureau league alliance city united international national
    world"""
)
PLACES = word_set(
    """kyiv kiev moscow washington london paris berlin brussels beijing tokyo warsaw rome madrid ankara tehran jerusalem
    ukraine russia britain france germany italy poland china japan india turkey iran israel america europe africa asia
    arabia saudi jeddah riyadh uk us usa england scotland wales ireland spain canada australia mexico brazil egypt syria
    iraq qatar north south east west new san los st mount lake river island islands republic street road avenue"""
)
RESTRICTIVE = word_set("vice deputy former ex acting shadow assistant under late interim then first second")
# Capitalised only because they open a sentence; never the first word of a name.
LEADING = (
    PREPOSITIONS
    | SUBORDINATORS
    | AUXILIARIES
    | DETERMINERS
    | ADVERBS
    | PRONOUNS
    | word_set(
        """but and or so yet meanwhile however his her their its our my your there here asked speaking writing according
        monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
        october november december last next when what why how yes instead moreover separately elsewhere finally perhaps
        maybe additionally like unlike photo getty images image picture file"""
    )
)
MALE = word_set(
    """mr sir lord king prince father baron spokesman chairman businessman congressman husband son brother himself duke
    emperor sultan monsieur"""
)
FEMALE = word_set(
    """mrs ms miss dame lady baroness queen princess spokeswoman chairwoman businesswoman congresswoman actress wife
    daughter herself duchess empress mother madame"""
)
