"""Who says what: the starter article labelled by hand, constructed articles, and what holds for any text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.attribution import Attribution, attribute
from rag.language.sentences import sentence_spans
from rag.types import Span

SEED = Path(__file__).parents[2] / "seeds" / "000_cbcbdd5b42f263f4.txt"
_END = re.compile(r"(?<!Mr\.)(?<!Ms\.)(?<!Dr\.)(?<=[.!?])[”\"’'»]?(?=\s+[“‘„«\"'A-Z])")


def sentences_of(text: str) -> list[Span]:
    """A plain splitter: lines, then sentence ends before a capital or an opening mark."""
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for end in [*(line.start() + match.end() for match in _END.finditer(line.group())), line.end()]:
            while start < end and text[start].isspace():
                start += 1
            if start < end:
                spans.append(Span(start=start, end=end))
            start = end
    return spans


def read(text: str) -> tuple[list[Span], dict[int, Attribution]]:
    spans = sentences_of(text)
    return spans, {found.sentence: found for found in attribute(text, spans)}


def speakers(text: str) -> list[str | None]:
    """One entry per sentence: the speaker, "" when unresolved, None when nobody says anything."""
    spans, found = read(text)
    return [found[position].speaker if position in found else None for position in range(len(spans))]


def quotes(text: str) -> list[list[str]]:
    spans, found = read(text)
    return [
        [quote.slice(text) for quote in found[position].quotes] if position in found else []
        for position in range(len(spans))
    ]


RUBIO = "Marco Rubio"


def test_every_sentence_of_the_seed_has_its_hand_labelled_speaker() -> None:
    text = SEED.read_text(encoding="utf-8")
    spans, found = read(text)
    labels = [json.loads(line) for line in (SEED.parent / "speakers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(label["start"], label["end"]) for label in labels] == [(span.start, span.end) for span in spans]
    for position, label in enumerate(labels):
        assert spans[position].slice(text) == label["quote"]
        assert (found[position].speaker if position in found else "") == label["speaker"], label["quote"]


def test_seed_spans_point_at_the_speaker_and_the_cue() -> None:
    text = SEED.read_text(encoding="utf-8")
    _, found = read(text)
    pointed = {
        position: (one.speaker_span.slice(text), one.cue.slice(text))
        for position, one in found.items()
        if one.speaker_span is not None and one.cue is not None
    }
    assert pointed[0] == ("The US President", "said")
    assert pointed[6] == ("the White House", "said")
    assert pointed[7] == ("he", "urged")
    assert pointed[19] == ("he", "said")
    assert pointed[41] == ("the source", "said")
    assert found[9].speaker_span is None
    assert found[9].cue is None
    assert [quote.slice(text) for quote in found[45].quotes] == [
        "Our civilisation is under threat,",
        "be successful in facing this challenge",
    ]


CONSTRUCTIONS: list[tuple[str, list[str | None]]] = [
    ('"I am ready," said Maria Lopez. "We start on Monday."', ["Maria Lopez", "Maria Lopez"]),
    ("Jean Dupont, 45, a farmer from Lyon, said: «Nous sommes prêts.»", ["Jean Dupont"]),
    ("‘We can’t accept the Russians’ demands,’ Anna Smith said. ‘It’s over.’", ["Anna Smith", "Anna Smith"]),
    ("'We can't go on,' Tom Brown said.", ["Tom Brown"]),
    ("„Das ist gut“, said Olaf Scholz.", ["Olaf Scholz"]),
    ("Marco Rubio said Volodymyr Zelenskyy had said “no”. He added that talks continue.", [RUBIO, RUBIO]),
    ("Rubio and Lavrov said they would meet again.", ["Rubio and Lavrov"]),
    ("Mr Smith met Ms Jones in London. She said the deal was done.", [None, "Ms Jones"]),
    ("According to Jane Doe, an analyst at Barclays, prices will rise.", ["Jane Doe"]),
    ("Prices will rise, according to a government report.", ["a government report"]),
    ("It was said that prices fell. Nobody said why.", [None, None]),
    ("The minister did not say when he would resign. She declined to comment.", [None, None]),
    ("Boris Johnson, who said he was innocent, left the hall.", ["Boris Johnson"]),
    ("The so-called “tripwire force” arrived on Friday.", [None]),
    ("Putin’s claims were false.", [None]),
    ("“Are you ready?” asked Anna Reed.\n“Yes.”", ["Anna Reed", None]),
    ("“I never said ‘yes’ to that,” May Brown told the BBC. “I said ‘no’.”", ["May Brown", "May Brown"]),
    ("“Stop,” Rose Will said. “Mark Hunt will not help.”", ["Rose Will", "Rose Will"]),
    ("A spokesman for the Ministry of Defence said: “No.”", ["A spokesman for the Ministry of Defence"]),
    ("“No,” said a spokesman for the company, adding: “We are busy.”", ["a spokesman for the company"]),
    ("The letter, which was signed by 40 MPs, said the plan “must not proceed”.", ["The letter"]),
    ("The ministry said it was ready. It added that troops had left.", ["The ministry", "The ministry"]),
    ("Experts warned of a crisis. They said prices could double.", ["Experts", "Experts"]),
    ("German Chancellor Olaf Scholz left. The German chancellor said: “No.”", [None, "Olaf Scholz"]),
    ("“A,” said Ann Lee, and Bob Ray replied: “B.”", ["Ann Lee"]),
    ("Trump posted on Truth Social, saying: “It is OVER!”", ["Trump"]),
    ("“We were told by Putin that it was over,” Trump said.", ["Trump"]),
    ("Trump was told by Emmanuel Macron that “time is short”.", ["Emmanuel Macron"]),
    ("Trump was quoted as saying that Europe was weak.", ["Trump"]),
    ("When Peskov said no, Trump laughed and said he would try again.", ["Trump"]),
    ("His wife, Laura Kuhn, said he was fine.", ["Laura Kuhn"]),
    ("Scholz's spokesman Steffen Hebestreit said that was false.", ["Steffen Hebestreit"]),
    ("There is no deal, officials familiar with the matter said.", ["officials familiar with the matter"]),
    ("The mayor of London, Sadiq Khan, said crime had fallen.", ["Sadiq Khan"]),
    ("Kim Jong Un has said that war is near, state media reported.", ["state media"]),
    ("The proposal, Trump said, was “dead on arrival”.", ["Trump"]),
    ("“The proposal,” Trump said, “is dead.”", ["Trump"]),
    ("Lavrov called Rubio on Monday. Rubio called on Russia to stop.", [None, "Rubio"]),
    ("Angela Merkel left. She told the BBC: “I would do it again.”", [None, "Angela Merkel"]),
    ("Trump: “We will win.”", ["Trump"]),
    (
        "Ruth Gregory, an analyst at Capital Economics, said the Bank had won. In its report, the Bank warned us.",
        ["Ruth Gregory", "the Bank"],
    ),
    ("According to UK Finance, 600,000 will benefit.", ["UK Finance"]),
    ("Dr. Alice Wong of Oxford University said the study “changes everything”.", ["Alice Wong"]),
]


@pytest.mark.parametrize(("text", "expected"), CONSTRUCTIONS)
def test_construction(text: str, expected: list[str | None]) -> None:
    assert speakers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "“Putin is not serious,” he said.",
        "Putin was not serious, he said.",
        "Speaking in Kyiv alongside Zelenskyy, he said: “Go.”",
        "Marco Rubio met Sergei Lavrov in Riyadh. He said: “Good.”",
        "Keir Starmer said no. Emmanuel Macron and Olaf Scholz agreed. He said: “More.”",
    ],
)
def test_a_pronoun_that_could_mean_nobody_or_two_people_names_nobody_and_quotes_nothing(text: str) -> None:
    _, found = read(text)
    last = found[max(found)]
    assert last.speaker == ""
    assert last.speaker_span is not None
    assert last.quotes == ()


def test_a_family_name_with_two_bearers_stays_as_written() -> None:
    assert speakers("Bill Clinton met Hillary Clinton. Clinton said no.") == [None, "Clinton"]


def test_a_woman_is_never_he() -> None:
    assert speakers("Mrs Jones said no. He said yes.") == ["Mrs Jones", ""]


def test_words_of_an_embedded_speaker_are_not_given_to_the_main_one() -> None:
    assert quotes("Marco Rubio said Volodymyr Zelenskyy had said “no”.") == [[]]
    assert quotes("“A,” said Ann Lee, and Bob Ray replied: “B.”") == [["A,"]]
    assert quotes("While Ms Reed said it was a “disaster”, Mr Hope called it “a triumph”.") == [["a triumph"]]


def test_an_unclosed_quotation_ends_with_its_paragraph() -> None:
    text = "Emmanuel Macron said: “We are ready.\n\nThe sun shone in Paris. It rained."
    assert speakers(text) == ["Emmanuel Macron", None, None]


def test_a_cue_in_another_sentence_of_the_splitter_still_governs_the_quotation() -> None:
    text = "Ann Lee left. “Well?” she said."
    spans = [Span(start=0, end=13), Span(start=14, end=21), Span(start=22, end=31)]
    found = attribute(text, spans)
    assert [(one.sentence, one.speaker) for one in found] == [(1, "Ann Lee"), (2, "Ann Lee")]


def test_no_text_and_no_sentences_give_nothing() -> None:
    assert attribute("", []) == []
    assert attribute("Trump said no.", []) == []
    assert attribute("", [Span(start=0, end=0)]) == []


WORDS = st.sampled_from(
    [
        "“",
        "”",
        '"',
        "'",
        "‘",
        "’",
        "„",
        "«",
        "»",
        "said",
        "told",
        "he",
        "she",
        "they",
        "who",
        "Trump",
        "Marco",
        "Rubio",
        "Mr",
        "Sir",
        ",",
        ".",
        ":",
        "?",
        "and",
        "the",
        "a",
        "source",
        "of",
        "by",
        "according",
        "to",
        "officials",
        "adding",
        "\n",
        "\n\n",
        "US",
        "President",
        "Ann’s",
        "was",
        "not",
        "🙂",
        "ß",
        "الرئيس",
        "特朗普",
    ]
)


@given(
    st.lists(WORDS, max_size=60).map(" ".join),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 80)), max_size=12),
)
def test_any_text_and_any_spans_give_at_most_one_record_each_with_spans_in_range(
    text: str, cuts: list[tuple[int, int]]
) -> None:
    for spans in (sentences_of(text), [Span(start=start, end=start + length) for start, length in cuts]):
        found = attribute(text, spans)
        assert found == attribute(text, spans)
        positions = [one.sentence for one in found]
        assert positions == sorted(set(positions))
        for one in found:
            assert one.speaker or not one.quotes
            for inner in [*one.quotes, *filter(None, (one.speaker_span, one.cue))]:
                assert inner.start < inner.end <= len(text)
                assert spans[one.sentence].contains(inner)


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    attribute(text, [Span(start=0, end=len(text))])


LETTERS = """Letters to the editor

A toll on the sick

Sir, - My husband goes to town. “It is far,” says Ann Berg.
It costs a fortune.
Hanne Lie, Little Sund

The toll is fair

Dear editor, I pay for it.
Yours faithfully, Dr Ove Moe
"""


def test_letters_are_the_words_of_who_signs_them():
    spans = sentence_spans(LETTERS)
    found = {spans[one.sentence].slice(LETTERS): one.speaker for one in attribute(LETTERS, spans)}
    assert found["Sir, - My husband goes to town."] == "Hanne Lie"
    assert found["It costs a fortune."] == "Hanne Lie"
    assert found["“It is far,” says Ann Berg."] == "Ann Berg"
    assert found["Dear editor, I pay for it."] == "Dr Ove Moe"
    assert "The toll is fair" not in found


@pytest.mark.parametrize(
    ("post", "signature", "n_signed"),
    [
        ("The report was ignored. I have the letters.", "— Liv Aker (@livaker) May 3, 2021", 2),
        ("“The report was ignored.”", "— Liv Aker, engineer", 1),
        ("The report was ignored.", "— Liv Aker, engineer", 0),
        ("She said “no” and “maybe”.", "-- Liv Aker", 0),
        ("The report was ignored.", "— Liv Aker (she, really) May 3, 2021", 0),
    ],
)
def test_line_over_a_name_after_a_dash_is_that_persons(post, signature, n_signed):
    text = f"The engineer answered:\n{post}\n{signature}\nThe wall held, yet the flood cost the town eleven houses."
    found = [one.speaker for one in attribute(text, sentence_spans(text)) if one.cue is None]
    assert found == ["Liv Aker"] * n_signed


def test_a_letter_without_a_signature_has_no_speaker():
    text = "Sir, - I pay for it.\nIt is fair."
    assert attribute(text, sentence_spans(text)) == []
