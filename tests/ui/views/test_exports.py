import json
import re

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag import NOT_IN_DOCUMENTS, Answer, AnswerStatus, Rating, VerdictLabel, answer_schema, to_dict
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import visible_text
from tests.ui.records import ANSWER_ID, answer, citation, claim, document, evidence
from ui.views.exports import answer_as_markdown, answer_as_text, conversation_as_json, conversation_as_markdown
from ui.views.markup import attribute_text, shown

BRIDGE = document("The bridge opened in 1932.\nIt is grey.", title="Bridges", source="notes/b_1.txt")
OPENED = citation(BRIDGE, 0, 26, page=2)
BOTH_LINES = citation(BRIDGE, 0, 38, number=2, published="")
ANSWER = answer(claim("It opened in 1932.[9]", OPENED), claim("It is grey.", OPENED, BOTH_LINES))
SCHEMA = jsonschema.Draft202012Validator(answer_schema())
ABSTAINED = answer(status=AnswerStatus.ABSTAINED, text=NOT_IN_DOCUMENTS, evidence=(evidence(BRIDGE, 0, 26),))

any_text = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.sampled_from([each for each in TEXTS.values() if len(each) < 300]),
)


def hostile_answer(content: str, status: AnswerStatus = AnswerStatus.PARTIAL) -> Answer:
    of = document(content, title=content, source=content)
    claims = (
        []
        if status is AnswerStatus.ABSTAINED
        else [claim(content, citation(of, 0, len(content), published=content, also_in=(content,)))]
    )
    return answer(
        *claims,
        question=content,
        status=status,
        text=content,
        evidence=(evidence(of, 0, len(content)),),
        standalone=f"{content} x",
        notice=content,
        searched=content,
    )


def structure(markdown: str) -> list[str]:
    """The kinds of all tokens of the rendered Markdown, with those inside of lines."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    return [kind for token in tokens for kind in [token.type, *(child.type for child in token.children or [])]]


def assert_nothing_added(markdown: str) -> None:
    kinds = structure(markdown)
    assert set(kinds) <= EXPECTED_KINDS
    assert kinds.count("heading_open") == 1
    assert kinds.count("blockquote_open") == 1
    assert kinds.count("em_open") == markdown.count("*Partly answered")


EXPECTED_KINDS = {
    "heading_open",
    "heading_close",
    "paragraph_open",
    "paragraph_close",
    "inline",
    "text",
    "text_special",
    "em_open",
    "em_close",
    "blockquote_open",
    "blockquote_close",
    "softbreak",
    "hardbreak",
}


def test_markdown_has_the_statements_and_numbered_references() -> None:
    assert answer_as_markdown(ANSWER) == (
        "## When did it open?\n"
        "\n"
        "It opened in 1932.(9) [1] It is grey. [1] [2]\n"
        "\n"
        "[1] Bridges · notes/b\\_1.txt · 12 March 2025 · page 2, line 1, characters 0-26\n"
        "\n"
        "> The bridge opened in 1932.\n"
        "\n"
        "[2] Bridges · notes/b\\_1.txt · line 1, characters 0-38\n"
        "\n"
        "> The bridge opened in 1932.\\\n"
        "> It is grey.\n"
    )


def test_text_has_the_statements_and_numbered_references() -> None:
    assert answer_as_text(ANSWER) == (
        "When did it open?\n"
        "\n"
        "It opened in 1932.(9) [1] It is grey. [1] [2]\n"
        "\n"
        "[1] Bridges · notes/b_1.txt · 12 March 2025 · page 2, line 1, characters 0-26\n"
        "    The bridge opened in 1932.\n"
        "\n"
        "[2] Bridges · notes/b_1.txt · line 1, characters 0-38\n"
        "    The bridge opened in 1932.\n"
        "    It is grey.\n"
    )


def test_partial_answer_says_so_in_both() -> None:
    partial = answer(claim("Yes.", OPENED), status=AnswerStatus.PARTIAL, standalone="When did the bridge open?")
    assert "*Partly answered: some statements left out*" in answer_as_markdown(partial)
    assert "Understood as: When did the bridge open?" in answer_as_markdown(partial)
    assert "(Partly answered: some statements left out)" in answer_as_text(partial)


def test_abstention_gives_the_nearest_sentences_as_such() -> None:
    for written in (answer_as_markdown(ABSTAINED), answer_as_text(ABSTAINED)):
        assert NOT_IN_DOCUMENTS in written
        assert "The nearest sentences, which do not answer it:" in written
        assert "[1]" not in written


def test_unsupported_claim_is_never_exported() -> None:
    wrong = answer(claim("It opened.", OPENED), claim("It is red.", BOTH_LINES, label=VerdictLabel.UNSUPPORTED))
    for written in (answer_as_markdown(wrong), answer_as_text(wrong)):
        assert "It is red." not in written
        assert "[2]" not in written


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("status", [AnswerStatus.PARTIAL, AnswerStatus.ABSTAINED])
def test_hostile_text_adds_nothing_to_the_markdown(name: str, status: AnswerStatus) -> None:
    assert_nothing_added(answer_as_markdown(hostile_answer(TEXTS[name], status)))


@settings(deadline=None)
@given(any_text)
def test_any_text_adds_nothing_to_the_markdown(content: str) -> None:
    assert_nothing_added(answer_as_markdown(hostile_answer(content)))


@settings(deadline=None)
@given(any_text)
def test_rendered_markdown_shows_the_quote_as_it_is(content: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(answer_as_markdown(hostile_answer(content)))
    _, _, quote = html.partition("<blockquote>")
    assert attribute_text(visible_text(quote.partition("</blockquote>")[0])) == attribute_text(content)


@settings(deadline=None)
@given(any_text)
def test_plain_text_has_no_character_that_steers_a_terminal_or_reorders_a_line(content: str) -> None:
    written = answer_as_text(hostile_answer(content))
    assert written == shown(written)


def test_bare_addresses_do_not_become_links() -> None:
    addresses = "https://evil.invalid www.evil.invalid HTTP://evil.invalid WWW.evil.invalid ftp://evil.invalid"
    markdown = answer_as_markdown(hostile_answer(addresses))
    assert not re.search(r"(?i)[a-z]://|www\.", markdown)


def test_conversation_has_all_answers_in_order() -> None:
    written = conversation_as_markdown([ANSWER, ABSTAINED])
    assert written.startswith("# Conversation\n\n## When")
    assert written.count("\n\n## When") == 2
    assert written.index("12 March 2025") < written.index(NOT_IN_DOCUMENTS)
    assert conversation_as_markdown([]) == "# Conversation\n"


@settings(deadline=None)
@given(st.lists(any_text, max_size=3))
def test_json_holds_each_answer_with_its_offsets(contents: list[str]) -> None:
    answers = [hostile_answer(content) for content in contents]
    written = conversation_as_json(answers)
    read = json.loads(written.encode("utf-8"))
    assert read == {"version": 1, "answers": [to_dict(each) for each in answers]}
    for content, each in zip(contents, read["answers"], strict=True):
        if content:  # an empty question is never answered
            SCHEMA.validate(each)
        for cited in each["citations"]:
            assert content[cited["start"] : cited["end"]] == cited["quote"]


@pytest.mark.parametrize("written", [answer_as_markdown, answer_as_text])
def test_copies_and_the_searched_documents_are_named(written) -> None:
    copied = citation(BRIDGE, 0, 26, also_in=("wire.txt",))
    said = written(answer(claim("It opened.", copied), searched="source like x"))
    assert "also in wire.txt" in said
    assert "Searched only documents that fit: source like x" in said


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_comes_back_from_json_as_it_was(name: str) -> None:
    read = json.loads(conversation_as_json([hostile_answer(TEXTS[name])]).encode("utf-8"))
    assert read["answers"][0]["citations"][0]["quote"] == TEXTS[name]


def test_json_holds_ratings_of_rated_answers() -> None:
    read = json.loads(conversation_as_json([ANSWER, ANSWER], ratings={ANSWER_ID: Rating.NOT_HELPFUL}))
    assert [each["rating"] for each in read["answers"]] == ["not-helpful", "not-helpful"]
    assert "rating" not in json.loads(conversation_as_json([ANSWER], ratings={}))["answers"][0]
