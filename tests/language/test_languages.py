"""Sentences of seventeen languages whose boundaries are known, each written for one trap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import sentence_spans

CASES = [
    # German
    ("de", ["Das gilt z. B. für Berlin und u. a. auch für Köln.", "Das war d. h. nicht neu."]),
    ("de", ["Am 3. Mai kam Kanzlerin Dr. Weber.", "Am 12. Oktober ging sie."]),
    ("de", ["Sie sprach auf der 35. Jahrestagung in Kassel.", "Es war die 2. Sitzung."]),
    ("de", ["Er lebte im 19. Jh. in Wien.", "Ludwig XIV. baute Schlösser."]),
    ("de", ["Wir liefern Äpfel, Birnen usw. in alle Länder.", "Kirschen, Pflaumen usw.", "Das reicht."]),
    ("de", ["„Ich komme.“", "Er ging."]),
    ("de", ["„Kommst du?“, fragte sie.", "„Ja!“, rief er."]),
    ("de", ["Er sagte: „Das ist gut.“", "Dann schwieg er."]),
    ("de", ["»Wir sind bereit.«", "Das sagte er oft."]),
    ("de", ["Rom fiel 476 n. Chr. an die Germanen.", "Das war 700 v. Chr.", "Danach kam der Krieg."]),
    ("de", ["Siehe Abs. 3 und Art. 5 des Gesetzes.", "Etwas dieser Art.", "Nichts sonst."]),
    ("de", ["Der Umsatz stieg auf 3,5 Mio. Euro.", "Das sind ca. 5 Prozent."]),
    ("de", ["Prof. Dr. med. Hans Weber kam i. d. R. pünktlich.", "Er ging."]),
    ("de", ["Sie wurde 1980 geb. und lebt in St. Gallen.", "Die Str. ist lang."]),
    # Dutch
    ("nl", ["De heer dr. Jansen en mw. De Vries kwamen o.a. uit Gent.", "Zij gingen d.w.z. per trein."]),
    ("nl", ["De fa. Jansen & Co. betaalde max. 5 euro.", "De rest volgt."]),
    ("ro", ["S-a născut în 12 ian. 1920.", "A murit în 3 oct. 1999."]),
    ("nl", ["Het kostte ca. 3 mln. euro.", "Zie art. 5 en blz. 12.", "Volgens prof. Smit was dit nieuw."]),
    ("nl", ["Het bedrijf N.V. Philips betaalde huur, gas enz.", "Dat was veel.", "De zaak liep i.v.m. de staking."]),
    # Romanian
    ("ro", ["Dl. Popescu și dna. Ionescu locuiesc pe str. Lungă nr. 5.", "Au mere, pere ș.a.m.d.", "Acum pleacă."]),
    ("ro", ["Vezi art. 3 alin. 2 din lege.", "Prof. dr. Ion Popa a vorbit.", "Potrivit dr. Popa, e mult."]),
    ("ro", ["Compania S.C. Borel S.R.L. a plătit 3 mil. lei.", "Era în sec. XIX.", "Nu mai este."]),
    # French
    ("fr", ["M. Dupont est arrivé.", "Mme Martin et MM. Durand et Petit aussi."]),
    ("fr", ["Il a dit : « Je viens. »", "Puis il est parti."]),
    ("fr", ["« Venez ! » cria-t-il.", "Personne ne vint."]),
    ("fr", ["Il tourne « Cet été ! » en 1979.", "Le film sort."]),
    ("fr", ["César naquit en 100 av. J.-C. à Rome.", "C'était un homme, p. ex. un Romain."]),
    ("fr", ["Où est-il ?", "Je ne sais pas !", "Voir p. 12 et art. 5."]),
    ("fr", ["Le Dr. Blanc vit au XIX\u1d49 siècle, c.-à-d. avant nous.", "Des pommes, etc.", "C'est tout."]),
    # Spanish
    ("es", ["El Sr. García y la Sra. López llegaron.", "¿Dónde está D. Juan?", "¡Aquí!"]),
    ("es", ["Vive en EE. UU. desde 1990.", "Viajó a EE. UU.", "Habiendo llegado, descansó."]),
    ("es", ["Nació en el 100 a. C. en Roma.", "Murió en el 44 a. C.", "La ciudad lloró."]),
    ("es", ["Compró fruta, p. ej. manzanas.", "Véase la pág. 5 y el art. 3."]),
    ("es", ["«No lo sé», dijo.", "«Ven.»", "Ella fue."]),
    ("es", ["Salió a las 5 p. m. de su casa.", "La Dra. Ruiz llamó al núm. 4."]),
    # Italian
    ("it", ["Il Sig. Rossi e la Dott.ssa Bianchi sono qui.", "L'On. Verdi no."]),
    ("it", ["Mele, pere, ecc. sono frutti.", "Ad es. le mele.", "Vedi pag. 3."]),
    ("it", ["Nacque nel 100 a.C. a Roma.", "Morì nel 44 a.C.", "La città pianse."]),
    ("it", ["«Vieni?» chiese.", "«No!»", "Lui partì."]),
    # Portuguese
    ("pt", ["O Sr. Silva e a Sra. Costa chegaram.", "O Dr. Lima não."]),
    ("pt", ["Nasceu no séc. XX em Lisboa.", "Veja a pág. 3, p. ex. o título."]),
    ("pt", ["Foi em 1600 a.C. no Egito.", "Foi em 1600 a.C.", "A cidade caiu."]),
    ("pt", ["A empresa Sol Ltda. cresceu.", "Mora na Av. Brasil.", "Fica no n.º 5."]),
    # Polish
    ("pl", ["To jest np. dom i m.in. ogród.", "Mieszka przy ul. Długiej."]),
    ("pl", ["Prof. Nowak i dr hab. Kowalska przyszli.", "Kupił jabłka, gruszki itd.", "Potem wyszedł."]),
    ("pl", ["Urodził się w 1990 r. w Krakowie.", "Zmarł w wypadku w maju 2001 r.", "Miał rację."]),
    ("pl", ["W 1989 r. Polska wybrała wolność.", "W XIX w. Warszawa rosła."]),
    ("pl", ["Powiedział: „Idę.”", "Ona została."]),
    ("pl", ["Kosztuje 5 tys. zł, tzn. dużo.", "Jest ok. 10 osób, tj. mało."]),
    ("pl", ["Żył w 5 w. p.n.e. w Grecji.", "To ks. Popiełuszko i św. Jan."]),
    # Ukrainian
    ("uk", ["Він народився у 1900 р. в Києві.", "Це було давно."]),
    ("uk", ["Живе в м. Львів на вул. Франка.", "Там є школа ім. Шевченка."]),
    ("uk", ["Купив яблука, груші і т. д.", "Потім пішов."]),
    ("uk", ["Це т. зв. реформа, тобто т. п. речі.", "Проф. Коваль згоден."]),
    ("uk", ["«Ідемо!» — сказав він.", "Ніхто не пішов."]),
    ("uk", ["У 1991 р. Україна стала незалежною.", "Коштує 5 тис. грн. на рік."]),
    # Russian
    ("ru", ["Это, т. е. наше дело, ясно.", "Он купил яблоки, груши и т. д.", "Потом ушёл."]),
    ("ru", ["Он жил в г. Москве на ул. Ленина.", "Там стоит театр им. Чехова."]),
    ("ru", ["Это было в 5 в. до н. э. в Греции.", "Это было в 9 веке до н. э.", "Греция была разделена."]),
    ("ru", ["В 1991 г. Россия стала другой.", "Он уехал из страны в 1991 г.", "Она осталась."]),
    ("ru", ["А. С. Пушкин писал стихи.", "Л. Н. Толстой писал романы."]),
    ("ru", ["«Пойдём!» — сказал он.", "Никто не пошёл."]),
    ("ru", ["Стоит 5 тыс. руб. за штуку.", "См. рис. 3 и стр. 5."]),
    ("ru", ["Пришли Иванов, Петров и др.", "Сидоров не пришёл."]),
    # Turkish
    ("tr", ["2. Dünya Savaşı 1945'te bitti.", "3. Ordu komutanı geldi."]),
    ("tr", ["III. Selim tahta çıktı.", "Prof. Dr. Yılmaz da geldi."]),
    ("tr", ["M.Ö. 500 yılında kuruldu.", "Elma, armut vb. meyveler var.", "Elma, armut vb.", "Hepsi bu."]),
    ("tr", ["“Geliyorum.” dedi.", "Sonra gitti."]),
    ("tr", ["Atatürk Cad. No. 5 adresinde.", "Sn. Kaya orada.", "Bkz. s. 12."]),
    # Arabic
    ("ar", ["كيف حالك؟", "أنا بخير.", "شكرا!"]),
    ("ar", ["وصل د. أحمد إلى القاهرة.", "ثم سافر م. علي."]),
    ("ar", ["رصدت القليل منها.", "محطتي التالية كانت قريبة."]),
    ("ar", ["وُلد عام 500 ق.م. في مصر، ثم رحل؛ ولم يعد.", "انتهى."]),
    ("ur", ["یہ کتاب ہے۔", "وہ کہاں ہے؟", "معلوم نہیں۔"]),
    # Chinese
    ("zh", ["他走了。", "你去吗？", "太好了！", "“好。”", "然后他走了。"]),
    ("zh", ["“我们会继续努力。”发言人说。", "会议结束了。"]),
    ("zh", ["“你去吗？”她问道。", "他没有回答。"]),
    ("zh", ["价格是3.5元。", "「好！」", "他走了（昨天。）", "完了。"]),
    ("zh", ["這是臺灣。", "『真的嗎？』", "真的！！"]),
    # Japanese
    ("ja", ["彼は来た。", "「行きます。」と言った。", "本当ですか？", "はい！"]),
    ("ja", ["「今日は休みです。」", "彼女は笑った。"]),
    ("ja", ["『坊っちゃん。』という小説を読んだ。", "面白かった。"]),
    ("ja", ["次に示す．", "値は３．１４である．", "以上．"]),
    ("ja", ["モーニング娘。のコンサートに行った。", "楽しかった（とても。）"]),
    # Hindi
    ("hi", ["यह घर है।", "वह कौन है?", "वह आया!", "अच्छा है॥"]),
    ("hi", ["डॉ. ली ने कहा।", "वह एम.ए. की डिग्री है।", "बी. सी. में पुलिस आई।"]),
    ("hi", ["यह घर है.", "वह वहाँ था.", "प्रो. शर्मा आए."]),
    ("hi", ["उसने कहा, “मैं आऊँगा।”", "वह चला गया।"]),
    # Korean and Thai are not promised, but must not get worse
    ("ko", ["그는 갔다.", "어디에 있습니까?", "여기요!"]),
]

LANGUAGES = sorted({language for language, _ in CASES} | {"", "en", "xx", "zz-ZZ"})
PIECES = [piece for _, sentences in CASES for sentence in sentences for piece in sentence.split()]


def split(text: str, language: str) -> list[str]:
    return [span.slice(text) for span in sentence_spans(text, language)]


def joined(language: str, sentences: list[str]) -> str:
    return ("" if language in ("zh", "ja") else " ").join(sentences)


@pytest.mark.parametrize(("language", "sentences"), CASES, ids=lambda value: str(value)[:40])
def test_known_boundaries(language: str, sentences: list[str]) -> None:
    assert split(joined(language, sentences), language) == sentences


@pytest.mark.parametrize(("language", "sentences"), [case for case in CASES if case[0] in ("zh", "ja", "hi", "ar")])
def test_scripts_that_tell_enough_need_no_language(language: str, sentences: list[str]) -> None:
    assert split(joined(language, sentences), "") == sentences


@pytest.mark.parametrize(("language", "sentences"), CASES, ids=lambda value: str(value)[:40])
def test_line_breaks_are_boundaries_in_every_language(language: str, sentences: list[str]) -> None:
    assert split("\n".join(sentences), language) == sentences


@given(
    text=st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)),
    language=st.sampled_from(LANGUAGES),
    glue=st.booleans(),
)
def test_spans_ascend_and_lose_nothing_in_any_language(text: str, language: str, glue: bool) -> None:
    text = text.replace(" ", "") if glue else text
    end = 0
    for span in sentence_spans(text, language):
        assert end <= span.start < span.end
        assert not text[end : span.start].strip()
        assert span.slice(text) == span.slice(text).strip()
        end = span.end
    assert not text[end:].strip()


def test_language_without_rules_of_its_own_is_cut_like_any_text() -> None:
    text = "It was z. B. the 3. Auflage. Dr. Wu agreed."
    assert split(text, "en") == split(text, "") == split(text, "xx")


def test_rules_of_one_language_stay_out_of_another() -> None:
    assert split("Sein Haus. Im Jun. Sie kam.", "de") == ["Sein Haus.", "Im Jun. Sie kam."]
    assert split("It was an ul. Then all.", "en") == ["It was an ul.", "Then all."]


def test_wrongly_closing_quotation_mark_opens_the_next_sentence() -> None:
    assert split("他走了。”你好。”他说。", "zh") == ["他走了。", "”你好。”他说。"]
    assert split('他走了。"你好。"', "zh") == ["他走了。", '"你好。"']
