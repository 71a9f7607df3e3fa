"""Looking a name up finds what comparing it with every speaker finds."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.attribution import Speakers, asked_speaker, names_same
from rag.attribution.names import are_spellings, name_words, spelling_keys
from rag.language.people import BODIES, ROLES, TITLES

SEEDS = Path(__file__).parents[2] / "seeds" / "speakers.jsonl"

GIVEN = tuple(
    """Marco John Donald Volodymyr Vladimir Radoslaw Sebastien Emmanuel Hillary William Theodore Margaret Jean-Luc
    Giorgia Recep J. M.""".split()  # noqa: SIM905
)
FAMILY = tuple(
    """Rubio Healey Trump Zelenskyy Zelensky Zelenskiy Kosiniak-Kamysz Netanyahu Netanjahu Netnayahu Nethanyahu
    Blinken Clinton Johnson Johnston Christensen Kristensen Christiansen Sikorski Sykorsky Erdoğan Erdogan Meloni
    Macron Mélenchon Kowalczyk Kovalchyk Stoltenberg Stoltenburg Soltenberg""".split()  # noqa: SIM905
)
ROLE_WORDS = sorted((ROLES | TITLES) - {"prime"})[::7]
BODY_WORDS = sorted(BODIES)[::5]


def _made_up(number: int) -> list[str]:
    """Names with titles, initials, slips and shared words, and descriptions."""
    chance = random.Random(number)
    names = []
    for _ in range(number):
        family = list(chance.choice(FAMILY))
        if chance.random() < 0.4:
            family[chance.randrange(len(family))] = chance.choice("aeiourtkwyj")
        person = f"{chance.choice(GIVEN)} {''.join(family)}"
        role, body = chance.choice(ROLE_WORDS), chance.choice(BODY_WORDS)
        names.append(
            chance.choice(
                [person, person, person, person.split()[1], f"{role.title()} {person}", f"the {role} of the {body}",
                 f"a {body} {role}", f"the {chance.choice(FAMILY)} {body.title()}", f"{person}’s {role}"]
            )
        )  # fmt: skip
    return list(dict.fromkeys(names))


def _seed_speakers() -> list[str]:
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    return sorted({json.loads(line)["speaker"] for line in lines} - {""})


ALL = [*_seed_speakers(), *_made_up(2_500)]


def _compared_with_all(name: str, speakers: list[str]) -> list[str]:
    return sorted({speaker for speaker in speakers if names_same(name, speaker)})


def test_every_speaker_finds_whom_comparing_with_all_finds():
    assert len(ALL) > 2_000
    known = Speakers(ALL)
    n_found = 0
    for name in ALL[::12]:
        found = sorted(known.same_as(name))
        assert found == _compared_with_all(name, ALL), name
        n_found += len(found) > 1
    assert n_found > 50


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=6))
@example("J", ["James", "j. d. vance", ""])
@example("james", ["J"])
def test_any_text_finds_what_comparing_with_all_finds(name, speakers):
    assert sorted(Speakers(speakers).same_as(name)) == _compared_with_all(name, speakers)


@given(
    st.sampled_from([word for name in FAMILY for word in name_words(name)]),
    st.integers(0, 20),
    st.sampled_from(["", "a", "k", "yn"]),
    st.booleans(),
)
def test_spellings_share_a_key(word, place, letters, is_swap):
    place = min(place, len(word) - 1)
    changed = word[:place] + letters + word[place + 1 :]
    if is_swap:
        changed = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    if len(changed) > 1 and are_spellings(word, changed):
        assert spelling_keys(word) & spelling_keys(changed)


@pytest.mark.parametrize(
    "name", ["Rubio", "Stoltenberg", "the minister", "Rubio and Healey", "a spokesman", "J. Meloni"]
)
def test_question_is_read_alike_with_speakers_in_a_list_or_kept(name):
    question = f"What did {name} say about territory?"
    for speakers in (ALL, ALL[:40], ["Marco Rubio"], []):
        assert asked_speaker(question, Speakers(speakers)) == asked_speaker(question, speakers)


def test_speakers_are_those_given_each_once():
    known = Speakers(["Marco Rubio", "John Healey", "Marco Rubio"])
    assert list(known) == ["Marco Rubio", "John Healey"]
    assert len(known) == 2
    assert "John Healey" in known
    assert "Healey" not in known


def test_speakers_made_like_others_hold_only_their_own():
    known = Speakers(["John Healey", "Donald Trump"], like=Speakers(["Marco Rubio", "John Healey"]))
    assert list(known) == ["John Healey", "Donald Trump"]
    assert known.same_as("Rubio") == []
    assert known.same_as("Healey") == ["John Healey"]
    assert known.same_as("Trump") == ["Donald Trump"]
