"""The closed classes of English words that reading a conversation looks up. Data only.

A word that is missing here costs a replacement, never a wrong one: what is not recognised is left as it is.
"""

from __future__ import annotations

from rag.attribution.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BODIES,
    CUE_FORMS,
    DETERMINERS,
    LEADING,
    PREPOSITIONS,
    PRONOUNS,
    ROLES,
    SUBORDINATORS,
)
from rag.language.words import word_set

__all__ = [
    "ASKING",
    "BE",
    "CONTENTLESS",
    "DO_OR_MODAL",
    "FEMALE_NAMES",
    "GROUPS",
    "MALE_NAMES",
    "MOTION",
    "NOBODY",
    "NOT_A_NAME",
    "PERSON_ROLES",
    "PHRASE_ENDS",
    "PREDICATES",
    "SPOKEN",
    "THINGS",
    "TIMES",
]

ASKING = word_set("who whom whose what which when where why how")
BE = word_set("is are was were be been being")
DO_OR_MODAL = word_set("do does did will would can could should shall must may might")
SPOKEN = CUE_FORMS | word_set("think mean want believe feel thinks wants")
GROUPS = word_set("band group team company firm party club organisation organization agency union alliance")
PERSON_ROLES = (
    ROLES
    - BODIES
    - word_set(
        """report statement letter study survey document memo company companies firm firms governments ministries
        department departments agencies authorities party union body watchdog charity newspaper paper magazine media
        military"""
    )
)
# Capitalised where a name could stand, and nobody's: "Nobody wants to close a library".
NOBODY = word_set(
    """nobody everybody somebody anybody none nothing everything something anything everyone someone anyone noone people
    others many most some few all both each neither either several more less plenty hundreds thousands dozens millions
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty men women children parents pupils families locals households readers viewers visitors customers
    users"""
)
# With `STOP_WORDS`, what a question may be made of that says nothing of what it asks about.
CONTENTLESS = word_set(
    "really thanks thank please ok okay yes sure more else tell show give go continue again right exactly well now hm"
)
MOTION = word_set(
    "go goes went gone going travel travels travelled fly flew come came get got move moved return returned"
)
NOT_A_NAME = (
    LEADING
    | ASKING
    | word_set(
        """tell describe explain summarise summarize list give quote show find name define compare please did does do
        is are was were has have had will would can could should shall must might am ok okay thanks yes no i also well
        so not there be being been any"""
    )
)
PHRASE_ENDS = (
    (PREPOSITIONS - {"of"})
    | SUBORDINATORS
    | AUXILIARIES
    | DETERMINERS
    | PRONOUNS
    | ADVERBS
    | ASKING
    | DO_OR_MODAL
    | SPOKEN
    | word_set("any every each no more else")
    | word_set("and or but so him her his them their its me us our your my not really happen happened end ended")
)
# What may follow a subject after a form of "be": "was the bridge built", "is the deal dead".
PREDICATES = word_set(
    """built made held sold sent lost won known seen taken given found shot hit cut put set paid born begun broken
    written drawn thrown struck left led fought brought bought caught safe open shut ready dead alive true false over
    legal illegal right wrong new old big large small long high tall deep wide heavy important successful popular
    famous real possible likely good bad about like different"""
)
THINGS = word_set(
    """bridge dam tunnel tower river lake canal strait pipeline plant station treaty agreement accord accords deal plan
    pact act bill law resolution declaration protocol convention summit conference war battle operation project
    programme program prize award awards cup festival film album song book novel report constitution budget crisis
    referendum election elections prison castle palace cathedral bay island mountain mount volcano hurricane storm
    earthquake festival games olympics championship"""
)
TIMES = word_set(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december yesterday today tonight now"""
)
FEMALE_NAMES = word_set(
    """abigail adele agnes aisha alexandra alice alicia alison amanda amelia amy ana andrea angela angelina anita ann
    anna annalena anne annette annie antonia ariana audrey barbara beatrice benazir beth betty beyonce billie
    brenda bridget britney camilla carla carmen carol caroline catherine cecilia celine charlotte cher cheryl
    christina christine claire clara claudia condoleezza cynthia daphne debbie deborah denise diana diane dolly
    donna doris dorothy edith eleanor elena elisabeth elizabeth ella ellen emily emma erica esther eva evelyn
    fatima fiona florence frances gina giorgia gloria grace greta gwen hannah harriet heather helen hillary ida
    ingrid irene iris isabel isabella jacinda jacqueline jane janet janice janis jean jennifer jenny jessica
    jill joan joanna josephine joyce judith judy julia julie kaja kamala karen karoline kate katherine kathleen
    kathryn katy kelly kristi kylie laura lauren lea linda lisa liz liza lucy lydia madonna magdalena maia mandy
    margaret maria mariah marie marilyn marine marion martha mary matilda megan melania melanie melissa meryl
    mette mia michelle miriam molly monica nadia nancy naomi natalie nicola nicole nikki nina nora olga olivia
    oprah pamela patricia patti paula penelope priscilla priti rachel rebecca renee rita roberta rosa rose rosie
    roxana ruth sabrina sally samantha sandra sanna sara sarah selena serena shakira sharon sheila sheryl
    shirley sigrid simone sofia sonia sophia sophie stella stephanie sue susan suzanne svetlana sylvia tamara
    tanya tara tatiana teresa theresa tina tulsi ursula valentina vanessa venus vera veronica victoria viktoria
    violet virginia vivian vivien wendy whitney winona yulia yvette yvonne zoe"""
)
MALE_NAMES = word_set(
    """aaron abdul abraham adam adolf ahmed al alan albert alejandro alexander alexei alfred ali allen andre andrew
    andrii andriy andrzej andy anthony antonio antony arnold arthur barack barry ben benito benjamin bernard
    bernie bertrand bill billy bob bobby boris brad brian bruce carl carlos cary cesar charles charlie chester
    chris christian christopher chuck clark colin craig cyril dan daniel dave david dean denis dennis
    derek dick dmitry dmytro dominic don donald donnie douglas dwight ed eddie edgar edmund eduard edward
    elbridge elon elvis emil emmanuel eric erik ernest eugene evgeny felix ferdinand fidel francis francisco
    francois frank franklin franz fred frederick friedrich gary geoffrey george gerald gerard giovanni glenn
    gordon graham greg gregg gregory gustav guy hans harold harry hector henri henry herbert herman howard hugh
    hugo hussein ian igor isaac ivan jack jacob jacques jair james jason javier jeff jefferson jeffrey jens
    jeremy jerome jerry jim jimmy joe joel johann john johnny jon jonathan jorge jose josef joseph josh joshua
    juan julian julius justin karl keir keith ken kenneth kevin kurt kyrylo larry lars laurence lawrence leo
    leon leonard leonardo lewis liam lionel louis lucas ludwig luigi luis luke mahatma malcolm manuel mao marc
    marcel marco marcus mario mark markus martin marvin matt matthew maurice max maxim michael michel mick
    miguel mike mikhail mohamed mohammad mohammed morris muhammad murray narendra nathan neil nelson nicholas
    nick nicolas nigel nikita nikola noel olaf oleg oleksandr oliver orlando oscar otto owen pablo patrick paul
    pedro pete peter petro phil philip philippe pierre rafael ralph ramzan randy raul ray raymond recep richard
    rick ricky rishi robert roberto rod rodney rodrigo roger roland ron ronald ross roy rudolf ruhollah rupert
    russell ryan sadiq sam samuel scott sean sebastien sergei sergey serhiy shane sidney sigmund silvio simon
    stan stanley stephen steve steven stuart ted terry theodore thomas tim timothy tobias todd tom tommy tony
    tyler valery vernon victor viktor vincent vitali vitaliy vladimir volodymyr wallace walter warren wayne
    werner wilhelm william winston wolfgang woodrow xi yevgeny yitzhak yuri zbigniew"""
)
