"""Names that stand for the same country in the news: an explicit table, so that nothing is equal by accident.

One row a country: its names, then the words for its people and things, then what reporters call its government by
(the capital, a palace). Names are strict equivalents; a capital stands for the government only in the right context,
so ranking may use it and verification must not.

The words for people and capitals are those of the CIA World Factbook's fields "Nationality" and "Capital", which are
in the public domain; countries that are seldom in the news are left out.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COUNTRIES", "Country"]


class Country(NamedTuple):
    """The words for one country, in lower case; the first name is the one to compare by."""

    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    capitals: tuple[str, ...]


_TABLE = """
afghanistan | afghan | kabul
algeria | algerian | algiers
argentina | argentine, argentinian | buenos aires
armenia | armenian | yerevan
australia | australian | canberra
austria | austrian | vienna
azerbaijan | azerbaijani, azeri | baku
bangladesh | bangladeshi | dhaka
belarus | belarusian | minsk
belgium | belgian |
bosnia | bosnian | sarajevo
brazil | brazilian | brasilia
bulgaria | bulgarian | sofia
cambodia | cambodian | phnom penh
canada | canadian | ottawa
chile | chilean |
china | chinese | beijing
colombia | colombian | bogota
congo | congolese | kinshasa
croatia | croatian, croat | zagreb
cuba | cuban | havana
cyprus | cypriot | nicosia
czechia, czech republic | czech | prague
denmark | danish, dane | copenhagen
egypt | egyptian | cairo
estonia | estonian | tallinn
ethiopia | ethiopian | addis ababa
finland | finnish, finn | helsinki
france | french | paris, elysee
georgia | georgian | tbilisi
germany | german | berlin
ghana | ghanaian | accra
greece | greek | athens
hungary | hungarian | budapest
iceland | icelandic | reykjavik
india | indian | delhi, new delhi
indonesia | indonesian | jakarta
iran | iranian | tehran
iraq | iraqi | baghdad
ireland | irish | dublin
israel | israeli | jerusalem
italy | italian | rome
japan | japanese | tokyo
jordan | jordanian | amman
kazakhstan | kazakh | astana
kenya | kenyan | nairobi
kuwait | kuwaiti |
latvia | latvian | riga
lebanon | lebanese | beirut
libya | libyan | tripoli
lithuania | lithuanian | vilnius
malaysia | malaysian | kuala lumpur
mexico | mexican |
moldova | moldovan | chisinau
morocco | moroccan | rabat
myanmar, burma | burmese | naypyidaw
nepal | nepali, nepalese | kathmandu
netherlands, holland | dutch | hague
new zealand | new zealander | wellington
nigeria | nigerian | abuja
north korea | north korean | pyongyang
norway | norwegian | oslo
pakistan | pakistani | islamabad
peru | peruvian | lima
philippines | filipino, philippine | manila
poland | polish, pole | warsaw
portugal | portuguese | lisbon
qatar | qatari | doha
romania | romanian | bucharest
russia | russian | moscow, kremlin
rwanda | rwandan | kigali
saudi arabia, saudi | saudi | riyadh
serbia | serbian, serb | belgrade
slovakia | slovak | bratislava
slovenia | slovenian, slovene | ljubljana
somalia | somali | mogadishu
south africa | south african | pretoria
south korea | south korean | seoul
spain | spanish, spaniard | madrid
sri lanka | sri lankan | colombo
sudan | sudanese | khartoum
sweden | swedish, swede | stockholm
switzerland | swiss | bern
syria | syrian | damascus
taiwan | taiwanese | taipei
thailand | thai | bangkok
tunisia | tunisian | tunis
turkey, turkiye | turkish, turk | ankara
uganda | ugandan | kampala
ukraine | ukrainian | kyiv, kiev
united arab emirates, uae | emirati | abu dhabi
united kingdom, uk, britain, great britain | british, briton | london, downing street, whitehall
united states, us, usa, america | american | washington, white house
venezuela | venezuelan | caracas
vietnam | vietnamese | hanoi
yemen | yemeni | sanaa
zimbabwe | zimbabwean | harare
"""


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split(",") if word.strip())


COUNTRIES: tuple[Country, ...] = tuple(
    Country(*(_words(cell) for cell in row.split("|"))) for row in _TABLE.strip().splitlines()
)
