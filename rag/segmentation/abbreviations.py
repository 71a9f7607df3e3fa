"""Words whose final full stop usually does not end a sentence, by what may follow them.

Kept by hand, because the library's own list was learned from scanned legal text and holds ordinary words ("week",
"month", "life"): see `boundaries.py`. Everything is written without the final full stop. `TITLES` and `ABBREVIATIONS`
keep their case, since "Miss." is not "miss."; `NEVER_FINAL` and `BEFORE_A_NUMBER` are lower-case and match any case.
Languages share the lists, so an entry that is an everyday word of another language stays out.
"""

from __future__ import annotations

__all__ = [
    "ABBREVIATIONS",
    "BEFORE_A_NUMBER",
    "NEVER_FINAL",
    "ORDINAL_FOLLOWERS",
    "SENTENCE_STARTERS",
    "TITLES",
    "words",
]


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


TITLES = words("""
    Mr Mrs Ms Messrs Mme Mlle Dr Drs Prof Rev Fr Hon St Ste Sgt Cpl Lt Capt Cmdr Col Gen Maj Adm Brig Gov Sen Sens Rep
    Reps Pres Supt Insp Amb Ald Msgr Mt Ft
    Hr Frl Dipl Sr Sra Srta Sres Dra Dña Ud Uds Sig Dott Avv Ing Exmo
    św ks prof dr inż mgr hab płk gen проф акад им св ул डॉ
""")
"""Stand before a name: the full stop never ends a sentence when a capital follows."""

NEVER_FINAL = words("""
    e.g eg i.e cf viz vs approx ca incl excl resp esp
    z.b d.h u.a bzw bspw ggf vgl sog zzgl inkl mrd mio tsd
    डॉ प्रो श्री श्रीमती कु पं स्व मो
    p.ej c.-à-d np tzn tzw ws ds tys mld tj т.е т.к напр örn m.ö m.s
""")
"""Always lead on to what they introduce, whatever follows."""

BEFORE_A_NUMBER = words("""
    no nos nr nn nº n° vol vols p pp pg pgs fig figs sec secs art arts ch chap cl par para pt eq eqs ex exh tab app
    bd s abs abb str стр рис табл ст п пп
    jan feb mar apr jun jul aug sep sept oct nov dec
""")
"""Lead on to a number ("No. 5") and may end a sentence before anything else."""

ABBREVIATIONS = words("""
    Inc Ltd Pvt Co Corp Cos Bros LLC PLC GmbH Jr Sr Esq etc al seq ibid ed eds trans rev repr est dept univ Univ Dept
    Assn Assoc assoc Inst Natl Intl Govt govt Comm Comr Ave Blvd Rd Ln Pkwy Hwy Rte Bldg Apt Ste Fl Sq Pl Ct Jct
    Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun
    Ala Ariz Ark Calif Cal Colo Conn Del Fla Ga Ida Ill Ind Kan Kans Ky La Mass Md Mich Minn Miss Mo Mont Neb Nebr Nev
    Okla Ore Penn Penna Pa Tenn Tex Va Vt Wash Wis Wisc Wyo Ont Que Alta Sask
    hr hrs min mins sec secs oz lb lbs ft sq cu tbsp tsp mph gal qt avg max temp tel misc vers supp suppl
    Proc Conf Symp Trans Bull Lett Rev Phys Chem Biol Med Sci Eng Tech Math Econ Hist Philos Mag Amer Am Brit
    Fed Sup Cir App Const Amend Stat Reg Civ Crim Supp
    Chr Jh Jhd Hrsg Aufl Nr Bd Abb Tab Abs Anm Ausg Str Tel
    aprox pág págs núm avda Avda Cía Ltda apdo EE UU
    ecc pag sig cit voll secc
    wg ur zm woj pow gm
    гг вв тыс млн млрд руб обл
    yy vb bkz çev haz
""")
"""End a sentence at times ("Smith Inc. The firm"): only what follows can tell, and the library decides."""

SENTENCE_STARTERS = words("""
    The This That These Those There Then They He She It We You His Her Its Their Our My Your If In On At As And But Or
    So Yet For From With When While Where What Who Why How Which Because Since Although Though After Before During
    However Meanwhile Moreover Also Another Some Many Most All Both Each Every No Not Now Today Yesterday
    Is Are Was Were Do Does Did Has Have Had Can Could Will Would Should May Let Please
    Der Die Das Ein Eine Er Sie Es Wir Ich Im Am Bei Nach Mit Und Aber Dies Diese Dieser
    Le La Les Un Une Il Elle Ils Elles Ce Cette Dans En El Los Las Una Esto Esta Este Se Os O A Ele Ela Lo Gli
    В На Он Она Они Это Но И По
""")
"""Capitalised words that begin a sentence far more often than a name."""

ORDINAL_FOLLOWERS = words("""
    Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert Jahrhunderts
    Jahrhunderten Jahrestag Auflage Platz Klasse Armee Wahlperiode Weltkrieg
""")
"""Nouns that follow an ordinal number in languages that write it with a full stop ("3. Oktober")."""
