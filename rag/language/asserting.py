"""Words that say how far a source stands behind what it says: doubt, fiction, conditions, exceptions, corrections.

Data only, in lower case; verbs and nouns in their base form, for whoever compares base forms. A cue that is missing
here is met by the rule that a claim may leave out only what is known to be harmless (`DROPPED_AT_WILL` and the words of
circumstance); so the harmless lists are closed and short, and the lists of cues may grow.
"""

from __future__ import annotations

from rag.language.english import word_set

__all__ = [
    "APPROXIMATE",
    "ASPECTUAL",
    "CIRCUMSTANCE",
    "CONDITIONAL",
    "DISOWNING",
    "DOUBTFUL",
    "DROPPED_AT_WILL",
    "EXCEPTIVE",
    "FACTIVE",
    "FICTION",
    "FICTION_VERBS",
    "IMPLICATIVE",
    "JOINING_ADVERBS",
    "NAMING",
    "PRIVATIVE",
    "TIME_NOUNS",
    "UNREALISED",
]

DOUBTFUL = word_set(
    """allegedly reportedly supposedly purportedly apparently seemingly presumably ostensibly possibly perhaps maybe
    probably conceivably arguably potentially likely theoretically hypothetically unconfirmed rumour rumor hearsay
    gossip mooted"""
)
"""What is only said or thought to be so."""
APPROXIMATE = word_set(
    "almost nearly narrowly virtually practically barely scarcely hardly rarely seldom sometimes often usually mostly"
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
DISOWNING = word_set(
    """untrue false falsely wrong wrongly incorrect incorrectly mistaken mistakenly erroneous erroneously inaccurate
    hoax prank myth lie lies legend misconception fallacy nonsense rumour rumor conspiracy satire satirical spoof parody
    joke quip jest debunk disprove refute retract withdraw rescind recant misreport misstate misquote regret
    apologise apologize fabricate doctored kidding kid jokingly contrary falsehood canard superstition fable
    montage photoshop deepfake baseless unfounded groundless discredited"""
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
    prospect proposal bid readiness willingness unable able eager keen ready reluctant hesitate struggle"""
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
