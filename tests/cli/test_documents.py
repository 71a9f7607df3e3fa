"""Addresses on the command line, and sources as they are printed."""

from __future__ import annotations

import json

import pytest

ADDRESS = "https://example.org//news/a?b=1#c/../d"
FEED = """<rss version="2.0"><channel><title>News</title>
<item><title>The bridge</title><link>https://example.org/bridge</link>
<description>The bridge opened in 1932.</description></item>
<item><title>The ferry</title><link>https://example.org/ferry/</link>
<description>The ferry stopped in spring.</description></item>
<item><title>Nothing</title><link>https://example.org/nothing</link></item>
</channel></rss>"""
BRIDGE = "feed.xml#https://example.org/bridge"


@pytest.fixture
def feed(rag, write, monkeypatch):
    path = write("feed.xml", FEED)
    monkeypatch.chdir(path.parent)
    return path


def test_address_is_named_as_it_was_typed_and_what_to_do_instead(rag, article):
    address = ADDRESS.replace("https:", "ftp:")
    code, out, err = rag("add", address, article)
    assert (code, out) == (1, "1 unchanged, 1 failed.\n")
    assert err == f"failed: {address}: only http and https addresses are fetched - save the file, and add that\n"


def test_page_is_added_listed_cited_and_removed_by_its_address(rag, site, monkeypatch):
    monkeypatch.setenv("RAG_FETCH_PRIVATE", "true")
    address = site.put("/bridge.txt", "The bridge opened in 1932.", "text/plain")
    assert rag("add", address).out == "1 added.\n"
    assert address in rag("list").out
    answered = rag("ask", "When did the bridge open?").out
    assert f"[1] {address}, line 1" in answered
    assert f"    {address}#:~:text=The%20bridge%20opened%20in%201932.\n" in answered
    (citation,) = json.loads(rag("ask", "When did the bridge open?", "--json").out)["citations"]
    assert citation["url"] in rag("show", "1").out
    assert rag("remove", address).out == "Removed 1 document.\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sync", ADDRESS], 2),
        (["sync", ADDRESS, "--allow-empty"], 2),
        (["sync", ADDRESS, "--dry-run"], 2),
        (["watch", ADDRESS], 2),
        (["remove", ADDRESS], 1),
    ],
)
def test_every_command_names_an_address_with_both_slashes(rag, article, arguments, code):
    ended, out, err = rag(*arguments)
    assert (ended, out) == (code, "")
    assert repr(ADDRESS) in err
    assert "1 document in" in rag("list").out


def test_no_store_is_made_for_an_address(rag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = rag("list", "--store", "https://example.org/store")
    assert (code, out) == (1, "")
    assert "cannot open a store at an address with 'https' - name a folder, or" in err
    assert not (tmp_path / "https:").exists()


def test_file_with_a_name_like_an_address_is_a_file(rag, write, monkeypatch, tmp_path):
    write("https:/a.txt", "The bridge opened in 1932.")
    monkeypatch.chdir(tmp_path / "documents")
    assert rag("add", "https:/a.txt").code == 0


def test_source_of_an_entry_keeps_both_slashes_of_its_address(rag, feed):
    code, out, err = rag("add", "feed.xml")
    assert (code, out) == (1, "2 added, 1 failed.\n")
    assert "failed: feed.xml#https://example.org/nothing: " in err
    assert BRIDGE in rag("list").out
    assert f"[1] The bridge · {BRIDGE}, line 1" in rag("ask", "When did the bridge open?").out
    assert f"[1] The bridge · {BRIDGE}, line 1" in rag("show", "1").out


def test_entry_is_removed_by_its_source_as_it_is_printed(rag, feed):
    rag("add", "feed.xml")
    assert rag("remove", BRIDGE) == (0, "Removed 1 document.\n", "")
    (left,) = json.loads(rag("list", "--json").out)["documents"]
    assert left["source"] == f"{feed}#https://example.org/ferry/"
