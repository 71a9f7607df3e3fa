"""Pages and files of the web as documents: kept, asked for again, changed, gone, removed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag import Assistant, Settings, SettingsError
from tests.conftest import Reply

BRIDGE = "The bridge opened in 1932."
RIVER = "The river is deep."
SETTINGS = Settings(
    embedder="hashing", abstain_below=0.0, fetch_private=True, max_fetch_seconds=2, fetch_delay_seconds=0
)
FEED = """<rss version="2.0"><channel><title>News</title>
<item><title>Bridge</title><link>{url}/bridge</link><guid>b</guid><description>{bridge}</description></item>
<item><title>River</title><link>{url}/river</link><guid>r</guid><description>{river}</description></item>
</channel></rss>"""


@pytest.fixture
def assistant(store_folder):
    with Assistant.open(store_folder, SETTINGS) as opened:
        yield opened


def page(*sentences: str, title: str = "A page", head: str = "") -> str:
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{text}</article></body></html>"
    )


def kept(store_folder):
    return sorted(path.name for path in (store_folder / "web").rglob("*") if path.is_file())


def told(assistant):
    (info,) = assistant.documents()
    return info


def test_page_is_cited_by_its_address_and_kept(assistant, site, store_folder):
    site.put("/b.html", page(BRIDGE, head='<link rel="canonical" href="https://elsewhere.example/">'))
    address = site.lead("/a", "/b.html")
    report = assistant.add([f"{address}#part"])
    assert (report.added, report.failed) == ((address,), ())
    citation = assistant.ask("When did the bridge open?").citations[0]
    assert (citation.source, citation.quote, citation.title) == (address, BRIDGE, "A page")
    info = told(assistant)
    assert info.metadata["url"] == f"{site.url}/b.html"
    assert info.metadata["retrieved"].endswith("+00:00")
    assert kept(store_folder) == ["a.html"]
    assert assistant.check() == []


@pytest.mark.parametrize("with_etag", [True, False])
def test_unchanged_page_is_neither_read_nor_embedded_again(assistant, site, with_etag):
    def etagged(headers):
        is_known = with_etag and headers.get("if-none-match") == '"1"'
        return (
            Reply(304, {}, [])
            if is_known
            else Reply(200, {"ETag": '"1"'} if with_etag else {}, [page(BRIDGE).encode()])
        )

    site.pages["/a.html"] = etagged
    address = site.url + "/a.html"
    assert assistant.add([address]).added == (address,)
    before = told(assistant)
    assert assistant.add([address]).unchanged == (address,)
    assert told(assistant) == before
    assert ("if-none-match" in site.headers[1]) is with_etag


def test_changed_page_takes_the_place_of_the_older_one_which_stays_citable(assistant, site, store_folder):
    address = site.put("/a", page(BRIDGE))
    assistant.add([address])
    old = assistant.ask("When did the bridge open?").citations[0]
    site.put("/a", page(RIVER))
    assert assistant.add([address]).superseded == (address,)
    assert old.span.slice(assistant.document(old.document_id).text) == BRIDGE
    assert RIVER.encode() in next((store_folder / "web").rglob("*.html")).read_bytes()


@pytest.mark.parametrize("status", [404, 500])
def test_page_that_cannot_be_fetched_again_stays_and_is_named(assistant, site, status):
    address = site.put("/a", page(BRIDGE))
    assistant.add([address])
    site.pages["/a"] = Reply(status, {}, [])
    report = assistant.add([address])
    assert [failure.source for failure in report.failed] == [address]
    assert assistant.ask("When did the bridge open?").citations[0].quote == BRIDGE


def test_each_failure_is_named_and_the_others_go_on(assistant, site, write):
    good, file = site.put("/good", page(BRIDGE)), write("note.txt", RIVER)
    image = site.put("/a.gif", b"GIF89a", "image/gif")
    nothing = f"{site.url}/nothing"
    report = assistant.add([image, "ftp://example.org/a", nothing, "http://[", file, good])
    assert report.added == (str(file), good)
    assert [failure.source for failure in report.failed] == ["ftp://example.org/a", "http://[", image, nothing]
    assert all("\n" not in failure.reason and " - " in failure.reason for failure in report.failed)


@pytest.mark.parametrize(
    "said",
    [
        {"ETag": '"é"'},
        {"ETag": "x" * 60_000},
        {"Last-Modified": "ÿ\x01"},
        {"Content-Type": "text/html; charset*=a'b'é"},
        {"Content-Type": 'text/html; charset="é;b'},
        {"Content-Type": "/"},
        {"Content-Type": "text/html, text/plain"},
        {"Content-Length": "²"},
        {"Content-Encoding": "é"},
        {"Location": "//é"},
        {"Retry-After": "9" * 5000},
    ],
)
@pytest.mark.parametrize("status", [200, 302, 429])
def test_whatever_a_server_says_is_a_document_or_a_sentence_also_the_next_time(assistant, site, said, status):
    site.pages["/a"] = Reply(status, {"Content-Type": "text/html", **said}, [page(BRIDGE).encode()])
    for _ in range(2):
        report = assistant.add([f"{site.url}/a"])
        assert len(report.added) + len(report.unchanged) + len(report.failed) == 1
        assert not any("failed with" in failure.reason for failure in report.failed)


def test_fault_of_a_library_is_one_sentence(assistant, site, monkeypatch):
    def getproxies():
        raise LookupError("no such thing")

    monkeypatch.setattr("rag.ingestion.connecting.getproxies", getproxies)
    address = site.put("/a", page(BRIDGE))
    (failure,) = assistant.add([address]).failed
    assert failure.source == address
    assert failure.reason == "fetching it failed with LookupError (no such thing) - look at it in a browser"


def test_private_address_is_refused_by_default(site, store_folder):
    with Assistant.open(store_folder, Settings(embedder="hashing")) as assistant:
        (failure,) = assistant.add([site.put("/a", page(BRIDGE))]).failed
    assert "set fetch_private = true" in failure.reason
    assert site.asked == []


def test_page_without_a_title_is_called_by_the_name_in_its_address(assistant, site):
    assistant.add([site.put("/notes/bridge.txt", BRIDGE, "text/plain")])
    assert told(assistant).title == "bridge.txt"


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "text/markdown", "text/csv"])
def test_encoding_that_the_server_names_is_believed_before_that_of_the_page(assistant, site, kind):
    word = "Мост открыли в 1932 году"
    body = f"<meta charset=koi8-r><p>{word}</p>" if kind == "text/html" else f"{word}\n{word} снова"
    assistant.add([site.put("/a", body.encode("cp1251"), f"{kind}; charset=windows-1251")])
    assert word in assistant.document(told(assistant).id).text


@pytest.mark.parametrize("charset", ["utf-7", "no-such-thing", "utf-8", ""])
def test_encoding_that_does_not_fit_is_not_believed(assistant, site, charset):
    word = "Мост открыли в 1932 году"
    body = f"<meta charset=windows-1251><p>{word}</p>".encode("cp1251")
    assistant.add([site.put("/a", body, f"text/html; charset={charset}")])
    assert word in assistant.document(told(assistant).id).text


def test_removed_page_is_gone_with_what_was_kept(assistant, site, store_folder):
    address = site.put("/a", page(BRIDGE))
    assistant.add([address])
    assert assistant.remove([f"{address}#part"]) == (address,)
    assert kept(store_folder) == []
    assert not any((store_folder / "web").iterdir())


def test_feed_is_its_entries_and_another_kind_takes_its_place(assistant, site, store_folder):
    address = site.put("/a", FEED.format(url=site.url, bridge=BRIDGE, river=RIVER), "application/rss+xml")
    assert assistant.add([address]).added == (f"{address}#b", f"{address}#r")
    assert {info.metadata["url"] for info in assistant.documents()} == {f"{site.url}/bridge", f"{site.url}/river"}
    assert site.asked == ["/a"]  # an entry's page is not fetched
    site.put("/a", page(BRIDGE))
    report = assistant.add([address])
    assert (report.added, report.removed) == ((address,), (f"{address}#b", f"{address}#r"))
    assert kept(store_folder) == ["a.html"]
    assistant.prune()
    assert kept(store_folder) == ["a.html"]
    assert assistant.check() == []


def test_damaged_text_is_read_again_from_what_was_kept(assistant, site, store_folder):
    def page_once(headers):
        known = "if-modified-since" in headers
        return Reply(304, {}, []) if known else Reply(200, {"Last-Modified": "yesterday"}, [page(BRIDGE).encode()])

    site.pages["/a.html"] = page_once
    address = f"{site.url}/a.html"
    assistant.add([address])
    with closing(sqlite3.connect(store_folder / "store.db")) as connection:
        connection.execute("UPDATE documents SET text = replace(text, '1932', '1933')")
        connection.commit()
    assert assistant.check() != []
    del site.pages["/a.html"]  # the site is gone
    report = assistant.add([address])
    assert [failure.source for failure in report.failed] == [address]
    assert assistant.check() == []
    assert assistant.ask("When did the bridge open?").citations[0].quote == BRIDGE


def test_damaged_copy_is_named_and_fetched_anew(assistant, site, store_folder):
    address = site.put("/a", page(BRIDGE), Last_Modified="yesterday")
    assistant.add([address])
    (copy,) = (path for path in (store_folder / "web").rglob("*") if path.is_file())
    copy.write_text(page(RIVER))
    assert assistant.check() == [f"what is kept of {address!r} is not what was fetched, of which the text is kept"]
    assistant.add([address])
    assert "if-modified-since" not in site.headers[1]
    assert copy.read_text() == page(BRIDGE)
    assert assistant.check() == []


def test_export_takes_pages_along(assistant, site, store_folder, tmp_path):
    address = site.put("/a", page(BRIDGE), Last_Modified="yesterday")
    assistant.add([address])
    assistant.export(tmp_path / "store.zip")
    elsewhere = tmp_path / "elsewhere"
    Assistant.import_store(tmp_path / "store.zip", elsewhere, SETTINGS)
    assert kept(elsewhere) == kept(store_folder) == ["a.html"]
    site.pages["/a"] = Reply(304, {}, [])
    with Assistant.open(elsewhere, SETTINGS) as assistant:
        assert assistant.check() == []
        assert assistant.add([address]).unchanged == (address,)


def test_nothing_else_of_a_store_is_a_page(store_folder):
    from rag.ingestion.uploads import delete_kept

    outside = store_folder / "outside.txt"
    outside.parent.mkdir(parents=True)
    outside.write_text("kept")
    for name in ("web/../outside.txt", "web/./x", "web/" + "g" * 32 + "/x", "web", "outside.txt"):
        delete_kept(name, store_folder)
    assert outside.exists()


def test_nothing_is_fetched_that_no_address_asks_for(assistant, site, write: object, tmp_path: Path):
    feed = tmp_path / "feed.xml"
    feed.write_text(FEED.format(url=site.url, bridge=BRIDGE, river=RIVER))
    html = tmp_path / "page.html"
    picture = f'<img src="{site.url}/a.png"><script src="{site.url}/a.js"></script>'
    html.write_text(page(BRIDGE, RIVER, head=f'<link rel="stylesheet" href="{site.url}/a.css">') + picture)
    assistant.add([feed, html])
    assistant.sync(tmp_path)
    assistant.ask(f"What does {site.url}/bridge say?")
    assert site.asked == []


# Feeds that lead to pages

LINKS = """<rss version="2.0"><channel><title>News</title>
<item><title>Feed on bridge</title><link>{url}/bridge</link><guid>b</guid><author>Ida Ravn</author>
<pubDate>Wed, 12 Mar 2025 08:00:00 GMT</pubDate><description>A summary.</description></item>
<item><title>Only a link</title><link>{url}/river</link></item>
<item><title>Gone</title><link>{url}/gone</link><description>A summary.</description></item>
<item><title>No page</title><guid>n</guid><description>A summary.</description></item>
</channel></rss>"""


@pytest.mark.parametrize("place", ["file", "address"])
def test_pages_of_a_feed_take_the_place_of_its_entries(assistant, site, write, place):
    site.put("/bridge", page(BRIDGE, title=""))
    site.put("/river", page(RIVER, title="The river", head='<meta name="author" content="Ana Gil">'))
    feed = LINKS.format(url=site.url)
    given = write("feed.xml", feed) if place == "file" else site.put("/feed", feed, "application/rss+xml")
    report = assistant.add([given], follow_links=True)
    assert report.added == (f"{site.url}/bridge", f"{site.url}/river")
    assert sorted(failure.source for failure in report.failed) == sorted([f"{given}#n", f"{site.url}/gone"])
    bridge, river = assistant.documents()
    assert (bridge.title, bridge.published, bridge.metadata["author"]) == ("Feed on bridge", "2025-03-12", "Ida Ravn")
    assert (river.title, river.metadata["author"], river.metadata["url"]) == ("The river", "Ana Gil", river.source)
    assert site.asked.count("/robots.txt") == 1
    assert assistant.add([given], follow_links=True).unchanged == report.added
    assert assistant.check() == []


def test_robots_are_kept_out_of_pages_that_a_feed_leads_to(assistant, site, write):
    site.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    feed = write("feed.xml", FEED.format(url=site.url, bridge=BRIDGE, river=RIVER))
    assert len(assistant.add([feed], follow_links=True).failed) == 2
    assert site.asked == ["/robots.txt"]


def test_feed_leads_to_no_private_address_and_to_no_other_scheme(store_folder, site, write):
    feed = write(
        "feed.xml", FEED.format(url=site.url, bridge=BRIDGE, river=RIVER).replace("http://127", "file://127", 1)
    )
    with Assistant.open(store_folder, Settings(embedder="hashing")) as assistant:
        failed = assistant.add([feed], follow_links=True).failed
    assert ["names no page" in failed[0].reason, "not on the public network" in failed[1].reason] == [True, True]
    assert site.asked == []


def test_what_leads_nowhere_is_added_as_it_is(assistant, site, write):
    feed = write(
        "feed.xml",
        "<rss version='2.0'><channel><item><title>A</title><description>It rained.</description>"
        "</item></channel></rss>",
    )
    files = [feed, write("a.txt", BRIDGE), write("b.html", page(f'<a href="{site.url}/a">link</a>', RIVER))]
    report = assistant.add(files, follow_links=True)
    assert (len(report.added), report.failed, site.asked) == (3, (), [])


def test_page_that_cannot_be_read_any_more_leaves_the_older_one(assistant, site, store_folder):
    address = site.put("/a", page(BRIDGE))
    assistant.add([address])
    site.put("/a", page(title=""))
    (failure,) = assistant.add([address]).failed
    assert failure.source == address
    assert assistant.ask("When did the bridge open?").citations[0].quote == BRIDGE
    assert assistant.check() == []


# Lists of addresses


@pytest.fixture
def listing(write):
    def listing(*lines: str) -> Path:
        return write("news.urls", "\n".join(lines))

    return listing


def test_list_is_kept_in_step(assistant, site, listing):
    a, b, c = (site.put(f"/{name}", page(BRIDGE, f"It is called {name}.")) for name in "abc")
    path = listing("# news", "", a, f"  {b}  ", f"{a}#twice")
    assert assistant.sync(path).added == (a, b)
    assert site.asked == ["/robots.txt", "/a", "/b"]
    path = listing(b, c)
    report = assistant.sync(path)
    assert (report.added, report.unchanged, report.removed) == ((c,), (b,), (a,))
    assert [info.source for info in assistant.documents()] == [b, c]


@pytest.mark.parametrize("status", [404, 410])
def test_page_that_is_gone_goes_and_its_citations_stay(assistant, site, listing, store_folder, status):
    a, b = site.put("/a", page(BRIDGE)), site.put("/b", page(RIVER))
    path = listing(a, b)
    assistant.sync(path)
    cited = assistant.ask("When did the bridge open?").citations[0]
    site.pages["/a"] = Reply(status, {}, [])
    report = assistant.sync(path)
    assert (report.removed, report.unchanged, report.failed) == ((a,), (b,), ())
    assert assistant.sync(path).failed == ()
    assert cited.span.slice(assistant.document(cited.document_id).text) == BRIDGE
    assert kept(store_folder) == ["a.html", "b.html"]
    assistant.prune(days=0)
    assert kept(store_folder) == ["b.html"]


def test_address_that_never_was_there_is_named(assistant, site, listing):
    (failure,) = assistant.sync(listing(f"{site.url}/mistyped")).failed
    assert "there is no such page" in failure.reason


def test_page_that_fails_stays(assistant, site, listing):
    path = listing(site.put("/a", page(BRIDGE)))
    assistant.sync(path)
    site.pages["/a"] = Reply(500, {}, [])
    report = assistant.sync(path)
    assert ([failure.source for failure in report.failed], report.removed) == ([f"{site.url}/a"], ())
    assert len(assistant.documents()) == 1


def test_robots_are_kept_out_also_behind_a_redirect_and_a_person_is_not(assistant, site, listing):
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/", "text/plain")
    private, open_page = site.put("/private/a", page(RIVER)), site.put("/b", page(BRIDGE))
    leading = site.lead("/c", "/private/a")
    report = assistant.sync(listing(private, open_page, leading))
    assert report.added == (open_page,)
    assert [failure.source for failure in report.failed] == [private, leading]
    assert all("robots.txt asks programs to leave it out" in failure.reason for failure in report.failed)
    assert "/private/a" not in site.asked
    assert assistant.add([private]).added == (private,)


def test_server_that_asks_to_come_again_soon_is_asked_again(assistant, site, listing):
    def at_first(headers):
        site.put("/a", page(BRIDGE))
        return Reply(429, {"Retry-After": "1"}, [])

    site.pages["/a"] = at_first
    address = f"{site.url}/a"
    (failure,) = assistant.add([address]).failed
    assert "try again in 1 seconds" in failure.reason
    site.pages["/a"] = at_first
    assert assistant.sync(listing(address)).added == (address,)


def test_dry_run_says_what_would_be_done(assistant, site, listing):
    a, b, c = (site.put(f"/{name}", page(BRIDGE, f"It is called {name}.")) for name in "abc")
    assistant.sync(listing(a, b))
    site.pages["/b"] = Reply(404, {}, [])
    report = assistant.sync(listing(a, b, c), dry_run=True)
    assert (report.added, report.unchanged, report.removed) == ((c,), (a,), (b,))
    assert [info.source for info in assistant.documents()] == [a, b]


def test_list_that_is_empty_removes_nothing_unasked(assistant, site, listing):
    address = site.put("/a", page(BRIDGE))
    assistant.sync(listing(address))
    with pytest.raises(SettingsError, match="it names no address, and 1 documents of it would be removed"):
        assistant.sync(listing("# nothing"))
    assert assistant.sync(listing("# nothing"), allow_empty=True).removed == (address,)


def test_file_that_is_no_list_is_refused_before_anything_is_fetched(assistant, site, listing):
    address = site.put("/a", page(BRIDGE))
    with pytest.raises(SettingsError, match=r"write an address on each line \(line 2 is 'example.org'\)"):
        assistant.sync(listing(address, "example.org"))
    assert site.asked == []
    with pytest.raises(SettingsError, match="cannot watch"):
        next(assistant.watch(listing(address)))


def test_feed_in_a_list_is_its_entries(assistant, site, listing):
    address = site.put("/feed", FEED.format(url=site.url, bridge=BRIDGE, river=RIVER), "application/rss+xml")
    path = listing(address)
    assert len(assistant.sync(path).added) == 2
    assert assistant.sync(listing("# none"), allow_empty=True).removed == (f"{address}#b", f"{address}#r")


def test_library_for_fetching_is_not_loaded_for_files(start_python, store_folder, write):
    code = """
import sys
from rag import Assistant, Settings, SettingsError
with Assistant.open(sys.argv[1], Settings(embedder="hashing")) as assistant:
    assistant.add([sys.argv[2]])
print("rag.ingestion.fetching" in sys.modules)
"""
    assert start_python(code, store_folder, write("a.txt", BRIDGE)).communicate()[0].strip() == "False"
