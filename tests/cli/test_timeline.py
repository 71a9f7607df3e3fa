"""`rag timeline` and `rag watch-question`."""

from __future__ import annotations

import csv
import io
import json

import pytest

NEWS = """<html lang="en"><head><title>The ferry contract</title>
<meta property="article:published_time" content="2025-02-03T07:30:00+02:00"></head><body><article>
<p>The ferry contract was signed on Sunday, and all were there.</p><p>The ferry contract will end on 1 September.</p>
<p>The ferry contract began in May 2022.</p><p>It rained.</p></article></body></html>
"""


@pytest.fixture
def news(rag, write):
    path = write("news.html", NEWS)
    rag("add", path)
    return path


def test_timeline_prints_the_rows_in_their_order(rag, news):
    code, out, err = rag("timeline", "ferry contract")
    assert (code, err) == (0, "")
    dates = [line.split()[1] for line in out.splitlines() if line[:3].strip().isdigit()]
    assert dates == sorted(dates)
    assert dates[0] == "2022-05"
    assert "The ferry contract will end on 1 September." in out
    assert "“1 September”" in out


def test_timeline_is_written_for_tables_and_programs(rag, news):
    rows = list(csv.DictReader(io.StringIO(rag("timeline", "ferry contract", "--csv").out)))
    found = json.loads(rag("timeline", "ferry contract", "--json").out)
    assert [row["quote"] for row in rows] == [row["quote"] for row in found["rows"]]
    assert rag("timeline", "ferry contract", "--markdown").out.count("\n") == len(rows) + 2
    assert {row["origin"] for row in found["rows"]} >= {"written", "relative"}


def test_timeline_keeps_to_the_days_that_are_asked_for(rag, news):
    found = json.loads(rag("timeline", "ferry contract", "--since", "2025-09", "--json").out)
    assert [row["date"] for row in found["rows"]] == ["2025-09-01"]
    assert found["n_outside"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("timeline", "x", "--since", "soon"), 2, "cannot use since = 'soon': it is no day, month or year"),
        (("timeline", "x", "--since", "2026", "--until", "2025"), 2, "nothing lies between '2026' and '2025'"),
        (("timeline", "x", "--csv", "--json"), 2, "give one of --csv, --markdown and --json"),
        (("timeline", " "), 2, "empty question"),
        (("watch-question",), 2, "give a question, or one of --list, --remove N and --check"),
        (("watch-question", "x", "--list"), 2, "give a question, or one of"),
        (("watch-question", "--remove", "7"), 1, "no standing question has the number 7"),
    ],
)
def test_wrong_use_is_one_sentence(rag, news, arguments, code, said):
    result = rag(*arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_a_standing_question_is_told_of_after_a_change(rag, write, monkeypatch):
    monkeypatch.setenv("RAG_MAX_CITATIONS", "1")
    path = write("bridge.txt", "The bridge cost 310 million crowns.\nIt is painted grey.\n")
    rag("add", path)
    assert rag("watch-question", "What did the bridge cost?").out == (
        "  1  What did the bridge cost?; 1 sentence supports it\nStanding question 1; 1 sentence supports it.\n"
    )
    write("bridge.txt", "The bridge cost 325 million crowns.\nIt is painted grey.\n")
    out = rag("sync", path.parent).out
    assert (
        "\nStanding question 1: What did the bridge cost?\n  changed:\n"
        f"  - The bridge cost 310 million crowns.  [{path}]\n  + The bridge cost 325 million crowns.  [{path}]\n"
    ) in out
    assert "Standing question" not in rag("sync", path.parent).out
    assert rag("watch-question", "--list").out.endswith("1 standing question.\n")
    assert json.loads(rag("watch-question", "--list", "--json").out)["questions"][0]["n_support"] == 1
    assert rag("watch-question", "--remove", "1").out == "Removed standing question 1.\n"
