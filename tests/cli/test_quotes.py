"""`rag quotes` and `rag speakers`."""

from __future__ import annotations

import csv
import io
import json

import pytest

TEXT = "Anna Berg came. “We trust our allies,” Berg said.\n“=1+1 is two,” said Anna Berg.\nA senior official said no."


@pytest.fixture
def newsroom(rag, write):
    assert rag("add", write("berg.txt", TEXT)).code == 0


def test_quotes_are_printed_word_for_word_with_cue_and_place(rag, newsroom):
    code, out, err = rag("quotes", "Berg", "--about", "trust")
    assert (code, err) == (0, "")
    assert out.startswith("Anna Berg: 1 quotation in 1 document\n\n  “We trust our allies,”\n")
    assert "direct speech: Berg · said\n" in out
    assert "berg.txt, line 1\n" in out


def test_json_and_csv_say_the_same_and_no_cell_is_a_formula(rag, newsroom):
    report = json.loads(rag("quotes", "Berg", "--json").out)
    rows = list(csv.DictReader(io.StringIO(rag("quotes", "Berg", "--csv").out)))
    quotes = report["speakers"][0]["quotes"]
    assert [row["quote"] for row in rows] == [quote["texts"][0] for quote in quotes]
    assert quotes[0]["utterance"]["speech"] == "direct"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_unknown_name_says_so_and_names_the_nearest(rag, newsroom):
    code, out, err = rag("quotes", "Borg")
    assert (code, out) == (1, "")
    assert err == "rag: nobody who is called 'Borg' is quoted - do you mean Anna Berg?\n"
    assert "rag speakers" in rag("quotes", "Xu").err
    assert "leave out a date" in rag("quotes", "Berg", "--about", "penguins").err


def test_wrong_date_is_refused_in_a_sentence(rag, newsroom):
    code, _, err = rag("quotes", "Berg", "--since", "last week")
    assert code == 2
    assert err == (
        "rag: cannot use since = 'last week': it is no date - write it as 2025-03-01, or only 2025-03 or 2025\n"
    )


def test_speakers_are_listed(rag, newsroom):
    out = rag("speakers").out
    assert "2 in 1 document      Anna Berg\n" in out
    assert out.endswith("1 speaker with a name; 1 quotation of people without a name, 0 of nobody knows whom.\n")
    listed = json.loads(rag("speakers", "--json").out)["speakers"]
    assert [(one["speaker"], one["kind"]) for one in listed] == [
        ("Anna Berg", "named"),
        ("A senior official", "unnamed"),
    ]
