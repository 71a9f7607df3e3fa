"""Whatever a reader does in its own process, this one goes on, and says in plain words what happened."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.errors import ReadError, SettingsError
from rag.readers.isolated import Isolation
from rag.types import Failure

MEDIA_TYPES = frozenset({"text/x-order"})
READERS = """
import ctypes, os, sys, time
from rag.errors import ReadError
from rag.readers._normalisation import make_document
from rag.types import Failure

class Reader:
    '''Does what the first line of the file says.'''
    def __init__(self, *, max_bytes):
        self.max_bytes = max_bytes

    def read(self, path):
        order, _, rest = path.read_text(encoding="utf-8").partition("\\n")
        return self.document(path, getattr(self, order)(path, rest))

    def document(self, path, text, key=""):
        return make_document(path, title="é", media_type="text/x-order", text=text, metadata={"n": "1"}, key=key)

    def say(self, path, rest): return rest
    def limit(self, path, rest): return str(self.max_bytes)
    def process(self, path, rest): return str(os.getpid())
    def environment(self, path, rest): return " ".join(sorted(os.environ)) or "nothing"
    def modules(self, path, rest): return " ".join(sorted(sys.modules))
    def refuse(self, path, rest): raise ReadError(str(path), "it is no good - mend it")
    def fail(self, path, rest): raise KeyError("an odd part")
    def lack(self, path, rest): import no_such_library
    def sleep(self, path, rest): time.sleep(60)
    def spin(self, path, rest):
        while True: pass
    def fill(self, path, rest): return str(len(bytearray(10_000_000_000)))
    def crash(self, path, rest): ctypes.string_at(0)
    def leave(self, path, rest): os._exit(0)
    def shout(self, path, rest):
        print("noise"); os.write(1, b"more noise\\n"); os.write(2, b"noise\\n")
        return "quiet"
    def lie(self, path, rest): return self.read(path.with_name("other.order")).text
    def large(self, path, rest): return "word " * 900_000

class Liar(Reader):
    def document(self, path, text, key=""):
        return super().document(path.with_name("other.order"), text)

class Collection(Reader):
    def read_each(self, path):
        for i, line in enumerate(path.read_text().splitlines()):
            if line == "bad":
                yield Failure(source=f"{path}#{i}", reason="it is bad - mend it")
            else:
                text = getattr(self, line)(path, "") if hasattr(self, line) else line
                yield self.document(path, text, key=str(i))
"""


@pytest.fixture(autouse=True)
def _readers(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("readers")
    (folder / "readers_for_orders.py").write_text(READERS, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)


@pytest.fixture
def isolation():
    with closing(Isolation(max_seconds=20, max_memory_bytes=200_000_000)) as opened:
        yield opened


def reader_of(isolation: Isolation, name: str = "Reader"):
    make = isolation.collection_reader if name == "Collection" else isolation.reader
    return make(f"readers_for_orders:{name}", media_types=MEDIA_TYPES, max_bytes=1_000)


def order(folder: Path, text: str, name: str = "file.order") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def reason_of(reader, path: Path) -> str:
    with pytest.raises(ReadError) as caught:
        reader.read(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def process_of(reader, folder: Path) -> int:
    return int(reader.read(order(folder, "process", "process.order")).text)


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(process_id: int) -> bool:
    deadline = time.monotonic() + 20
    while is_running(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(process_id)


def test_document_arrives_as_it_was_made(isolation, tmp_path):
    path = order(tmp_path, "say\nEs gab “Brücken” 東京 😀\n\n\ttab \\n \u0085", "ü.order")
    document = reader_of(isolation).read(path)
    assert (document.source, document.title, document.media_type) == (str(path), "é", "text/x-order")
    assert document.text == "Es gab “Brücken” 東京 😀\n\n\ttab \\n \u0085"
    assert document.metadata == {"n": "1"}
    assert reader_of(isolation).media_types == MEDIA_TYPES
    assert reader_of(isolation).read(order(tmp_path, "limit")).text == "1000"


def test_large_document_arrives_whole(isolation, tmp_path):
    assert len(reader_of(isolation).read(order(tmp_path, "large")).text) == 4_500_000


def test_relative_path_means_the_same(isolation, tmp_path, monkeypatch):
    order(tmp_path, "say\nHere.")
    reader = reader_of(isolation)
    process_of(reader, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert reader.read(Path("file.order")).source == "file.order"


def test_process_is_kept_over_files_and_after_a_file_that_is_refused(isolation, tmp_path):
    reader = reader_of(isolation)
    first = process_of(reader, tmp_path)
    assert first != os.getpid()
    assert reason_of(reader, order(tmp_path, "refuse")) == "it is no good - mend it"
    assert process_of(reader, tmp_path) == first


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("fail", r"Reader failed with KeyError: 'an odd part' - save"),
        ("lack", r"Reader lacks a library: No module named 'no_such_library' - install it"),
        ("crash", r"the reader crashed on it"),
        ("leave", r"the reader crashed on it"),
    ],
)
def test_failure_is_said_and_the_next_file_is_read(isolation, tmp_path, what, reason):
    reader = reader_of(isolation)
    assert reason in reason_of(reader, order(tmp_path, what))
    assert reader.read(order(tmp_path, "say\nNext.")).text == "Next."


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds to the limit")
def test_memory_is_limited(isolation, tmp_path):
    reader = reader_of(isolation)
    assert "needed more than 0.2 GB of memory" in reason_of(reader, order(tmp_path, "fill"))
    assert reader.read(order(tmp_path, "say\nNext.")).text == "Next."


@pytest.mark.parametrize("what", ["sleep", "spin"])
def test_time_is_limited(tmp_path, what):
    with closing(Isolation(max_seconds=1.5)) as isolation:
        reader = reader_of(isolation)
        process_id = process_of(reader, tmp_path)
        assert "took longer than 1.5 seconds" in reason_of(reader, order(tmp_path, what))
        assert wait_until_gone(process_id)
        assert process_of(reader, tmp_path) != process_id


def test_document_of_another_file_is_refused(isolation, tmp_path):
    order(tmp_path, "say\nOther.", "other.order")
    reader = reader_of(isolation, "Liar")
    assert "sent what is no document" in reason_of(reader, order(tmp_path, "say\nText."))


def test_what_a_library_prints_does_not_reach_anybody(isolation, tmp_path, capfd):
    assert reader_of(isolation).read(order(tmp_path, "shout")).text == "quiet"
    assert capfd.readouterr() == ("", "")


def test_no_secret_of_the_environment_is_passed_on(isolation, tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_API_KEY", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    passed_on = set(reader_of(isolation).read(order(tmp_path, "environment")).text.split())
    assert not {name for name in passed_on if "KEY" in name or name.startswith(("RAG", "HOME", "PYTHON"))}


def test_process_imports_the_reader_and_not_the_assistant(isolation, tmp_path):
    imported = set(reader_of(isolation).read(order(tmp_path, "modules")).text.split())
    assert "rag.readers._normalisation" in imported
    assert not imported & {"rag.assistant", "numpy", "sqlalchemy", "pydantic", "llama_index"}


class TestCollections:
    def test_documents_and_failures_arrive_in_order(self, isolation, tmp_path):
        path = order(tmp_path, "one\nbad\nthree")
        found = list(reader_of(isolation, "Collection").read_each(path))
        assert [item.reason if isinstance(item, Failure) else item.text for item in found] == [
            "one",
            "it is bad - mend it",
            "three",
        ]
        assert [item.source for item in found] == [f"{path}#{i}" for i in range(3)]

    def test_what_came_before_a_crash_is_kept(self, isolation, tmp_path):
        documents = reader_of(isolation, "Collection").read_each(order(tmp_path, "one\ncrash\nthree"))
        assert next(documents).text == "one"
        with pytest.raises(ReadError, match="crashed"):
            next(documents)

    def test_other_files_can_be_read_meanwhile(self, isolation, tmp_path):
        documents = reader_of(isolation, "Collection").read_each(order(tmp_path, "one\ntwo\nthree"))
        assert next(documents).text == "one"
        assert reader_of(isolation).read(order(tmp_path, "say\nOther.", "other.order")).text == "Other."
        assert [document.text for document in documents] == ["two", "three"]

    def test_process_of_a_collection_that_nobody_reads_on_is_ended(self, isolation, tmp_path):
        documents = reader_of(isolation, "Collection").read_each(order(tmp_path, "process\nsleep"))
        process_id = int(next(documents).text)
        documents.close()
        assert wait_until_gone(process_id)

    def test_time_counts_for_each_document(self, tmp_path):
        with closing(Isolation(max_seconds=2)) as isolation:
            documents = reader_of(isolation, "Collection").read_each(order(tmp_path, "one\ntwo\nsleep"))
            assert next(documents).text == "one"
            time.sleep(2.5)
            assert next(documents).text == "two"
            with pytest.raises(ReadError, match="longer than 2 seconds"):
                next(documents)


def test_threads_read_at_once(isolation, tmp_path):
    reader = reader_of(isolation)
    texts: dict[int, list[str]] = {}

    def work(number: int) -> None:
        path = order(tmp_path, f"say\nText {number}.", f"{number}.order")
        texts[number] = [reader.read(path).text for _ in range(10)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: [f"Text {number}."] * 10 for number in range(4)}


def test_close_ends_the_process_and_a_later_read_starts_another(isolation, tmp_path):
    reader = reader_of(isolation)
    process_id = process_of(reader, tmp_path)
    isolation.close()
    assert wait_until_gone(process_id)
    assert process_of(reader, tmp_path) != process_id


def test_process_ends_with_its_parent_even_in_the_middle_of_a_file(tmp_path):
    code = """
        import sys, threading, time
        from pathlib import Path
        from rag.readers.isolated import Isolation
        sys.path.insert(0, sys.argv[1])
        isolation = Isolation(max_seconds=60)
        reader = isolation.reader("readers_for_orders:Reader", media_types=frozenset())
        print(reader.read(Path(sys.argv[2])).text, flush=True)
        reader.read(Path(sys.argv[3]))
    """
    orders = (order(tmp_path, "process", "process.order"), order(tmp_path, "spin", "spin.order"))
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), sys.path[0], *map(str, orders)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        process_id = int(parent.stdout.readline())
        assert is_running(process_id)
        parent.kill()
    assert wait_until_gone(process_id)


@pytest.mark.parametrize("limits", [{"max_seconds": 0}, {"max_seconds": -1}, {"max_memory_bytes": 0}])
def test_limit_of_nothing_is_refused(limits):
    with pytest.raises(SettingsError, match="allow more than none"):
        Isolation(**limits)


def children_of_this_process() -> set[int]:
    """The processes that read files for this one; found by the name of their program."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"_worker.py" in entry.joinpath("cmdline").read_bytes():
                found.add(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_assistant_reads_risky_files_elsewhere_and_goes_on(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    (folder / "good.txt").write_text("The bridge opened in 1932.")
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing")) as assistant:
        report = assistant.add([folder])
        assert children_of_this_process()
    assert not children_of_this_process()
    assert report.added == (str(folder / "good.txt"),)
    assert [failure.source for failure in report.failed] == [str(folder / "bad.pdf")]
    assert "it is damaged" in report.failed[0].reason
