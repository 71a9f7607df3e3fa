"""What depends on the language: abbreviations, ordinal numbers, words that begin sentences, words that no search needs.

The lists that all languages share are kept by hand, because the library's own was learned from scanned legal text and
holds ordinary words ("week", "month", "life"): see `boundaries`. An entry that is an everyday word of another language
stays out of them. `TITLES` and `ABBREVIATIONS` keep their case, since "Miss." is not "miss."; `NEVER_FINAL` and
`BEFORE_A_NUMBER` are lower-case and match any case. English has its rules there, and so has text whose language nobody
knows.

The rules of a language are added when it is known; an entry there may be an everyday word of another. They are in lower
case; parts of one abbreviation are joined ("z.b" is "z. B." and "z.B."). Everything is without the final full stop.

The function words are those of other languages than English, whose own are in `english`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rag.language.english import word_set

__all__ = [
    "ABBREVIATIONS",
    "BEFORE_A_NUMBER",
    "FUNCTION_WORDS",
    "FUNCTION_WORDS_OF_OTHER_SCRIPTS",
    "NEVER_FINAL",
    "ORDINAL_FOLLOWERS",
    "SENTENCE_STARTERS",
    "TITLES",
    "LanguageRules",
    "rules_of",
]

TITLES = word_set("""
    Mr Mrs Ms Messrs Mme Mlle Dr Drs Prof Rev Fr Hon St Ste Sgt Cpl Lt Capt Cmdr Col Gen Maj Adm Brig Gov Sen Sens Rep
    Reps Pres Supt Insp Amb Ald Msgr Mt Ft
    Hr Frl Dipl Sr Sra Srta Sres Dra Dña Ud Uds Sig Dott Avv Ing Exmo
    św ks prof dr inż mgr hab płk gen проф акад им св ул डॉ
""")
"""Stand before a name: the full stop never ends a sentence when a capital follows."""

NEVER_FINAL = word_set("""
    e.g eg i.e cf viz vs approx ca incl excl resp esp
    z.b d.h u.a bzw bspw ggf vgl sog zzgl inkl mrd mio tsd
    डॉ प्रो श्री श्रीमती कु पं स्व मो
    p.ej c.-à-d np tzn tzw ws ds tys mld tj т.е т.к напр örn m.ö m.s
""")
"""Always lead on to what they introduce, whatever follows."""

BEFORE_A_NUMBER = word_set("""
    no nos nr nn nº n° vol vols p pp pg pgs fig figs sec secs art arts ch chap cl par para pt eq eqs ex exh tab app
    bd s abs abb str стр рис табл ст п пп
    jan feb mar apr jun jul aug sep sept oct nov dec
""")
"""Lead on to a number ("No. 5") and may end a sentence before anything else."""

ABBREVIATIONS = word_set("""
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

SENTENCE_STARTERS = word_set("""
    The This That These Those There Then They He She It We You His Her Its Their Our My Your If In On At As And But Or
    So Yet For From With When While Where What Who Why How Which Because Since Although Though After Before During
    However Meanwhile Moreover Also Another Some Many Most All Both Each Every No Not Now Today Yesterday
    Is Are Was Were Do Does Did Has Have Had Can Could Will Would Should May Let Please
    Der Die Das Ein Eine Er Sie Es Wir Ich Im Am Bei Nach Mit Und Aber Dies Diese Dieser
    Le La Les Un Une Il Elle Ils Elles Ce Cette Dans En El Los Las Una Esto Esta Este Se Os O A Ele Ela Lo Gli
    В На Он Она Они Это Но И По
""")
"""Capitalised words that begin a sentence far more often than a name."""

ORDINAL_FOLLOWERS = word_set("""
    Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert Jahrhunderts
    Jahrhunderten Jahrestag Auflage Platz Klasse Armee Wahlperiode Weltkrieg
""")
"""Nouns that follow an ordinal number in languages that write it with a full stop ("3. Oktober")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRules:
    """How full stops are used in one language.

    reads_lower_case: a full stop before a word in lower case ends a sentence only after an ordinary word.
    capitalises_nouns: a capital after an abbreviation says nothing.
    before_a_name: end a sentence only when a `starter` follows.
    never_final: lead on to what follows.
    before_number: lead on to a number.
    often_final: end a sentence when a capital follows, or a `starter` where nouns have capitals.
    after_number: years and centuries ("1990 r.").
    ordinal: the text before a number whose full stop makes it an ordinal; None where numbers have no full stop.
    """

    reads_lower_case: bool = False
    capitalises_nouns: bool = False
    before_a_name: frozenset[str] = frozenset()
    never_final: frozenset[str] = NEVER_FINAL
    before_number: frozenset[str] = BEFORE_A_NUMBER
    often_final: frozenset[str] = frozenset()
    after_number: frozenset[str] = frozenset()
    starters: frozenset[str] = SENTENCE_STARTERS
    ordinal: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    before_a_name: str = ""
    never_final: str = ""
    before_number: str = ""
    often_final: str = ""
    after_number: str = ""
    starters: str = ""
    ordinal: str = ""


_LISTS = {
    "de": _Lists(
        never_final="""
            a.d a.m dipl dipl.-ing dr.-ing d.h d.i evtl exkl fam fr frl geb gegr gen gest ggü hl hr hrn i.a i.d.r i.e
            i.h.v i.s i.v jun kath lat lfd med mag o.g phil rer nat rer.nat jur dr.med dr.phil dr.jur
            prof.dr prof.dr.med s.o.g scil sog sen st u.ä.m u.u univ.-prof urspr verh zit z.b z.hd z.t z.z zw
            zzgl stellv ehem bes versch engl frz griech ital span russ dt""",
        before_number="abs anm aufl bd bl buchst ca hs kap nr pos rdnr rn s stk tel tz vers z ziff zif §",
        often_final="usw etc ff u.a u.v.m u.v.a u.ä o.ä u.dgl v.chr n.chr v.u.z n.u.z s.o s.u jh jhd jhdt dgl",
        starters="""Danach Dann Dort Da Doch Auch Als Wenn Seit Seine Ihre Ihr Für Auf In Zu Zum Zur Von Vom Vor Hier
            Heute Nun Man Jetzt So Wer Was Wie Wo Warum Dabei Damit Dazu Denn Sein Kein Keine Nichts Alle Viele Den Dem
            Des Durch Gegen Um Unter Über Während Wegen Trotz Daher Deshalb Allerdings Jedoch Zudem Außerdem""",
        ordinal=r"(?:de[rnms]|die|das|am|im|vom|zum|zur|beim|ab|jede[rnms]?|eine[rnms]?|seine[rnms]?|ihre[rnms]?"
        r"|unsere[rnms]?|diese[rnms]?|bereits|ein)",
    ),
    "fr": _Lists(
        never_final="""
            m mm mme mmes mlle mlles me mgr dr drs pr st ste av apr p.ex c.-à-d c.à.d cf env dir adj bd boul éd coll
            trad adm gén col cap lt vve all angl lat""",
        before_number="art chap fig n no nos p pp tél vol t vers v al § réf",
        often_final="etc j.-c av.j.-c apr.j.-c av.n.è s.a s.a.r.l cie hab min",
    ),
    "es": _Lists(
        never_final="""
            sr sra sres sras srta srtas d dª dña dra dres dras excmo excma ilmo ilma lic ing arq gral cnel cap tte mons
            fr sto sta stos ud uds vd vds p.ej av avda c pza ctra dpto depto prov tfno admón ee""",
        before_number="art arts cap fig núm núms nº n.º no nos pág págs p pp t tomo vol vols v aprox tel",
        often_final="etc ee.uu a.c d.c a.e.c s.a s.l cía ltda hnos a.m p.m rr.hh ff.aa jj.oo",
    ),
    "it": _Lists(
        never_final="""
            sig sigg sig.ra sig.na dott dott.ssa dr dr.ssa prof prof.ssa avv ing arch geom rag on mons don ten gen col
            cap magg s ss ad.es p.es cfr v.le p.za c.so es cosiddetto pres""",
        before_number="art artt cap fig n nn nr num pag pagg p pp par sec tab tel vol voll v lett",
        often_final="ecc etc a.c d.c s.p.a s.r.l c.a circa",
    ),
    "pt": _Lists(
        never_final="""
            sr sra srs sras srta d dr dra drs dras eng engª exmo exma ilmo ilma prof profª v.ex v.exª v.s.ª p.ex av r
            al pç rod trav des min gen cel cap ten mons st sto sta séc""",
        before_number="art arts cap fig n n.º nº núm no pág págs p pp t tomo vol vols tel séc",
        often_final="etc a.c d.c a.e.c s.a ltda cia e.u.a",
    ),
    "nl": _Lists(
        before_a_name="n.v b.v v.z.w b.v.b.a",
        never_final="""
            dhr mevr mw mej dr drs ir ing mr prof bc ds em st sr jhr jkvr gebr fam fa bijv bijz blz ca d.i d.w.z dwz
            d.m.v dmv i.c i.h.b i.p.v ipv i.t.t i.v.m ivm m.a.w m.b.t mbt m.b.v m.i m.i.v m.u.v n.a.v nav o.a oa o.b.v
            o.i.d o.l.v t.a.v t.b.v t.g.v t.o.v tov t.w t.w.v t.z.t u.a vgl vnl w.o z.g zgn z.i z.o.z zg resp incl excl
            evt gem max min geb get ov overl plv wnd kol gen lt kap maj secr afd""",
        before_number="art afb blz bijl deel dl fig hfdst hfst jg nr nrs par p pp pag reg tab tel vers vs vol km",
        often_final="enz etc e.a e.d e.v m.n n.chr v.chr bvba c.s p.m p.j p.p p.w s.v.p a.m jr co corp inc",
        starters="""De Het Een Dit Dat Deze Die Hij Zij Ze Wij We Ik Jij Je Men Er In Op Aan Bij Na Met Voor Van Door
            Tot Uit Om Over Onder Tijdens Volgens Vanaf Sinds Maar En Of Want Toch Ook Nog Nu Toen Dan Daar Daarom
            Daarna Hier Wie Wat Waar Wanneer Waarom Hoe Als Omdat Zo Zijn Haar Hun Geen Alle Veel Vele Vandaag
            Gisteren""",
    ),
    "ro": _Lists(
        before_a_name="s.c s.a",
        never_final="""
            dl dlui dna d-na d-ra dra d-lui d-l dr ing prof acad arh av jr lect conf univ col cpt gen lt maj plt mr pr
            sf sfta st str bd bld bdul al cal sos șos spl int et ap bl sc com jud mun or loc nr pct ex de.ex cca aprox
            cf resp i.e pp vol cap art lit alin min max tel ș.cl s.n trad ed red""",
        before_number="""
            art alin cap fig lit nr nrr p pag pg pct pp tab tel vol al par str bl ap et sc hot sec
            ian feb febr mart apr iun iul aug sept oct noi noiem dec""",
        often_final="etc ș.a ş.a ș.a.m.d ş.a.m.d ș.u s.r.l a.c d.c î.hr d.hr î.e.n e.n a.m p.m lei mil mld",
        starters="""Acest Această Aceste Acești Acesta Aceasta Acestea El Ea Ei Ele Noi Voi Eu Tu În Din De La Pe Cu
            Pentru Prin După Până Sub Între Dar Și Şi Iar Sau Deci Însă Totuși Astfel Așa Apoi Atunci Acum Aici Acolo
            Când Cum Unde Cine Ce Care Dacă Deși Deoarece Fiindcă Potrivit Conform Un O Unii Unele Toți Toate Mai Nu
            Azi Ieri Astăzi Este Sunt Are Au A""",
    ),
    "pl": _Lists(
        before_a_name="im",
        never_final="""
            np tzn tzw tj m.in ul al pl os prof dr hab mgr inż lek med św bł ks bp abp kard o s.p ś.p gen płk ppłk mjr
            kpt por ppor sierż dyr red wg ok ang łac niem fr ros hiszp wł czes godz tel por.m zob por.np por.z
            woj pow gm tys mln mld jw ww pw tłum wyd oprac zm ur pt dot ds św.p dr.hab""",
        before_number="art nr pkt poz rozdz rys str s t tab tel ust vol zał § godz",
        often_final="itd itp etc n.e p.n.e zł gr cd i.in in",
        after_number="r rr w ww",
        ordinal=r"(?:na|we?|do|od|ze?|po|przed|podczas|dla|o|przez)",
    ),
    "uk": _Lists(
        before_a_name="ім ст",
        never_final="""
            т.зв т.е тобто напр див проф акад доц вул просп пр пл бул пров м с смт обл р-н о св св.св гр ген полк
            кап лейт тов п пп пп. п.п зокр англ нім фр лат рос ред вид тис млн млрд""",
        before_number="рис табл ст стор с ч п т тел № розд гл",
        often_final="т.д т.п та.ін ін н.е до.н.е грн коп тощо крб",
        after_number="р рр ст",
    ),
    "ru": _Lists(
        before_a_name="им",
        never_final="""
            т.е т.к т.н т.о т.наз напр см ср проф акад доц ул пр просп пл пер бул г с пос дер д обл р-н о св гр ген
            полк кап лейт тов гос изд ред англ нем фр лат греч тыс млн млрд кн""",
        before_number="рис табл ст стр с гл ч п пп т тел № разд кв д",
        often_final="т.д т.п др пр н.э до.н.э руб коп чел экз",
        after_number="г гг в вв",
    ),
    "tr": _Lists(
        never_final="""
            dr prof doç yrd yrd.doç av sn bkz örn m.ö m.s i.ö i.s cad sok sk mah blv bul apt alb gen org tğm yzb
            bnb hz st ltd op uzm müh arş gör öğr dz kuv kom fak ens prof.dr doç.dr""",
        before_number="no s sf c cilt md tel bkz",
        often_final="vb vs vd şti ltd.şti a.ş t.c yy",
        ordinal="",
    ),
}  # fmt: skip


@cache
def rules_of(language: str) -> LanguageRules:
    """The rules of a language by its ISO 639-1 code; those of the shared lists for any other."""
    lists = _LISTS.get(language)
    if lists is None:
        return LanguageRules()
    return LanguageRules(
        reads_lower_case=True,
        capitalises_nouns=language == "de",
        before_a_name=word_set(lists.before_a_name),
        never_final=NEVER_FINAL | word_set(lists.never_final),
        before_number=BEFORE_A_NUMBER | word_set(lists.before_number),
        often_final=word_set(lists.often_final),
        after_number=word_set(lists.after_number),
        starters=SENTENCE_STARTERS | word_set(lists.starters),
        ordinal=_ordinal(lists.ordinal) if language in _WITH_ORDINALS else None,
    )


_WITH_ORDINALS = ("de", "pl", "tr")


def _ordinal(before: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s){before}\s*$" if before else "", re.IGNORECASE)


_OF_LATIN_SCRIPT = {
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird
        werden wurde wurden hat haben hatte hatten nicht auch auf aus bei mit nach seit von vom vor zu zum
        zur fur uber unter durch gegen ohne um im ins am als wie wer was wann wo warum wieso weshalb welche
        welcher welches welchem welchen wen wem wessen wohin woher ich du er sie es wir ihr ihn ihm sich
        sein seine seinen dass ob es gibt noch nur so dann kann konnte soll will muss worden bis zwischen
        wieviel viele dieser diese dieses""",
    "fr": """le la les l un une des du de d et ou mais est sont etait etaient sera a ont avait au aux ce cet
        cette ces qui que quoi quel quelle quels quelles quand ou comment pourquoi combien dans sur sous
        avec sans pour par en vers chez entre il elle ils elles on nous vous je tu se s n ne pas plus y son
        sa ses leur leurs lui qu c j m t fait ete est ils""",
    "es": """el la los las un una unos unas y e o u pero es son era eran fue fueron sera ha han habia de del al a
        en con sin por para sobre entre desde hasta que quien quienes cual cuales cuando donde adonde como
        cuanto cuantos cuanta cuantas se su sus lo le les no ni mas muy este esta estos estas ese esa esta
        estan hay sido""",
    "it": """il lo la i gli le un uno una e ed o ma e sono era erano fu furono sara ha hanno aveva di del dello
        della dei degli delle a al allo alla ai agli alle da dal dalla dai in nel nella nei nelle con su sul
        sulla per tra fra che chi cui quale quali quando dove come perche quanto quanti quanta quante si suo
        sua suoi sue non piu ci ne c l stato stata d""",
    "pt": """o a os as um uma uns umas e ou mas e sao era eram foi foram sera ha tem tinha de do da dos das em no
        na nos nas ao aos a por pelo pela pelos pelas para com sem sobre entre ate que quem qual quais
        quando onde como porque quanto quantos quanta quantas se seu sua seus suas nao mais muito este esta
        estao ja lhe""",
    "pl": """i a oraz lub albo ale jest sa byl byla bylo byli byly bedzie w we z ze na do od po przez przed przy
        dla o u za pod nad bez miedzy kto kogo komu kim co czego czym jaki jaka jakie ktory ktora ktore
        ktorzy ktorych kiedy gdzie dlaczego jak ile czy nie sie to ten ta te tego tej tym tych on ona ono
        oni jego jej ich juz tylko zostal zostala zostalo""",
    "tr": """ve veya ile ama fakat bir bu su o da de ki mi mu icin gibi kadar gore sonra once ne kim kimi kimin
        nerede nereye nereden nasil neden nicin kac hangi hangisi degil var yok olan olarak oldu olmustur
        idi ise her daha en cok hem""",
    "nl": """de het een en of maar is zijn was waren wordt werd worden heeft hebben had niet ook op uit bij met
        na naar van voor te aan in om door over onder tegen als wie wat wanneer waar waarom hoe welke welk
        hij zij ze ik wij we zich er dat die dit deze nog""",
}
FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _OF_LATIN_SCRIPT.items()}
"""Function words of other languages in Latin script, without accents. Many are English words too ("die", "war"), so
that they count as such only in a text that holds more of them than of English ones."""

_OF_OTHER_SCRIPTS = """
и а но или что как это этот эта эти тот то та те он она оно они его ее ей ему их
им в во на с со к ко по о об от до из за для при над под без у не ни же ли бы
был была было были есть будет кто кого кому кем чего чем когда где куда откуда
почему зачем сколько какой какая какое какие который которая которое которые так
также уже еще только і й та але або що як це цей ця ці той він вона воно вони
його її йому їх у в на з із зі до від по про за для при над під без не ні чи би
б був була було були є буде хто кого кому ким чого чим коли де куди звідки чому
скільки який яка яке які так також вже ще тільки في من على الى إلى عن مع هذا هذه
ذلك تلك التي الذي الذين هو هي هم كان كانت يكون قد لقد ما ماذا من متى اين أين كيف
لماذا كم هل لا لم لن ان أن إن او أو ثم بعد قبل بين عند كل و का की के को में से
पर ने है हैं था थी थे हो और या लेकिन कि जो यह वह ये वे इस उस एक नहीं भी ही तो
क्या कौन किस किसने किसे कब कहाँ कहां क्यों कैसे कितने कितना कितनी लिए साथ बाद तक
गया गई गए कर करने किया हुआ हुई हुए अपने את של על עם הוא היא הם זה זו לא גם כי אם
או מה מי איפה מתי איך למה כמה אל ο η το οι τα του της των τον την και ή αλλά
είναι ήταν σε στο στη στην στον με για από που ποιος ποια τι πότε πού πώς γιατί
δεν να θα です ます でし した まし ませ せん てい いる いま して され れた れる すか とい いう とは
には では のは だっ った
たか るか んで るの たの ある あり りま こと する から まで など なに なん どこ どの いつ だれ どう
ので のか ですか なぜ 은 는 이 가
을 를 의 에 와 과 도 로
"""
FUNCTION_WORDS_OF_OTHER_SCRIPTS = frozenset(_OF_OTHER_SCRIPTS.split())
"""Function words that no English text can hold, and pairs of letters that carry only grammar."""
