"""One budget for each document, whatever reads it; past it the document is refused, in words that name the setting."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from rag import Assistant, Document, Settings
from rag.assembly.backends import ISOLATED_READERS, READERS
from rag.embedders.hashing import HashingEmbedder
from rag.readers.text import TextReader

SENTENCES = [f"The bridge number {number} opened in 1932." for number in range(20)]
TEXT = " ".join(SENTENCES)
LINES = "\n".join(SENTENCES)
MAIL = f"From: a@example.org\nSubject: Bridges\nMessage-ID: <1@example.org>\n\n{TEXT}\n"
FILES = {
    "a.txt": TEXT,
    "a.md": TEXT,
    "a.html": "".join(f"<p>{sentence}" for sentence in SENTENCES),
    "a.csv": "Name,Opened\n" + "\n".join(f"The bridge number {number},1932" for number in range(20)),
    "a.json": json.dumps([{"title": "Bridges", "content": TEXT}]),
    "a.jsonl": json.dumps({"title": "Bridges", "content": TEXT}),
    "a.xml": f"<rss version='2.0'><channel><item><description>{TEXT}</description></item></channel></rss>",
    "a.eml": MAIL,
    "a.mbox": f"From a@example.org Thu Jan  1 00:00:00 2026\n{MAIL}",
    "a.rtf": r"{\rtf1 " + TEXT + "}",
    "a.odd": TEXT,
}


class OddReader(TextReader):
    """Somebody's own reader, which runs in this process."""

    def read(self, path):
        return Document(id="1", source=str(path), title="", media_type="text/x-odd", text=path.read_text())


class EmbedderThatBreaks(HashingEmbedder):
    """Fails on some texts."""

    def count_tokens(self, texts):
        if any("tunnel" in text for text in texts):
            raise ValueError("no tunnels")
        return super().count_tokens(texts)


@pytest.fixture
def open_with(store_folder):
    def open_with(**limits):
        readers = {".odd": f"{__name__}:OddReader"}
        return Assistant.open(store_folder, Settings(embedder="hashing", abstain_below=0.0, readers=readers, **limits))

    return open_with


def reasons(report):
    return [failure.reason for failure in report.failed]


def test_all_of_our_readers_but_that_of_plain_text_run_within_limits_of_time_and_memory():
    assert set(READERS.values()) - ISOLATED_READERS == {"rag.readers.text:TextReader"}


@pytest.mark.parametrize(
    ("limit", "what"), [({"max_document_characters": 500}, "characters"), ({"max_document_sentences": 19}, "sentences")]
)
def test_document_past_the_budget_is_refused_by_the_name_of_the_setting(open_with, write, limit, what):
    paths = [write(name, content) for name, content in FILES.items()]
    good = write("good.txt", SENTENCES[0])
    with open_with(**limit) as assistant:
        report = assistant.add([*paths, good])
        assert report.added == (str(good),)
        assert [failure.source.partition("#")[0] for failure in report.failed] == list(map(str, paths))
        most = f"{next(iter(limit.values()))}"
        for reason in reasons(report):
            assert f" {what}, more than the {most} allowed - split it, or raise max_document_{what}" in reason


def test_document_within_the_budget_is_added(open_with, write):
    paths = [write(name, content) for name, content in FILES.items()]
    with open_with(max_document_characters=1_000, max_document_sentences=40) as assistant:
        assert reasons(assistant.add(paths)) == []


def test_lines_are_counted_before_they_are_cut(open_with, write):
    with open_with(max_document_sentences=20) as assistant:
        blank = write("blank.txt", "\n" * 1_000 + LINES + "\n" * 1_000)
        assert reasons(assistant.add([blank])) == []
        (reason,) = reasons(assistant.add([write("a.txt", f"{LINES}\nOne more")]))
        assert reason.startswith("it has 21 sentences, more than the 20 allowed")


def test_entry_past_the_budget_is_refused_alone(open_with, write):
    contents = {"long": TEXT, "short": SENTENCES[0]}
    entries = [{"id": name, "title": name, "content": content} for name, content in contents.items()]
    feed = write("feed.json", json.dumps(entries))
    with open_with(max_document_characters=500) as assistant:
        report = assistant.add([feed])
        assert report.added == (f"{feed}#short",)
        assert [failure.source for failure in report.failed] == [f"{feed}#long"]


def test_new_version_past_the_budget_leaves_the_old_one(open_with, write):
    path = write("a.txt", SENTENCES[0])
    with open_with(max_document_characters=500) as assistant:
        assistant.add([path])
        path.write_text(TEXT)
        assert len(reasons(assistant.add([path]))) == 1
        assert [info.n_characters for info in assistant.documents()] == [len(SENTENCES[0])]


def test_what_is_stored_already_keeps_under_a_smaller_budget(open_with, write):
    path = write("a.txt", TEXT)
    with open_with() as assistant:
        assistant.add([path])
    with open_with(max_document_sentences=5, max_document_characters=50) as assistant:
        assert assistant.add([path]).unchanged == (str(path),)
        assistant.rebuild()
        assert assistant.check() == []
        assert assistant.documents()[0].n_sentences == len(SENTENCES)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to the limit")
def test_page_of_very_many_elements_is_refused_for_its_memory(open_with, write):
    page = write("page.html", "<p>a" * 400_000)
    with open_with(max_read_memory_bytes=50_000_000) as assistant:
        (reason,) = reasons(assistant.add([page]))
        assert reason.endswith("split it, or raise max_read_memory_bytes")


def test_page_that_takes_too_long_is_refused_for_its_time(open_with, write):
    page = write("page.html", "<p>a" * 400_000)
    with open_with(max_read_seconds=0.2) as assistant:
        (reason,) = reasons(assistant.add([page]))
        assert reason.endswith("split it, or raise max_read_seconds")


def test_text_that_cannot_be_cut_is_named_and_the_rest_is_added(store_folder, write):
    with Assistant.open(store_folder, Settings(embedder=f"{__name__}:EmbedderThatBreaks")) as assistant:
        paths = [write("a.txt", "A bridge."), write("b.txt", "A tunnel."), write("c.txt", "A river.")]
        report = assistant.add(paths)
        assert report.added == (str(paths[0]), str(paths[2]))
        assert reasons(report) == ["cutting it into sentences failed with ValueError (no tunnels) - leave it out"]


MEASURED = """
import json, resource, sys
from rag import Assistant, Settings
with Assistant.open(sys.argv[1], Settings(embedder="hashing")) as assistant:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = assistant.add([sys.argv[2]])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"reason": report.failed[0].reason, "megabytes": (after - before) // 1000}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in another unit elsewhere")
def test_page_of_a_million_elements_costs_the_assistant_no_memory(start_python, store_folder, write):
    process = start_python(MEASURED, store_folder, write("page.html", "<p>a" * 1_000_000))
    said = json.loads(process.communicate()[0])
    assert "raise max_" in said["reason"]
    assert said["megabytes"] < 150


@pytest.mark.slow
def test_table_of_600_000_cells_is_refused(open_with, tmp_path):
    path = Path(tmp_path, "table.csv")
    row = ",".join(str(number) for number in range(10_000, 10_010))
    path.write_text("\n".join(["a,b,c,d,e,f,g,h,i,j", *[row] * 60_000]))
    with open_with() as assistant:
        (reason,) = reasons(assistant.add([path]))
        assert "raise max_document_" in reason
        assert assistant.documents() == []


def test_picture_in_a_folder_is_of_no_known_kind_without_the_extra_and_one_that_is_named_says_what_to_install(
    open_with, write, monkeypatch
):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    picture = write("photo.jpg", "no picture")
    article = write("a.txt", SENTENCES[0])
    with open_with() as assistant:
        report = assistant.add([article.parent])
        assert (report.added, report.skipped, report.failed) == ((str(article),), (str(picture),), ())
        assert len(assistant.add([picture]).failed) == 1
