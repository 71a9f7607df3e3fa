"""A large word index: what is removed is found no more at once, what is kept always is, and no word of it stays."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.assembly.library import Library
from rag.indexes.fts import FtsIndex
from rag.ingestion.erasing import Erasing


class LargeFromOneOn(FtsIndex):
    """An index that takes itself for large when it holds a passage."""

    def __init__(self, connect):
        super().__init__(connect, overwriting_from=1)


@pytest.fixture
def large():
    return Settings(embedder="hashing", word_index=f"{__name__}:LargeFromOneOn", llm="none", abstain_below=0)


def name_of(number):
    return f"zq{number:03}x{number * 7919 % 1000:03}k"


def fill(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        text = f"The {name_of(number)} stands in hall {number}. Nobody moved the {name_of(number)} since."
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return [folder / f"{number}.txt" for number in numbers]


def found(assistant, number):
    """Whether the words of the document lead to it."""
    return any(name_of(number) in each.quote for each in assistant.retrieve(f"Where is the {name_of(number)}?", k=5))


def left_in(folder, numbers):
    """Of which documents a word can be read in the store's files."""
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {number for number in numbers if name_of(number).encode() in content}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_removed_is_never_found_and_what_is_kept_always(tmp_path: Path, large, seed):
    chance = random.Random(seed)
    kept, gone, fresh = set(), set(), iter(range(1000))
    with Assistant.open(tmp_path / "store", large) as assistant:
        for _ in range(8):
            new = [next(fresh) for _ in range(chance.randint(2, 5))]
            assistant.add(fill(tmp_path / "files", new))
            kept |= set(new)
            doomed = chance.sample(sorted(kept), chance.randint(1, len(kept) - 1))
            assistant.remove([tmp_path / "files" / f"{number}.txt" for number in doomed])
            kept, gone = kept - set(doomed), gone | set(doomed)
            assert all(found(assistant, number) for number in kept)
            assert not any(found(assistant, number) for number in gone)
    assert left_in(tmp_path / "store", kept | gone) == kept
    assert not (tmp_path / "store" / "erasing").exists()


def test_what_was_cut_off_is_gone_on_with_after_the_next_change(tmp_path: Path, large):
    """As after a kill: the removal is committed, and nobody has erased yet."""
    folder = tmp_path / "store"
    first, second, third = fill(tmp_path / "files", [1, 2, 3])
    with Assistant.open(folder, large) as assistant:
        assistant.add([first, second])
    library = Library(folder, large)
    library.ingestion.remove([str(first)])
    library.vector_search.forget_removed()
    library.close()
    assert (folder / "erasing").exists()
    assert left_in(folder, [1, 2]) == {1, 2}
    with Assistant.open(folder, large) as assistant:
        assert not found(assistant, 1)
        assistant.add([third])
        assert found(assistant, 2)
    assert left_in(folder, [1, 2, 3]) == {2, 3}
    assert not (folder / "erasing").exists()


def test_words_that_another_process_leaves_meanwhile_are_erased_too(tmp_path: Path, large):
    files = fill(tmp_path / "files", [1, 2, 3, 4])
    mine, other = Library(tmp_path / "store", large), Library(tmp_path / "store", large)
    mine.add(files)
    mine.ingestion.remove([str(files[0])])

    class AnotherRemoves(LargeFromOneOn):
        def compact_partly(self, **how):
            is_more = super().compact_partly(**how)
            if not is_more and other.store.documents.known_version(str(files[1])) is not None:
                waiting.append(str(files[1]))
            return is_more

    waiting = []
    erasing = Erasing(mine.store, AnotherRemoves(mine.store.connect))
    writing = mine.store.writing

    def removed_first():
        while waiting:
            other.ingestion.remove([waiting.pop()])
        return writing()

    mine.store.writing = removed_first
    erasing.begin()
    erasing.close()
    mine.close()
    other.close()
    assert left_in(tmp_path / "store", [1, 2, 3, 4]) == {3, 4}
    assert not (tmp_path / "store" / "erasing").exists()
