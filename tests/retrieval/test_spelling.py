from __future__ import annotations

import pytest

from rag.attribution import Speakers
from rag.retrieval.spelling import as_meant


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("what did olga falk tell nato", "what did Olga Falk tell NATO"),
        ("WHAT DID OLGA FALK TELL NATO?", "what did Olga Falk tell NATO?"),
        ("What did olga's mill cost?", "What did Olga's mill cost?"),
        ("did norway ask tervonen for the mill", "did Norway ask Tervonen for the mill"),
        ("who is the govenor", "who is the governor"),
        ("when did falck resign", "when did Falck resign"),
        ("the mill of rowe", "the mill of Rowe"),
        ("What did olga falk tell NATO?", "What did olga falk tell NATO?"),
        ("", ""),
    ],
)
def test_a_question_without_capitals_gets_those_of_the_passages(make_passage, question, meant):
    text = ["The governor told Olga Falk of NATO that the mill is hers.", "He knows Olga Falk well."]
    assert as_meant(question, [make_passage(text)], Speakers(["Ann Rowe"])) == meant


def test_letters_whose_small_form_is_longer_keep_their_places(make_passage):
    text = ["İİ said that Olga Falk knows it.", "He knows Olga Falk well."]
    assert as_meant("who is olga falk", [make_passage(text)], Speakers([])) == "who is Olga Falk"


def test_a_name_counts_in_the_form_that_most_speakers_have(make_passage):
    speakers = Speakers(["Ann McRowe", "Tom Mcrowe", "Eva McRowe"])
    assert as_meant("what did mcrowe say", [make_passage(["It rained.", "It snowed."])], speakers) == (
        "what did McRowe say"
    )
