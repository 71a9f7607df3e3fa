"""Gold quotes are found verbatim but for white space; what is missing, or stands twice, is told with its line."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from eval.cases import GoldSpan
from eval.questions.files import Gold, Question
from eval.questions.places import locate, places_of
from rag import Span

TEXTS = {"1": "It opened\nin  1932. Nobody fell.", "2": "Nobody fell. Nobody fell.", "3": "Closed."}
NAMES = {"1": "bridge.txt", "2": "old/notes.txt", "3": "new/notes.txt"}


def located(*gold):
    return locate([Question(id="q", question="?", gold=gold, line=7)], NAMES, TEXTS)


blanks = st.text(" \n\t\u00a0\u2028", min_size=1, max_size=3)
word = st.text("ab.*(", min_size=1, max_size=4)


@settings(max_examples=25)
@given(words=st.lists(word, min_size=1, max_size=5), before=st.text("xy \n"), data=st.data())
def test_a_planted_quote_is_found_whatever_its_white_space(words, before, data):
    planted = "".join(data.draw(blanks) + each for each in words)[1:].lstrip()
    text = f"{before}\n{planted}\nxy"
    spans = places_of(" ".join(words), text)
    assert Span(start=len(before) + 1, end=len(before) + 1 + len(planted)) in spans
    assert all(span.slice(text).split() == words for span in spans)


def test_white_space_of_the_document_may_differ():
    found = located(Gold("It opened in 1932.", "bridge.txt"))
    assert found.spans == {"q": (GoldSpan("bridge.txt", Span(start=0, end=19)),)}
    assert found.missing == found.ambiguous == ()


def test_what_stands_nowhere_is_told_with_the_nearest_words():
    (missing,) = located(Gold("It opened in 1933.")).missing
    assert missing.line == 7
    assert "“It opened in 1933.” does not stand in any document; nearest is “It opened in 1932.” in bridge.txt" in str(
        missing
    )
    (missing,) = located(Gold("Xyzzy plugh quux.", "bridge.txt")).missing
    assert "does not stand in bridge.txt - quote" in missing.reason


def test_what_stands_twice_is_told_and_every_place_counts():
    found = located(Gold("Nobody fell."))
    assert len(found.spans["q"]) == 3
    assert (
        "stands at 3 places (bridge.txt line 2, old/notes.txt line 1, old/notes.txt line 1)"
        in found.ambiguous[0].reason
    )
    assert found.ambiguous[0].reason.endswith("name its document")
    assert located(Gold("Nobody fell.", "old/notes.txt")).ambiguous[0].reason.endswith("quote more of it")
    assert located(Gold("Nobody fell.", "bridge.txt")).ambiguous == ()


def test_a_document_is_known_by_the_end_of_its_path_where_that_is_one():
    assert located(Gold("Closed.", "documents/new/notes.txt")).missing[0].reason.startswith("there is no document")
    assert located(Gold("Closed.", "new\\notes.txt")).missing == ()
    assert located(Gold("It opened", "/home/ana/bridge.txt")).missing == ()
    assert "there is no document 'notes.txt'" in located(Gold("Closed.", "notes.txt")).missing[0].reason
