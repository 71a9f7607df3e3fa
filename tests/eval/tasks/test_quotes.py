"""Reading a folder that is labelled as PolNeAR is, and the command that measures on it."""

from __future__ import annotations

import pytest

from eval.__main__ import run
from eval.tasks.quotes import read_articles

TEXT = "Anna Berg said that she would stay.\n“Bo left,” she said. “At noon.”\n"
LABELS = """T1\tSource 0 9\tAnna Berg
T2\tCue 10 14\tsaid
T3\tContent 15 34\tthat she would stay
E1\tAttribution:T9 Content:T3 Cue:T2 Source:T1
T4\tContent 36 46;57 67\t“Bo left,” “At
noon.”
T5\tSource 47 50\tshe
E2\tContent:T4 Source:T5 Source1:T8
T6\tDiscard 0 2\tAn
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("text", "attributions"):
        (tmp_path / "data" / "dev" / name).mkdir(parents=True)
    (tmp_path / "data/dev/text/one.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "data/dev/attributions/one_aaaa.ann").write_text(LABELS, encoding="utf-8")
    (tmp_path / "data/dev/attributions/one_bbbb.ann").write_text("", encoding="utf-8")
    return tmp_path


def test_labels_are_read_with_all_their_parts_and_the_first_of_two_people_counts(folder):
    [article] = read_articles(folder, "dev")
    first, second = article.utterances
    assert [span.slice(article.text) for span in first.content] == ["that she would stay"]
    assert [span.slice(article.text) for span in second.content] == ["“Bo left,”", "“At noon.”"]
    assert [span.slice(article.text) for span in second.source] == ["she"]


def test_command_prints_figures_or_what_is_missing(folder, capsys):
    assert run(["quotes", "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "dev: 1 articles, 2 labelled, 2 found" in out
    assert "words    precision 1.000  recall 1.000  F1 1.000" in out
    assert run(["quotes", "--data", str(folder), "--part", "train"]) == 2
    assert "set EVAL_DATA or pass --data" in capsys.readouterr().err
