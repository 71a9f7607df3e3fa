"""Who can speak, and what they are called: titles, roles, bodies, places, first names.

Data only. A word that is missing here costs recall, never a span: no rule depends on a list being complete.
"""

from __future__ import annotations

from rag.language.english import word_set

__all__ = [
    "AUTHORITIES",
    "BODIES",
    "DOTTED_TITLES",
    "FEMALE",
    "FEMALE_NAMES",
    "GROUPS",
    "MALE",
    "MALE_NAMES",
    "NAME_LINKS",
    "OFFICES",
    "PARTS_OF_PEOPLE",
    "PLACES",
    "RESTRICTIVE",
    "ROLES",
    "TITLES",
    "TITLE_TAILS",
    "WRITINGS",
]

_MALE_OFFICES = word_set("lord king prince baron spokesman chairman congressman emperor sultan")
_FEMALE_OFFICES = word_set("dame lady baroness queen princess spokeswoman chairwoman congresswoman")
OFFICES = (
    _MALE_OFFICES
    | _FEMALE_OFFICES
    | word_set(
        """president secretary minister chancellor admiral general colonel captain major sergeant lieutenant commander
        marshal professor senator representative governor mayor judge justice pope archbishop bishop cardinal
        reverend imam rabbi ambassador envoy chief chair director premier speaker commissioner inspector
        superintendent spokesperson attorney coach sheikh prime"""
    )
)
"""What stands before a name as a title, or alone for who has it."""
_ADDRESSES = word_set("mr mrs ms miss mx dr prof sir sen rep rev gov gen col capt lt maj sgt adm hon")
TITLES = OFFICES | _ADDRESSES | word_set("father sister constable ceo officer analyst adviser advisor")
DOTTED_TITLES = ("Mr", "Mrs", "Ms", "Dr", "Sen", "Rep", "Gov", "Gen", "Prof")
"""Titles that are written with a full stop, with their capital."""
NAME_LINKS = word_set("of de van von der den bin ibn al la le du da dos del el ter")
"""Between the words of a name, and small."""
TITLE_TAILS = word_set("state staff treasury exchequer defence defense parliament commons house court police")
MALE = _MALE_OFFICES | word_set("himself sir mr father son husband brother businessman duke monsieur")
FEMALE = _FEMALE_OFFICES | word_set(
    """herself mrs ms miss mother daughter wife businesswoman actress duchess empress madame"""
)

ROLES = (TITLES - _ADDRESSES - {"prime"}) | word_set(
    """source sources official officials spokesmen spokespeople spokespersons ministers leader leaders advisers
    advisors aide aides diplomat diplomats analysts expert experts economist economists scientist scientists
    researcher researchers author authors critic critics supporter supporters activist activists campaigner
    campaigners lawyer lawyers prosecutor prosecutors police officers soldier soldiers witness witnesses resident
    residents neighbour neighbours neighbor neighbors victim victims survivor survivors reporter reporters
    journalist journalists editor editors correspondent correspondents politician politicians lawmaker lawmakers mp
    mps senators negotiator negotiators mediator mediators commanders generals troops doctor doctors nurse nurses
    teacher teachers student students farmer farmers worker workers manager managers owner owners executive
    executives boss bosses investor investors trader traders company companies firm firms government governments
    ministry ministries department departments agency agencies authority authorities administration council
    committee commission court union party group groups organisation organization body office embassy army navy
    military bank club team regulator regulators watchdog charity newspaper paper magazine report statement letter
    study survey document memo man woman men women mother son daughter wife husband brother boy girl friend friends
    colleague colleagues people person family relative relatives driver pilot passenger passengers founder heads
    head deputy historian historians observers observer insiders insider voters veteran governors media mayors
    judges envoys presidents candidate candidates opponents opponent rivals rival chairs member members"""
)
AUTHORITIES = word_set(
    """office ministry council bank court committee commission department government army navy police authority
    administration embassy media"""
)
"""Bodies that are as often named by what they are as by a name: "the ministry"."""
BODIES = AUTHORITIES | word_set(
    """house university college school institute union nations party street sea forum news times telegraph post
    guardian herald journal press agency service services parliament senate congress kremlin pentagon nato un eu
    opec reuters ap afp bbc cnn itv group company corp inc ltd plc limited corporation association federation
    foundation trust society club team force forces organisation organization tribunal centre center museum
    hospital church board network social airport airlines airways motors bureau league alliance city united
    international national world"""
)
"""Words in the names of bodies, and those names."""
PLACES = word_set(
    """kyiv kiev moscow washington london paris berlin brussels beijing tokyo warsaw rome madrid ankara tehran
    jerusalem ukraine russia britain france germany italy poland china japan india turkey iran israel america
    europe africa asia arabia saudi jeddah riyadh uk us usa england scotland wales ireland spain canada australia
    mexico brazil egypt syria iraq qatar north south east west new san los st mount lake river island islands
    republic street road avenue"""
)
RESTRICTIVE = word_set("vice deputy former ex acting shadow assistant under late interim then first second")
"""Words before a title that make it another one."""
GROUPS = word_set("band group team company firm party club organisation organization agency union alliance")
PARTS_OF_PEOPLE = word_set(
    """children women girls boys babies teenagers adults pensioners pupils students teachers doctors nurses soldiers
    civilians tourists foreigners"""
)
"""Whom people count apart from others."""
WRITINGS = word_set("report statement letter study survey document memo newspaper magazine")
"""What is written and may be said to say something."""

FEMALE_NAMES = word_set(
    """abigail adele agnes aisha alexandra alice alicia alison amanda amelia amy ana andrea angela angelina anita ann
    anna annalena anne annette annie antonia ariana audrey barbara beatrice benazir beth betty beyonce billie
    brenda bridget britney camilla carla carmen carol caroline catherine cecilia celine charlotte cher cheryl
    christina christine claire clara claudia condoleezza cynthia daphne debbie deborah denise diana diane dolly
    donna doris dorothy edith eleanor elena elisabeth elizabeth ella ellen emily emma erica esther eva evelyn
    fatima fiona florence frances gina giorgia gloria grace greta gwen hannah harriet heather helen hillary ida
    ingrid irene iris isabel isabella jacinda jacqueline jane janet janice janis jean jennifer jenny jessica jill
    joan joanna josephine joyce judith judy julia julie kaja kamala karen karoline kate katherine kathleen kathryn
    katy kelly kristi kylie laura lauren lea linda lisa liz liza lucy lydia madonna magdalena maia mandy margaret
    maria mariah marie marilyn marine marion martha mary matilda megan melania melanie melissa meryl mette mia
    michelle miriam molly monica nadia nancy naomi natalie nicola nicole nikki nina nora olga olivia oprah pamela
    patricia patti paula penelope priscilla priti rachel rebecca renee rita roberta rosa rose rosie roxana ruth
    sabrina sally samantha sandra sanna sara sarah selena serena shakira sharon sheila sheryl shirley sigrid simone
    sofia sonia sophia sophie stella stephanie sue susan suzanne svetlana sylvia tamara tanya tara tatiana teresa
    theresa tina tulsi ursula valentina vanessa venus vera veronica victoria viktoria violet virginia vivian vivien
    wendy whitney winona yulia yvette yvonne zoe"""
)
MALE_NAMES = word_set(
    """aaron abdul abraham adam adolf ahmed al alan albert alejandro alexander alexei alfred ali allen andre andrew
    andrii andriy andrzej andy anthony antonio antony arnold arthur barack barry ben benito benjamin bernard bernie
    bertrand bill billy bob bobby boris brad brian bruce carl carlos cary cesar charles charlie chester chris
    christian christopher chuck clark colin craig cyril dan daniel dave david dean denis dennis derek dick dmitry
    dmytro dominic don donald donnie douglas dwight ed eddie edgar edmund eduard edward elbridge elon elvis emil
    emmanuel eric erik ernest eugene evgeny felix ferdinand fidel francis francisco francois frank franklin franz
    fred frederick friedrich gary geoffrey george gerald gerard giovanni glenn gordon graham greg gregg gregory
    gustav guy hans harold harry hector henri henry herbert herman howard hugh hugo hussein ian igor isaac ivan
    jack jacob jacques jair james jason javier jeff jefferson jeffrey jens jeremy jerome jerry jim jimmy joe joel
    johann john johnny jon jonathan jorge jose josef joseph josh joshua juan julian julius justin karl keir keith
    ken kenneth kevin kurt kyrylo larry lars laurence lawrence leo leon leonard leonardo lewis liam lionel louis
    lucas ludwig luigi luis luke mahatma malcolm manuel mao marc marcel marco marcus mario mark markus martin
    marvin matt matthew maurice max maxim michael michel mick miguel mike mikhail mohamed mohammad mohammed morris
    muhammad murray narendra nathan neil nelson nicholas nick nicolas nigel nikita nikola noel olaf oleg oleksandr
    oliver orlando oscar otto owen pablo patrick paul pedro pete peter petro phil philip philippe pierre rafael
    ralph ramzan randy raul ray raymond recep richard rick ricky rishi robert roberto rod rodney rodrigo roger
    roland ron ronald ross roy rudolf ruhollah rupert russell ryan sadiq sam samuel scott sean sebastien sergei
    sergey serhiy shane sidney sigmund silvio simon stan stanley stephen steve steven stuart ted terry theodore
    thomas tim timothy tobias todd tom tommy tony tyler valery vernon victor viktor vincent vitali vitaliy vladimir
    volodymyr wallace walter warren wayne werner wilhelm william winston wolfgang woodrow xi yevgeny yitzhak yuri
    zbigniew"""
)
