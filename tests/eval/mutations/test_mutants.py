import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.mutations import MAX_PER_KIND, FaithfulClaim, Mutant, MutationKind, mutants_of, speaker_of
from rag import Span

STORY = (
    "Meanwhile, Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia. "
    "Radek Sikorski praised 15 countries on Wednesday. "
    "The committee did not accept the offer from Poland in 1994. "
    "More than 20 per cent of the visitors came from Madrid. "
    "Brazil defeated Argentina in the final. "
    "The bridge was designed by Helen Carter. "
    "Bread is baked from flour and water every morning."
)


def claim(sentence: str, *, text: str = STORY, speaker: str | None = None) -> FaithfulClaim:
    start = text.index(sentence)
    cited = (Span(start=start, end=start + len(sentence)),)
    said_by = speaker_of(sentence) if speaker is None else speaker
    return FaithfulClaim(id="c", text=sentence, document_id="d", document_text=text, cited=cited, speaker=said_by)


def of_kind(kind: MutationKind, of: FaithfulClaim, *, seeds: int = 20) -> list[Mutant]:
    return [mutant for seed in range(seeds) for mutant in mutants_of(of, seed=seed) if mutant.kind is kind]


def test_a_changed_number_is_another_quantity() -> None:
    mutants = of_kind(MutationKind.NUMBER, claim("Radek Sikorski praised 15 countries on Wednesday."))
    numbers = {int(re.findall(r"\d+", mutant.claim_text)[0]) for mutant in mutants}
    assert mutants
    assert all(not 0.8 < number / 15 < 1.25 for number in numbers)


def test_a_lower_bound_only_rises_since_a_lower_one_would_follow() -> None:
    mutants = of_kind(MutationKind.NUMBER, claim("More than 20 per cent of the visitors came from Madrid."))
    numbers = {int(re.findall(r"\d+", mutant.claim_text)[0]) for mutant in mutants}
    assert numbers
    assert all(20 < number < 100 for number in numbers)


@pytest.mark.parametrize(
    "sentence",
    [
        "Super Bowl 50 was played at Levi's Stadium.",
        "They won the match 3-2 after extra time.",
        "The train leaves at 10:30 from there.",
        "One of them stayed behind that night.",
        "The bridges rarely span more than 250 feet.",
        "His 1982 song was on the radio.",
        "About two thirds of it are water there.",
    ],
)
def test_numbers_that_are_no_quantities_are_left_alone(sentence: str) -> None:
    assert of_kind(MutationKind.NUMBER, claim(sentence, text=sentence)) == []


def test_a_number_in_words_stays_in_words() -> None:
    sentence = "Moscow expelled two British envoys."
    mutants = of_kind(MutationKind.NUMBER, claim(sentence, text=sentence))
    assert {mutant.claim_text for mutant in mutants} <= {
        f"Moscow expelled {word} British envoys." for word in ("three", "four", "five", "six", "seven", "eight")
    }
    assert mutants


def test_a_year_changes_and_a_since_only_goes_back() -> None:
    sentence = "The museum has been closed since 1994."
    years = {int(mutant.claim_text[-5:-1]) for mutant in of_kind(MutationKind.DATE, claim(sentence, text=sentence))}
    assert years
    assert max(years) < 1994


@pytest.mark.parametrize(
    ("sentence", "pattern"),
    [
        ("It was signed on Wednesday.", "It was signed on (?!Wednesday)[A-Z][a-z]+day\\."),
        (
            "It was signed on 1 April.",
            "It was signed on ([2-9]|[12][0-9]) April\\.|It was signed on 1 (?!April)[A-Z][a-z]+\\.",
        ),
        ("It was lost in the 17th century.", "It was lost in the 1[5689]th century\\."),
        ("It was popular in the 1850s.", "It was popular in the 18[46]0s\\."),
    ],
)
def test_each_form_of_a_date_changes(sentence: str, pattern: str) -> None:
    mutants = of_kind(MutationKind.DATE, claim(sentence, text=sentence))
    assert mutants
    assert all(re.fullmatch(pattern, mutant.claim_text) for mutant in mutants)


@pytest.mark.parametrize("sentence", ["The Sunday Times wrote about Black Friday.", "He may march on in May Street."])
def test_days_and_months_inside_names_are_left_alone(sentence: str) -> None:
    assert of_kind(MutationKind.DATE, claim(sentence, text=sentence)) == []


def test_a_name_gives_way_to_another_of_its_kind_that_the_document_has() -> None:
    text = "Moscow expelled two envoys to Germany. Later the envoys went to Spain and to Portugal."
    mutants = of_kind(MutationKind.NAME, claim("Moscow expelled two envoys to Germany.", text=text))
    assert {mutant.claim_text for mutant in mutants} == {
        "Moscow expelled two envoys to Spain.",
        "Moscow expelled two envoys to Portugal.",
    }


def test_another_name_of_the_same_country_is_never_put_in() -> None:
    text = "Britain sent help to Spain. The UK, the United Kingdom and London are named, and British troops."
    texts = {
        mutant.claim_text for mutant in of_kind(MutationKind.NAME, claim("Britain sent help to Spain.", text=text))
    }
    assert texts
    assert not any(re.search("UK|United Kingdom|London|British", each) for each in texts)


def test_a_person_never_becomes_somebody_whom_the_evidence_names() -> None:
    text = "Donald Trump wrote to Vladimir Putin. John Healey came later."
    texts = {
        mutant.claim_text
        for mutant in of_kind(MutationKind.NAME, claim("Donald Trump wrote to Vladimir Putin.", text=text, speaker=""))
    }
    assert texts == {"John Healey wrote to Vladimir Putin.", "Donald Trump wrote to John Healey."}


@pytest.mark.parametrize(
    ("sentence", "flipped"),
    [
        ("The committee did not accept the offer.", "The committee did accept the offer."),
        ("The UK will back America in this.", "The UK will not back America in this."),
        ("They couldn’t reach the shore.", "They could reach the shore."),
        ("No one will forget about it.", "Everyone will forget about it."),
        ("The museum has a garden.", "The museum does not have a garden."),
        ("He founded the company.", "He did not found the company."),
    ],
)
def test_a_negation_flips_the_sentence(sentence: str, flipped: str) -> None:
    assert {mutant.claim_text for mutant in of_kind(MutationKind.NEGATION, claim(sentence, text=sentence))} == {flipped}


@pytest.mark.parametrize(
    "sentence",
    ["It may rain there.", "It is only a start.", "They discussed what each country could offer.", "Is this a start?"],
)
def test_a_sentence_that_would_not_really_flip_is_left_alone(sentence: str) -> None:
    assert of_kind(MutationKind.NEGATION, claim(sentence, text=sentence)) == []


def test_another_speaker_takes_the_place_of_name_and_apposition() -> None:
    sentence = "Meanwhile, Marco Rubio, the US Secretary of State, has said Kyiv could cede territory to Russia."
    texts = {mutant.claim_text for mutant in of_kind(MutationKind.SPEAKER, claim(sentence))}
    assert texts == {
        "Meanwhile, Radek Sikorski has said Kyiv could cede territory to Russia.",
        "Meanwhile, Helen Carter has said Kyiv could cede territory to Russia.",
    }


def test_a_pronoun_gives_way_only_when_the_speaker_is_known() -> None:
    sentence = "“This is a fact,” he said."
    assert of_kind(MutationKind.SPEAKER, claim(sentence, text=sentence)) == []
    known = of_kind(MutationKind.SPEAKER, claim(sentence, text=sentence, speaker="Volodymyr Zelenskyy"))
    assert known
    assert all(re.fullmatch("“This is a fact,” [A-Z][a-z]+ [A-Z][a-z]+ said.", each.claim_text) for each in known)


@pytest.mark.parametrize(
    ("sentence", "swapped"),
    [
        ("Brazil defeated Argentina in the final.", "Argentina defeated Brazil in the final."),
        ("The bridge was designed by Helen Carter.", "Helen Carter was designed by the bridge."),
        ("It was written by Helen Carter.", "Helen Carter was written by it."),
        ("Russian forces occupy a part of Ukraine.", "Ukrainian forces occupy a part of Russia."),
        ("The dog is larger than the cat.", "The cat is larger than the dog."),
    ],
)
def test_roles_are_exchanged(sentence: str, swapped: str) -> None:
    texts = {mutant.claim_text for mutant in of_kind(MutationKind.ROLE_SWAP, claim(sentence, text=sentence))}
    assert texts == {swapped}


@pytest.mark.parametrize(
    "sentence",
    [
        "Donald Trump met Vladimir Putin.",
        "Anna Smith married John Smith.",
        "France agreed with Germany.",
        "Richmond faced the Adelaide Crows.",
        "The United States Constitution came later.",
        "France and Germany signed the treaty.",
        "The storm affected places from Canada to Mexico.",
    ],
)
def test_what_holds_both_ways_is_not_swapped(sentence: str) -> None:
    assert of_kind(MutationKind.ROLE_SWAP, claim(sentence, text=sentence)) == []


def test_a_neighbour_is_cited_with_its_own_words() -> None:
    of = claim("Radek Sikorski praised 15 countries on Wednesday.")
    mutants = of_kind(MutationKind.NEIGHBOUR, of)
    assert mutants
    for mutant in mutants:
        assert mutant.claim_text == of.text
        assert mutant.quotes == tuple(span.slice(STORY) for span in mutant.spans)
        assert not any(span.overlaps(of.cited[0]) for span in mutant.spans)


def test_a_neighbour_that_says_the_same_is_not_cited() -> None:
    text = "Brazil defeated Argentina in the final. In the final Brazil defeated Argentina again."
    assert of_kind(MutationKind.NEIGHBOUR, claim("Brazil defeated Argentina in the final.", text=text)) == []


def test_a_shift_keeps_the_quote_and_moves_the_span() -> None:
    of = claim("Brazil defeated Argentina in the final.")
    mutants = of_kind(MutationKind.SHIFT, of)
    assert mutants
    for mutant in mutants:
        assert mutant.quotes == of.evidence
        assert mutant.spans[0].slice(STORY) != mutant.quotes[0]


def test_an_addition_keeps_the_claim_and_adds_what_the_evidence_lacks() -> None:
    sentence = "Brazil defeated Argentina in the final."
    mutants = of_kind(MutationKind.ADDITION, claim(sentence))
    assert mutants
    for mutant in mutants:
        assert mutant.claim_text.startswith("Brazil defeated Argentina in the final,")
        assert mutant.quotes == (sentence,)


def test_a_claim_without_spans_inside_its_document_is_refused() -> None:
    with pytest.raises(ValueError, match="claim 'c' needs cited spans inside its document"):
        FaithfulClaim(id="c", text="a", document_id="d", document_text="ab", cited=(Span(start=0, end=3),))


TEXTS = st.text(alphabet=st.sampled_from("Anna Rome 12 1994 Wednesday “”’ .,not was by \n😀東–%"), max_size=120)


@settings(max_examples=60, deadline=None)
@given(st.one_of(TEXTS, st.just(STORY)), st.integers(0, 5), st.data())
def test_every_mutant_differs_and_mutants_repeat_for_the_same_seed(text: str, seed: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start + 1, max(start + 1, len(text))))
    text = text or "a"
    of = FaithfulClaim(
        id="c", text=text[start:end], document_id="d", document_text=text, cited=(Span(start=start, end=end),)
    )
    mutants = mutants_of(of, seed=seed)
    assert mutants == mutants_of(of, seed=seed)
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        assert (mutant.claim_text, mutant.spans) != (of.text, of.cited)
        assert all(span.end <= len(text) for span in mutant.spans)
    for kind in MutationKind:
        assert sum(mutant.kind is kind for mutant in mutants) <= MAX_PER_KIND
