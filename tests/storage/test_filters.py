from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from rag import FilterError
from rag.storage import schema
from rag.storage.conditions import condition_of
from rag.storage.filters import (
    FIELDS,
    Both,
    Comparison,
    Either,
    Not,
    Operator,
    allows_speaker,
    parse_filter,
    scope_of,
)

DOCUMENTS = {
    "march.md": "---\ntitle: Bridge news\nauthor: Anna Żółć\npublished: 2025-03-12\n---\nThe bridge opened in March.",
    "april.md": "---\ntitle: More news\nauthor: Otto\npublished: 2025-04-01\n---\nThe bridge closed in April.",
    "reports/old.txt": "The bridge was planned in 1920.",
    "reports/[1].html": "<html><head><meta property='og:site_name' content='The Post'></head>"
    "<body><p>The bridge is on a postcard, and on many others.</p></body></html>",
}


@pytest.fixture
def filled(assistant, write):
    assistant.add([write(name, text) for name, text in DOCUMENTS.items()])
    return assistant


def fitting(assistant, where="", sources=()):
    found = assistant.documents(where=where, sources=sources)
    return sorted(info.source.partition("documents/")[2] for info in found)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("published >= 2025-03-12", ["april.md", "march.md"]),
        ("published > 2025-03-12", ["april.md"]),
        ("published = 2025-03", ["march.md"]),
        ("published <= 2025-03", ["march.md"]),
        ("published < 2025-03", []),
        ("published != 2025-03", ["april.md", "reports/[1].html", "reports/old.txt"]),
        ("published = ''", ["reports/[1].html", "reports/old.txt"]),
        ("author = 'ANNA ŻÓŁĆ'", ["march.md"]),
        ("author ~ żółć", ["march.md"]),
        ("title ~ news and not author = otto", ["march.md"]),
        ("media_type = html", ["reports/[1].html"]),
        ("media_type = text/html or media_type = md", ["april.md", "march.md", "reports/[1].html"]),
        ("media_type in (html, txt)", ["reports/[1].html", "reports/old.txt"]),
        ("media_type != md", ["reports/[1].html", "reports/old.txt"]),
        ("source like '*/reports/*'", ["reports/[1].html", "reports/old.txt"]),
        ("source like '*[1]*'", ["reports/[1].html"]),
        ("source like '*/????h.md'", ["march.md"]),
        ("not (published >= 2025 or source ~ old)", ["reports/[1].html"]),
        ("NOT source ~ reports AND published >= 2025-04", ["april.md"]),
        ("added >= 2020", sorted(DOCUMENTS)),
        ("added < 2020", []),
        ("outlet = 'the post'", ["reports/[1].html"]),
        ("outlet = ''", ["april.md", "march.md", "reports/old.txt"]),
        ("outlet ~ post or id = 00", ["reports/[1].html"]),
        ("id != 00", sorted(DOCUMENTS)),
    ],
)
def test_documents_that_fit(filled, where, names):
    assert fitting(filled, where) == names


def test_sources_fit_a_pattern_from_any_folder_on(filled):
    assert fitting(filled, sources=["reports/*"]) == ["reports/[1].html", "reports/old.txt"]
    assert fitting(filled, sources=["*.md", "old.txt"]) == ["april.md", "march.md", "reports/old.txt"]
    assert fitting(filled, "published >= 2025", ["march*"]) == ["march.md"]


def test_questions_search_only_what_fits(filled):
    everywhere = filled.ask("When did the bridge open or close?")
    assert {citation.title for citation in everywhere.citations} >= {"Bridge news", "More news"}
    answer = filled.ask("When did the bridge open or close?", where="published >= 2025-04")
    assert {sentence.title for sentence in answer.evidence} == {"More news"}
    assert answer.trace.searched == "published >= 2025-04"
    assert {evidence.title for evidence in filled.retrieve("bridge", where="title = 'bridge news'")} == {"Bridge news"}


def test_when_nothing_fits_the_answer_says_so(filled):
    answer = filled.ask("When did the bridge open?", where="published > 2030", sources=["x/*"])
    assert (answer.claims, answer.evidence) == ((), ())
    assert "fits the filter was found: published > 2030 and source like x/*" in answer.trace.notice


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("publishd > 2025", r"cannot filter by 'publishd'.*use one of added, author"),
        ("published", r"it ends too early - write one of ="),
        ("published >", r"it ends too early - write a value"),
        ("published > 2025 title ~ a", r"'title' stands at character 18 - write and, or, or the end"),
        ("(published > 2025", r"it ends too early - write '\)'"),
        ("published in 2025", r"'2025' stands at character 14 - write '\('"),
        ("title ~ 'open", r'"\'" at character 9 begins nothing - close the quotes'),
        ("title ~ a; drop table documents", r"'drop' stands at character 12"),
        ("and and and", r"'and' stands at character 1 - write one of added"),
        ("x" * 2001, r"2,001 characters - the limit is 2,000"),
        ("not " * 60 + "title = a", r"more than 50 levels"),
        ("(" * 60 + "title = a" + ")" * 60, r"more than 50 levels"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(assistant, where, said):
    with pytest.raises(FilterError, match=said):
        assistant.ask("Anything?", where=where)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_an_error_of_ours(text):
    with suppress(FilterError):
        parse_filter(text)


values = st.text(max_size=20).filter(lambda text: "'" not in text)
ORDERED = {Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL}
comparisons = st.builds(Comparison, st.sampled_from(FIELDS), st.sampled_from(Operator), values).filter(
    lambda comparison: comparison.field not in ("notebook", "speaker") or comparison.operator not in ORDERED
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Both, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def written(filter_):
    match filter_:
        case Comparison(field, operator, value):
            return f"{field} {operator.value} '{value}'"
        case Not(part):
            return f"not ({written(part)})"
        case Both(parts):
            return " and ".join(f"({written(part)})" for part in parts)
        case Either(parts):
            return " or ".join(f"({written(part)})" for part in parts)


@given(filters)
def test_a_filter_that_is_written_down_is_read_as_itself(filter_):
    assert parse_filter(written(filter_)) == filter_


_OUR_OWN = ("'%'", "ESCAPE '/'", "ESCAPE '\\'", "'$.'")


@given(filters)
def test_every_filter_is_a_query(filter_):
    with create_engine("sqlite://").connect() as connection:
        schema.metadata.create_all(connection)
        query = str(condition_of(filter_, connection).compile(connection))
    for part in _OUR_OWN:
        query = query.replace(part, "")
    assert "'" not in query  # all values are parameters


def test_every_filter_can_be_run(filled):
    for where in (
        "title ~ '%_\\'",
        'title = "it\'s"',
        "url != '' or language in (en, 'x y')",
        "title like '[]^*?'",
    ):
        fitting(filled, where)


def test_no_scope_is_everything():
    assert scope_of(" ", ()) == (None, "")


SPEECHES = {
    "rubio.txt": "Marco Rubio met the press. “We will see,” Rubio said. The weather was mild.",
    "healey.txt": "John Healey met the press. “We will wait,” Healey said.",
    "none.txt": "The weather was mild.",
}


@pytest.fixture
def spoken(assistant, write):
    assistant.add([write(name, text) for name, text in SPEECHES.items()])
    return assistant


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("speaker = Rubio", ["rubio.txt"]),
        ("speaker = 'secretary rubio'", ["rubio.txt"]),
        ("speaker != Rubio", ["healey.txt", "none.txt"]),
        ("speaker ~ RUB", ["rubio.txt"]),
        ("speaker like 'john *'", ["healey.txt"]),
        ("speaker in (Rubio, Healey)", ["healey.txt", "rubio.txt"]),
        ("not speaker = Rubio and source ~ txt", ["healey.txt", "none.txt"]),
        ("speaker = Nobody", []),
    ],
)
def test_documents_in_which_somebody_speaks(spoken, where, names):
    assert fitting(spoken, where) == names


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_names_have_no_order(operator):
    with pytest.raises(FilterError, match="names have no order"):
        parse_filter(f"speaker {operator} Rubio")


def test_question_about_a_speaker_gets_his_sentences_alone(spoken):
    answer = spoken.ask("what was said?", where="speaker = Rubio")
    assert answer.evidence
    assert {found.speaker for found in answer.evidence} == {"Marco Rubio"}
    assert {cited.speaker for cited in answer.citations} == {"Marco Rubio"}
    assert spoken.ask("what was said about the weather?", where="speaker = Nobody").evidence == ()


@given(st.sampled_from(["speaker = Rubio", "speaker != Rubio", "speaker ~ ru", "speaker like '*o'"]), st.booleans())
def test_negation_of_what_is_asked_of_a_speaker_is_the_opposite(where, is_there):
    speaker = "Marco Rubio" if is_there else "John Healey"
    assert allows_speaker(parse_filter(f"not {where}"), speaker) != allows_speaker(parse_filter(where), speaker)
    assert allows_speaker(parse_filter(f"{where} or title = x"), speaker)
