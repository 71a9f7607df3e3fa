"""Who said what over a store: by name, word and date; names that fit several people; texts that nobody read yet."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from rag import Assistant, FilterError, QuestionError, Settings, SettingsError, SourceKind
from rag.storage import schema

JOE = "Joe Biden came to Berlin. “We trust our allies,” Biden said. He warned that winter was near."
HUNTER = "Hunter Biden stayed at home. “I trust nobody,” Hunter Biden said."
LONE = "Biden said the bridge was closed. A senior official said it would open again."


def page(title: str, published: str, text: str) -> str:
    return (
        f'<html><head><title>{title}</title><meta property="article:published_time" content="{published}"></head>'
        f"<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    )


def fill(assistant, folder) -> None:
    for name, text in (
        ("joe.html", page("Berlin", "2025-03-02", JOE)),
        ("hunter.html", page("At home", "2025-02-01", HUNTER)),
        ("lone.txt", LONE),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    assert not assistant.add([folder]).failed


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    """A store that no test changes."""
    folder = tmp_path_factory.mktemp("documents")
    settings = Settings(embedder="hashing", abstain_below=0.0)
    with Assistant.open(tmp_path_factory.mktemp("stores") / "store", settings) as opened:
        fill(opened, folder)
        yield opened


@pytest.fixture
def own(assistant, tmp_path):
    """A store that the test changes."""
    folder = tmp_path / "documents"
    folder.mkdir()
    fill(assistant, folder)
    return assistant


def texts(report) -> dict[str, list[str]]:
    return {one.speaker: [quote.texts[0] for quote in one.quotes] for one in report.speakers}


def test_quotations_are_verbatim_and_by_speaker_where_the_name_fits_several(newsroom):
    report = newsroom.quotes("biden")
    assert report.is_ambiguous
    assert texts(report) == {
        "Joe Biden": ["“We trust our allies,”", "that winter was near"],
        "Biden": ["the bridge was closed"],
        "Hunter Biden": ["“I trust nobody,”"],
    }
    for one in report.speakers:
        for quote in one.quotes:
            document = newsroom.document(quote.document_id)
            assert quote.texts == tuple(span.slice(document.text) for span in quote.utterance.spans)
            assert quote.texts[0] in document.text.splitlines()[quote.line - 1]


def test_lone_family_name_is_the_only_one_who_has_it(assistant, write):
    assistant.add([write("joe.txt", JOE), write("lone.txt", LONE)])
    [one] = assistant.quotes("Joe Biden").speakers
    assert (one.speaker, one.names, len(one.quotes)) == ("Joe Biden", ("Joe Biden", "Biden"), 3)


def test_words_and_dates_narrow_what_is_found(newsroom):
    assert texts(newsroom.quotes("Biden", about="trusting")) == {
        "Hunter Biden": ["“I trust nobody,”"],
        "Joe Biden": ["“We trust our allies,”"],
    }
    assert list(texts(newsroom.quotes("Biden", since="2025-03-01"))) == ["Joe Biden"]
    assert list(texts(newsroom.quotes("Biden", until="2025-02"))) == ["Hunter Biden"]
    assert list(texts(newsroom.quotes("Biden", where="title = Berlin"))) == ["Joe Biden"]
    nothing = newsroom.quotes("Biden", since="2026")
    assert (nothing.speakers, nothing.nearest) == ((), ())
    assert nothing.names


def test_unknown_name_gets_the_nearest(newsroom):
    report = newsroom.quotes("Bider")
    assert report.speakers == ()
    assert "Joe Biden" in report.nearest


@pytest.mark.parametrize("since", ["yesterday", "2025-13", "2025-02-30", "2025-3-1", "20250301", "٢٠٢٥"])
def test_what_is_no_date_is_refused(newsroom, since):
    with pytest.raises(QuestionError, match="is no date"):
        newsroom.quotes("Biden", since=since)


def test_other_wrong_arguments_are_refused(newsroom):
    with pytest.raises(QuestionError, match="no name"):
        newsroom.quotes(" … ")
    with pytest.raises(FilterError):
        newsroom.quotes("Biden", where="colour = red")
    with pytest.raises(SettingsError, match="speaker"):
        newsroom.quotes(None)


def test_speakers_are_counted_and_those_without_a_name_are_told_apart(newsroom):
    counts = {one.speaker: (one.kind, one.n_quotes, one.n_documents) for one in newsroom.speakers()}
    assert counts == {
        "Joe Biden": (SourceKind.NAMED, 2, 1),
        "Hunter Biden": (SourceKind.NAMED, 1, 1),
        "Biden": (SourceKind.NAMED, 1, 1),
        "A senior official": (SourceKind.UNNAMED, 1, 1),
    }
    assert [one.speaker for one in newsroom.speakers(where="title = Berlin")] == ["Joe Biden"]


def test_store_that_nobody_read_gives_the_same(own):
    before = own.quotes("Biden")
    store = own._library.store
    with store.begin():
        store.utterances.clear()
    assert len(store.utterances.unread()) == 3
    assert own.quotes("Biden") == before
    assert store.utterances.unread() == []
    own.rebuild()
    assert own.quotes("Biden") == before


def test_changed_row_is_neither_believed_nor_unnoticed(own):
    before = own.quotes("Biden")
    store = own._library.store
    with store.begin() as connection:
        connection.execute(update(schema.utterances).values(spans="0-9"))
    assert own.quotes("Biden") == before
    assert any("who says what" in problem for problem in own.check())
    own._library.repair()
    assert own.check() == []
    assert own.quotes("Biden") == before


def test_import_believes_no_speaker(own, tmp_path, settings):
    before = own.quotes("Biden")
    export = tmp_path / "store.zip"
    own.export(export)
    Assistant.import_store(export, tmp_path / "imported", settings)
    with Assistant.open(tmp_path / "imported", settings) as imported:
        assert len(imported._library.store.utterances.unread()) == 3
        assert imported.quotes("Biden") == before


def test_superseded_text_is_not_quoted(own, write):
    path = write("lone.txt", "Biden said the bridge was open.")
    own.add([path])
    assert texts(own.quotes("Biden"))["Biden"] == ["the bridge was open"]
    own.remove([path])
    assert "Biden" not in texts(own.quotes("Biden"))
