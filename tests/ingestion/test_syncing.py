"""A store that follows a folder: whatever happens to the files, it ends as if they had been added anew."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rag import Assistant, NotFoundError, Settings, SettingsError
from rag.embedders.hashing import HashingEmbedder

BRIDGE = "The bridge opened in 1932. It is painted grey."
RIVER = "The river is forty metres deep. Nobody swims in it."


class CountingEmbedder(HashingEmbedder):
    """Notes how many texts it embeds."""

    n_embedded = 0

    def embed_sentences(self, texts, spans):
        type(self).n_embedded += len(texts)
        return super().embed_sentences(texts, spans)


@pytest.fixture
def settings():
    CountingEmbedder.n_embedded = 0
    return Settings(embedder=f"{__name__}:CountingEmbedder", abstain_below=0.0)


@pytest.fixture
def folder(write):
    return write("a.txt", BRIDGE).parent


def _names(sources):
    return [Path(source).name for source in sources]


def _stored(assistant):
    return {Path(info.source).name: assistant.document(info.id).text for info in assistant.documents()}


BREAKING = """
class BreakingReader:
    media_types = frozenset({"text/x-breaking"})

    def __init__(self, *, max_bytes):
        pass

    def read(self, path):
        raise RuntimeError("it broke")
"""
FEED = "<rss><channel>{}</channel></rss>"
ITEM = "<item><title>{0}</title><link>https://example.org/{0}</link><description>{1}</description></item>"


def test_new_changed_and_missing_files(assistant, folder, write):
    write("b.txt", RIVER)
    write("c.txt", "The ferry stopped.")
    assistant.sync(folder)
    write("a.txt", "The bridge is closed.")
    (folder / "b.txt").unlink()
    write("x/d.txt", "A tunnel is planned.")
    report = assistant.sync(folder)
    assert [_names(part) for part in (report.added, report.superseded, report.removed, report.unchanged)] == [
        ["d.txt"],
        ["a.txt"],
        ["b.txt"],
        ["c.txt"],
    ]
    assert sorted(_stored(assistant)) == ["a.txt", "c.txt", "d.txt"]
    assert all("swims" not in evidence.quote for evidence in assistant.retrieve("Who swims in the river?", k=50))
    assert assistant.check() == []


def test_citation_of_what_is_gone_still_opens(assistant, folder, write):
    write("b.txt", RIVER)
    assistant.sync(folder)
    assistant.ask("How deep is the river?")
    (folder / "b.txt").unlink()
    assistant.sync(folder)
    citation = assistant.citation(1)
    assert citation.span.slice(assistant.document(citation.document_id).text) == citation.quote


def test_only_documents_of_the_folder_are_touched(assistant, folder, tmp_path):
    beside = tmp_path / "documents-too" / "a.txt"
    beside.parent.mkdir()
    beside.write_text(RIVER)
    assistant.add([folder, beside])
    (folder / "a.txt").rename(folder / "z.txt")
    assistant.sync(folder)
    assert sorted(_stored(assistant)) == ["a.txt", "z.txt"]
    assert assistant.sync(folder).removed == ()


@pytest.mark.parametrize("new_name", ["z.txt", "x/y/a.txt"])
def test_renamed_file_is_neither_read_nor_embedded_and_old_citations_open(assistant, folder, new_name):
    assistant.sync(folder)
    before = assistant.documents()[0]
    answer = assistant.ask("When did the bridge open?")
    CountingEmbedder.n_embedded = 0
    (folder / new_name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").rename(folder / new_name)
    report = assistant.sync(folder)
    assert report.renamed == ((str(folder / "a.txt"), str(folder / new_name)),)
    assert (report.added, report.removed, CountingEmbedder.n_embedded) == ((), (), 0)
    after = assistant.documents()[0]
    assert (after.id, after.added_at, after.source) == (before.id, before.added_at, str(folder / new_name))
    assert after.title == Path(new_name).name
    citation = assistant.answer(answer.id).citations[0]
    assert citation.span.slice(assistant.document(citation.document_id).text) == citation.quote
    assert assistant.ask("When did the bridge open?").citations[0].source == str(folder / new_name)


def test_text_that_comes_back_to_the_old_name_of_a_renamed_file_is_another_document(assistant, folder, write):
    assistant.sync(folder)
    (folder / "a.txt").rename(folder / "z.txt")
    assistant.sync(folder)
    write("a.txt", BRIDGE)
    report = assistant.sync(folder)
    assert _names(report.added) == ["a.txt"]
    assert _stored(assistant) == {"a.txt": BRIDGE, "z.txt": BRIDGE}
    assert len({info.id for info in assistant.documents()}) == 2
    assistant.remove([folder / "z.txt"])
    assert assistant.retrieve("bridge", k=1)[0].source == str(folder / "a.txt")
    assert assistant.check() == []


def test_two_files_that_change_places(assistant, folder, write):
    write("b.txt", RIVER)
    assistant.sync(folder)
    write("a.txt", RIVER)
    write("b.txt", BRIDGE)
    CountingEmbedder.n_embedded = 0
    assert len(assistant.sync(folder).superseded) == 2
    assert (_stored(assistant), CountingEmbedder.n_embedded) == ({"a.txt": RIVER, "b.txt": BRIDGE}, 0)


def test_dry_run_says_what_would_be_done_and_does_nothing(assistant, folder, write):
    write("b.txt", RIVER)
    write("c.txt", "The ferry stopped.")
    assistant.sync(folder)
    before = _stored(assistant)
    (folder / "a.txt").rename(folder / "z.txt")
    (folder / "b.txt").unlink()
    write("c.txt", "The ferry sails.")
    write("d.txt", "A tunnel is planned.")
    foreseen = assistant.sync(folder, dry_run=True)
    assert _stored(assistant) == before
    done = assistant.sync(folder)
    for name in ("added", "superseded", "removed", "renamed", "unchanged", "failed", "skipped"):
        assert getattr(foreseen, name) == getattr(done, name), name
    assert (_names(done.added), _names(done.removed), len(done.renamed)) == (["d.txt"], ["b.txt"], 1)


@pytest.mark.parametrize(
    ("empty", "error"),
    [(shutil.rmtree, NotFoundError), (lambda folder: (folder / "a.txt").unlink(), SettingsError)],
    ids=["missing", "empty"],
)
def test_folder_that_may_only_be_out_of_reach_removes_nothing_unless_that_is_meant(assistant, folder, empty, error):
    assistant.sync(folder)
    empty(folder)
    with pytest.raises(error, match="1 documents of it would be removed - check that its drive is there"):
        assistant.sync(folder)
    assert len(assistant.documents()) == 1
    assert _names(assistant.sync(folder, allow_empty=True).removed) == ["a.txt"]
    assert assistant.documents() == []


def test_missing_folder_of_which_nothing_is_known_is_named(assistant, tmp_path):
    with pytest.raises(NotFoundError, match="nothing of it is in the store"):
        assistant.sync(tmp_path / "missing")


def test_file_is_no_folder(assistant, folder):
    with pytest.raises(SettingsError, match="it is no folder - add a file with `rag add`"):
        assistant.sync(folder / "a.txt")


def test_what_a_ragignore_names_from_now_on_goes(assistant, folder, write):
    write("b.txt", RIVER)
    assistant.sync(folder)
    write(".ragignore", "b.*\n")
    assert _names(assistant.sync(folder).removed) == ["b.txt"]


def test_documents_in_a_folder_that_may_not_be_opened_stay(assistant, folder, write):
    closed = write("closed/b.txt", RIVER).parent
    assistant.sync(folder)
    closed.chmod(0)
    try:
        if os.access(closed, os.R_OK):
            pytest.skip("no permission binds this user")
        report = assistant.sync(folder)
        assert (report.removed, _names(failure.source for failure in report.failed)) == ((), ["closed"])
    finally:
        closed.chmod(0o700)


def test_file_that_cannot_be_read_any_more_keeps_its_last_version(assistant, folder):
    assistant.sync(folder)
    (folder / "a.txt").write_bytes(b"\0" * 4000)
    report = assistant.sync(folder)
    assert (len(report.failed), report.removed) == (1, ())
    assert _stored(assistant) == {"a.txt": BRIDGE}


def test_link_that_leads_out_of_the_folder_is_refused(assistant, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "b.txt").write_text(RIVER)
    (folder / "link.txt").symlink_to(secret / "b.txt")
    (folder / "link").symlink_to(secret, target_is_directory=True)
    (folder / "inner.txt").symlink_to(folder / "a.txt")
    report = assistant.sync(folder)
    assert _names(report.added) == ["a.txt", "inner.txt"]
    assert {Path(failure.source).name for failure in report.failed} == {"link", "link.txt"}
    assert all("it is a link that leads out of the folder" in failure.reason for failure in report.failed)


def test_files_of_the_store_are_no_documents(folder, settings):
    with Assistant.open(folder / "store", settings) as assistant:
        assert _names(assistant.sync(folder).added) == ["a.txt"]
        assert _names(assistant.sync(folder).unchanged) == ["a.txt"]


@pytest.fixture
def troubled(folder, write, tmp_path, monkeypatch):
    """A folder that holds what can be read beside all that cannot, and settings whose readers break."""
    (tmp_path / "breaking_reader.py").write_text(BREAKING)
    monkeypatch.syspath_prepend(tmp_path)
    write("empty.txt", "")
    write("nul.txt", "\0" * 4000)
    write("damaged.pdf", "%PDF-1.4 and nothing else")
    write("damaged.docx", "PK no archive")
    write("broken.json", "{")
    write("breaks.odd", BRIDGE)
    write("large.md", RIVER * 400)
    write("skipped.bin", "0")
    write("feed.xml", FEED.format(ITEM.format("a", RIVER) + ITEM.format("b", "") + ITEM.format("c", "The ferry.")))
    (folder / "out.txt").symlink_to(tmp_path / "breaking_reader.py")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt"))).write_text(BRIDGE)
    os.mkfifo(folder / "pipe.txt")
    return Settings(
        embedder="hashing", readers={".odd": "breaking_reader:BreakingReader"}, max_file_bytes=10_000, llm="none"
    )


FORESEEN = ("added", "unchanged", "superseded", "skipped", "failed", "removed", "renamed")


def test_dry_run_names_what_cannot_be_read_as_sync_does(store_folder, folder, troubled, write):
    with Assistant.open(store_folder, troubled) as assistant:
        foreseen = assistant.sync(folder, dry_run=True)
        assert assistant.documents() == []
        done = assistant.sync(folder)
        assert {name: getattr(foreseen, name) for name in FORESEEN} == {name: getattr(done, name) for name in FORESEEN}
        assert _names(done.added) == ["a.txt", "a", "c"]
        assert {Path(failure.source).name for failure in done.failed} >= {
            *("empty.txt", "nul.txt", "damaged.pdf", "damaged.docx", "broken.json", "breaks.odd", "large.md"),
            *("b", "out.txt", "gone.txt", "loop.txt", "?.txt", "pipe.txt"),
        }

        write("a.txt", "")  # is known, and cannot be read any more
        write("feed.xml", FEED.format(ITEM.format("a", BRIDGE) + ITEM.format("d", "")))
        foreseen, done = assistant.sync(folder, dry_run=True), assistant.sync(folder)
        assert {name: getattr(foreseen, name) for name in FORESEEN} == {name: getattr(done, name) for name in FORESEEN}
        assert (_names(done.superseded), _names(done.removed)) == (["a"], ["c"])


# Any edits at all

NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "x/a.txt", "x/b.txt", "x/y/c.txt"])
TEXTS = st.sampled_from(
    [BRIDGE, RIVER, f"{BRIDGE} {RIVER}", f"{RIVER} {BRIDGE}", "The ferry stopped.", "", "Dr. No left."]
)


@hypothesis_settings(max_examples=15, stateful_step_count=12, deadline=None)
class FolderEdits(RuleBasedStateMachine):
    """Files are written, moved and deleted, and sometimes the store is brought into step."""

    @initialize()
    def start(self):
        import tempfile

        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name, "folder")
        self.folder.mkdir()
        self.settings = Settings(embedder="hashing", vector_index="exact", abstain_below=0.0)
        self.assistant = Assistant.open(Path(self.temporary.name, "store"), self.settings)

    @rule(name=NAMES, text=TEXTS)
    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @rule(name=NAMES)
    def delete(self, name):
        (self.folder / name).unlink(missing_ok=True)

    @rule(old=NAMES, new=NAMES)
    def move(self, old, new):
        if (self.folder / old).exists():
            (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / old).replace(self.folder / new)

    @rule()
    def rebuild(self):
        self.assistant.rebuild()

    @rule()
    def sync(self):
        report = self.assistant.sync(self.folder, allow_empty=True)
        failed = {failure.source for failure in report.failed}
        readable = {str(path) for path in self.folder.rglob("*") if path.is_file()} - failed
        stored = {info.source: self.assistant.document(info.id).text for info in self.assistant.documents()}
        assert {source: text for source, text in stored.items() if source not in failed} == {
            source: Path(source).read_text() for source in readable
        }
        assert set(stored) - readable <= failed
        again = self.assistant.sync(self.folder, allow_empty=True)
        assert (again.added, again.superseded, again.removed, again.renamed) == ((), (), (), ())
        if not failed:
            self.expect_same_as_fresh()

    def expect_same_as_fresh(self):
        with tempfile_store(self.settings) as fresh:
            fresh.add([self.folder])
            for question in ("When did the bridge open?", "How deep is the river?", "ferry"):
                found = [{(evidence.quote) for evidence in a.retrieve(question, k=50)} for a in (self.assistant, fresh)]
                assert found[0] == found[1]

    @invariant()
    def store_is_sound(self):
        if hasattr(self, "assistant"):
            assert self.assistant.check() == []

    def teardown(self):
        if hasattr(self, "assistant"):
            self.assistant.close()
            self.temporary.cleanup()


class tempfile_store:  # noqa: N801 - a context
    def __init__(self, settings):
        self.settings = settings

    def __enter__(self):
        import tempfile

        self.temporary = tempfile.TemporaryDirectory()
        self.assistant = Assistant.open(Path(self.temporary.name, "store"), self.settings)
        return self.assistant

    def __exit__(self, *error):
        self.assistant.close()
        self.temporary.cleanup()


TestFolderEdits = FolderEdits.TestCase


# Watching


def test_watching_reports_each_change_and_survives_errors(assistant, folder, write):
    stop = threading.Event()
    reports = assistant.watch(folder, interval_seconds=0.02, stop=stop)
    assert _names(next(reports).added) == ["a.txt"]
    write("b.txt", RIVER)
    assert _names(next(reports).added) == ["b.txt"]
    (folder / "b.txt").rename(folder / "c.txt")
    assert len(next(reports).renamed) == 1
    away = folder.rename(folder.with_name("away"))
    assert "there is no such folder" in next(reports).failed[0].reason
    away.rename(folder)
    write("c.txt", "The ferry stopped.")
    assert _names(next(reports).superseded) == ["c.txt"]
    write(".ragignore", "c.txt")
    assert _names(next(reports).removed) == ["c.txt"]
    stop.set()
    assert list(reports) == []


def test_watching_looks_only_into_files_that_changed(assistant, folder, write):
    write("b.txt", RIVER)
    reports = assistant.watch(folder, interval_seconds=0.02)
    next(reports)
    write("b.txt", "The ferry stopped.")
    report = next(reports)
    assert (_names(report.superseded), report.unchanged) == (["b.txt"], ())
