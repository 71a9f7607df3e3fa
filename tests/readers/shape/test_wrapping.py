"""Lines broken because they were full become paragraphs; lines that somebody broke on purpose stay."""

import textwrap

import pytest

from rag.language.sentences import sentence_spans
from rag.readers.html import HtmlReader
from rag.readers.mail import EmailReader
from rag.readers.shape.wrapping import unwrapped
from rag.readers.text import TextReader

FIRST = (
    "The commission found that the harbour wall had been weakened by three winters of storms, and that the repair "
    "which the town had ordered was never begun. Ida Ravn said on Friday that the wall must be rebuilt by 2030."
)
SECOND = "Nobody knows yet where the nine million crowns will come from, or who is to pay for them in the end."
GERMAN = (
    "Die Kommission stellte fest, dass die Mauer des Hafens durch drei Winter mit schweren Stürmen geschwächt worden "
    "war und dass die Reparatur, welche die Stadt bestellt hatte, nie begonnen wurde."
)


def wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width))


@pytest.mark.parametrize("width", [36, 45, 55, 65, 72, 80, 100, 120])
def test_wrapped_paragraphs_are_whole(width):
    text = f"{wrapped(FIRST, width)}\n\n{wrapped(SECOND, width)}\n"
    assert unwrapped(text) == f"{FIRST}\n\n{SECOND}\n"


@pytest.mark.parametrize("width", [45, 60, 75])
def test_other_languages_are_whole_too(width):
    assert unwrapped(wrapped(GERMAN, width)) == GERMAN


def test_word_parted_at_the_end_of_a_line_is_whole():
    text = (
        "The wall had been weakened by three win-\nters of storms and by the long frost in\nMarch, the commission said."
    )
    assert unwrapped(text).startswith("The wall had been weakened by three winters of storms and by")


@pytest.mark.parametrize("indent", ["    ", "\t"])
def test_indented_paragraphs_part_where_they_begin(indent):
    first, second = (textwrap.wrap(text, 60, initial_indent=indent) for text in (FIRST, SECOND))
    assert unwrapped("\n".join([*first, *second])) == f"{indent}{FIRST}\n{indent}{SECOND}"


def test_items_of_a_list_part_and_go_on():
    text = f"{wrapped(FIRST, 60)}\n- {textwrap.fill(SECOND, 58)}\n- {textwrap.fill(GERMAN, 58)}"
    assert unwrapped(text) == f"{FIRST}\n- {SECOND}\n- {GERMAN}"


KEPT = {
    "verse": "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
    "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date:",
    "short verse": "so much depends\nupon\n\na red wheel\nbarrow",
    "list": "- one item here\n- two items there\n- three of them",
    "address": "Anna Berg\n12 Harbour Road\nOslo",
    "code": "def f(x):\n    return x\n\nfor i in range(10):\n    print(f(i))\n    total += i",
    "braces": "int main() {\n  int total = 0;\n  return total;\n}",
    "table": "Town    2019   2020\nAlder   1,204  1,310\nBirch   880    905",
    "bars": "| Town  | 2019 |\n|-------|------|\n| Alder | 1204 |",
    "head": "From: Ana Dobre\nTo: the desk of the paper\nDate: today",
    "sentences": "He said that no one knew of it.\nShe said that everybody did.\nThey both left the room then.",
    "headline and byline": "Ferry sinks off Maren Island, dozens dead\nHalden Courier, 3 March 2025\nBy Ines Corvo",
    "long lines": f"{FIRST}\n{SECOND}\n{GERMAN}",
    "quoted": "> I never agreed to that price, and\n> I told you so in the spring.",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_wrapped_prose_stays(name):
    assert unwrapped(KEPT[name]) == KEPT[name]


def test_sentence_of_a_wrapped_file_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"Wall\n\n{wrapped(FIRST, 72)}\n")
    text = TextReader().read(path).text
    sentences = [span.slice(text) for span in sentence_spans(text)]
    assert FIRST[: FIRST.index(". ") + 1] in sentences


PARAGRAPHS_TOGETHER = [
    "The board decided three things on Monday, after a debate that had lasted for more than four hours:",
    "The board meets again in June, when the budget of the next year will be discussed for the first time since then.",
]


@pytest.mark.parametrize("width", [60, 66, 72, 78])
def test_paragraphs_and_items_without_blank_lines_between_are_whole(width):
    first, second = PARAGRAPHS_TOGETHER
    item = "- the crane is sold to the museum in Holm for one crown, and the museum pays for taking it apart;"
    wrapped = [*textwrap.wrap(first, width), *textwrap.wrap(item, width, subsequent_indent="  "), "- the fee rises."]
    text = "\n".join([*wrapped, *textwrap.wrap(second, width)])
    assert unwrapped(text).split("\n") == [first, item, "- the fee rises.", second]


def test_preformatted_text_of_a_page_is_whole_and_code_stays(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(f"<h1>Wall</h1><pre>{wrapped(FIRST, 70)}\n\n{wrapped(SECOND, 70)}</pre>")
    assert HtmlReader().read(path).text.endswith(f"{FIRST}\n{SECOND}")
    path.write_text(f"<h1>Wall</h1><pre><code>{wrapped(FIRST, 70)}</code></pre>")
    assert HtmlReader().read(path).text.endswith(wrapped(FIRST, 70))


@pytest.mark.parametrize("width", [40, 72, 78])
def test_mail_is_whole(tmp_path, width):
    path = tmp_path / "a.eml"
    path.write_text(f"From: a@b.org\nSubject: wall\n\n{wrapped(FIRST, width)}\n")
    assert EmailReader().read(path).text.endswith(f"\n\n{FIRST}")


def test_hyphen_after_a_number_and_its_ending_stays():
    lines = "The commission found that the walls of this town are made of 19th-\ncentury stones, and has said so."
    assert "19th-century stones" in unwrapped(lines)


def test_word_that_stands_elsewhere_decides_whether_its_hyphen_was_there():
    begin = "The commission found that the harbour wall had been weakened by a great co-\nordination of storms."
    assert "a great coordination of" in unwrapped(begin)
    assert "a great co-ordination of" in unwrapped(f"Co-ordination is hard.\n\n{begin}")
    assert "a great coordination of" in unwrapped(f"Sub-co-ordination, co-ordinations and co-ordination's.\n\n{begin}")


@pytest.mark.parametrize("ending", ["", "-", "/"])
def test_time_of_a_long_paragraph_grows_with_its_length_and_not_its_square(ending):
    line = f"some words that go on here and there, and are many{ending}"
    whole = unwrapped("\n".join([line] * 4_000))
    assert "\n" not in whole
    assert len(whole) == 4_000 * (len(line) - (ending == "-") + (not ending)) - (not ending) + (ending == "-")
