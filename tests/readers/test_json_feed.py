"""JSON feeds: articles under many names, and everything else as lines."""

import json

import pytest

from rag.errors import ReadError
from rag.readers.json_feed import JsonFeedReader
from rag.types import Document, Failure


@pytest.fixture
def read(tmp_path):
    def read(value, name="news.json"):
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return list(JsonFeedReader().read_each(path))

    return read


EXPECTED = {"published": "2025-03-12", "author": "Anna", "url": "https://x.org/1", "language": "en"}
FEEDS = {
    "JSON Feed": {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "language": "en",
        "items": [
            {
                "id": "1",
                "url": "https://x.org/1",
                "title": "The bridge",
                "content_html": "<p>It <b>ope</b>ned in 1932.</p>",
                "date_published": "2025-03-12T10:00:00Z",
                "authors": [{"name": "Anna"}],
            }
        ],
    },
    "schema.org": {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": "1",
        "headline": "The bridge",
        "articleBody": "It opened in 1932.",
        "datePublished": "2025-03-12",
        "author": {"@type": "Person", "name": "Anna"},
        "inLanguage": "en",
        "url": "https://x.org/1",
    },
    "graph": {
        "@graph": [
            {"@type": "Organization", "name": "Paper", "url": "https://x.org"},
            {"id": 1, "headline": "The bridge", "text": "It opened in 1932.", "date": "20250312", "byline": "Anna",
             "language": "en", "link": "https://x.org/1"},
        ]
    },
    "service": {
        "status": "ok",
        "articles": [
            {"source": {"id": "x"}, "id": "1", "author": "Anna", "title": "The bridge", "url": "https://x.org/1",
             "publishedAt": "2025-03-12T10:00:00Z", "content": "It opened in 1932.", "lang": "en",
             "related": [{"title": "Other", "url": "https://x.org/2", "description": "No."}]}
        ],
    },
    "nested fields": {
        "response": {
            "results": [
                {"id": "1", "webTitle": "The bridge", "webUrl": "https://x.org/1",
                 "webPublicationDate": "2025-03-12T10:00:00Z",
                 "fields": {"bodyText": "It opened in 1932.", "byline": "Anna", "lang": "en"}}
            ]
        }
    },
    "plain list": [
        {"id": 1, "title": "The bridge", "text": ["It opened in 1932."], "pubDate": "Wed, 12 Mar 2025 10:00:00 GMT",
         "author": ["Anna"], "language": "en", "url": "https://x.org/1"}
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", FEEDS)
def test_article_is_read_whatever_its_fields_are_called(read, name):
    document = next(entry for entry in read(FEEDS[name]) if isinstance(entry, Document))
    assert document.source.endswith("#1")
    assert (document.title, document.text, document.metadata) == ("The bridge", "It opened in 1932.", EXPECTED)


def test_each_line_is_an_article_and_a_broken_line_a_failure(read):
    lines = '{"title": "A", "text": "One."}\n\n{broken\n{"title": "B", "body": "Two.", "id": "b"}\n'
    for name in ("news.jsonl", "news.ndjson", "news.json"):
        first, failure, last = read(lines, name)
        assert (first.text, last.text) == ("One.", "Two.")
        assert [entry.source.partition("#")[2] for entry in (first, failure, last)] == ["1", "3", "b"]
        assert "line 3 is no JSON" in failure.reason


def test_entry_without_text_is_a_failure_and_a_summary_is_text(read):
    items = [{"id": "a", "title": "A", "content_text": ""}, {"id": "b", "title": "B", "url": "u", "summary": "Two."}]
    failure, document = read({"items": items})
    assert (failure.source.partition("#")[2], document.text) == ("a", "Two.")
    assert "no text" in failure.reason


def test_repeated_ids_stay_apart(read):
    article = {"id": "a", "title": "A", "text": "One."}
    sources = [entry.source.partition("#")[2] for entry in read([article, article, article])]
    assert sources == ["a", "a~2", "a~3"]


def test_what_holds_no_article_becomes_lines(read):
    value = {"bridge": {"opened": 1932, "is_open": True, "note": None, "colours": ["grey", "red"]}, "title": "Bridges"}
    (document,) = read(value)
    assert (
        document.text
        == "bridge opened: 1932\nbridge is_open: true\nbridge colours: grey\nbridge colours: red\ntitle: Bridges"
    )
    assert (document.title, document.source.partition("#")[2]) == ("Bridges", "1")


def test_list_of_records_becomes_rows(read):
    (document,) = read({"countries": [{"name": "France", "gdp": 3.1}, {"name": "Italy", "gdp": 2.3}]})
    assert document.text == "countries\nname: France; gdp: 3.1.\nname: Italy; gdp: 2.3."


def test_data_without_end_is_refused(read):
    (failure,) = read({"values": list(range(500_001))})
    assert "more than 500,000 values" in failure.reason


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><script>x()</script><p>Two &amp; three.</p>", "One.\nTwo & three."),
        ("1 < 2 &amp; 3 > 2", "1 < 2 & 3 > 2"),
        ("One.\nTwo.", "One.\nTwo."),
        ("a &notareference b", "a &notareference b"),
    ],
)
def test_markup_is_read_as_that_of_a_page(read, markup, text):
    assert read([{"title": "A", "text": markup}])[0].text == text


@pytest.mark.parametrize("value", ["{", "[" * 100_000, '{"a": 1}]', "1" * 5_000, "no json"])
def test_what_is_no_json_is_refused(read, value):
    with pytest.raises(ReadError, match="no JSON"):
        read(value)


@pytest.mark.parametrize("value", ["null", '""', "[]", "{}", "[null, {}]"])
def test_json_without_words_is_a_failure(read, value):
    (failure,) = read(value)
    assert isinstance(failure, Failure)
    assert "no text" in failure.reason


@pytest.mark.parametrize(
    ("said", "publisher"),
    [
        ({"source": {"id": None, "name": "The Verge"}}, "The Verge"),
        ({"publisher": {"@type": "Organization", "name": "BBC"}, "source": "wire"}, "BBC"),
        ({"outlet": "The Age"}, "The Age"),
        ({"source": "https://theverge.com/feed"}, None),
        ({"source": "x" * 101}, None),
        ({}, None),
    ],
)
def test_publisher_is_kept_unless_it_is_an_address_or_a_text(read, said, publisher):
    (document,) = read({"title": "The bridge", "text": "It opened in 1932."} | said)
    assert document.metadata.get("publisher") == publisher
