"""`verify.py`, alone with the standard library: what is whole passes, and whatever byte is changed does not."""

from __future__ import annotations

import ast
import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag.newsroom.proof.verify as script
from rag.newsroom.proof import examined
from rag.newsroom.proof.verify import check, digest, packed

SCRIPT = Path(script.__file__)


@pytest.fixture
def alone(tmp_path):
    """Runs a copy of the script without this project, its packages or its folder."""
    copy = shutil.copy(SCRIPT, tmp_path / "verify.py")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(copy), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)

    return run


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    del held["manifest.json"]
    return held


def is_refused(data: bytes, **named: str) -> bool:
    try:
        check(data, **named)
    except Exception:
        return True
    return False


def test_script_is_short_old_enough_and_needs_nothing():
    source = SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported <= sys.stdlib_module_names


def test_whole_bundle_passes_alone(made, alone):
    done = alone(made.path, "--sha256", made.report.sha256, "--sources", made.folder)
    assert (done.returncode, done.stderr) == (0, "")
    said, digest_line = done.stdout.splitlines()
    n = len(made.answer.citations)
    assert said.startswith(f"Quotations that stand where the answer says: all {n}. The files that were read are there")
    assert digest_line == f"SHA-256 {made.report.sha256}"


def test_other_file_than_was_announced_is_refused(made, alone):
    done = alone(made.path, "--sha256", "0" * 64)
    assert done.returncode == 1
    assert done.stderr == f"{made.path} is NOT PROVED: its SHA-256 is {made.report.sha256}, not the one given\n"


def test_changed_original_is_named(made, alone, tmp_path):
    copy = shutil.copytree(made.folder, tmp_path / "originals")
    assert alone(made.path, "--sources", copy).returncode == 0
    (copy / "ferry.txt").write_text("The ferry.")
    done = alone(made.path, "--sources", copy)
    assert done.returncode == 1
    assert "has the bytes that were read as 'ferry.txt'" in done.stderr


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\5\6" + bytes(18)])
def test_what_is_no_bundle_is_refused_in_a_sentence(alone, tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    done = alone(tmp_path / "a.zip")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path / 'a.zip'} is NOT PROVED: ")
    assert "Traceback" not in done.stderr
    assert alone(tmp_path / "missing.zip").returncode == 1


def test_no_byte_of_it_can_be_changed(made):
    """Each byte of the frame, and one in three of the rest; every kind of change of a bit is among them."""
    chance = random.Random(20)
    for position in range(0, len(made.data), 3):
        changed = bytearray(made.data)
        changed[position] ^= 1 << chance.randrange(8)
        assert is_refused(bytes(changed)), position


def test_no_byte_of_its_frame_can_be_changed(made):
    """The heads of members, the directory and the end of the archive: bytes that no hash of a member covers."""
    data = made.data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        heads = [range(each.header_offset, each.header_offset + 30 + len(each.filename)) for each in archive.infolist()]
        frame = [*(position for head in heads for position in head), *range(archive.start_dir, len(data))]
    for position in frame:
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            assert is_refused(bytes(changed)), (position, bit)


@settings(deadline=None)
@given(data=st.data())
def test_no_byte_can_be_added_taken_or_replaced(made, data):
    position = data.draw(st.integers(0, len(made.data)))
    inserted = data.draw(st.binary(max_size=3))
    n_taken = data.draw(st.integers(0, 3))
    changed = made.data[:position] + inserted + made.data[position + n_taken :]
    assert changed == made.data or is_refused(changed)


def test_altered_bundles_fail_in_a_real_process(made, alone, tmp_path):
    chance = random.Random(5)
    for position in [0, len(made.data) - 1, *(chance.randrange(len(made.data)) for _ in range(8))]:
        changed = bytearray(made.data)
        changed[position] ^= 1 + chance.randrange(255)
        (tmp_path / "changed.zip").write_bytes(changed)
        done = alone(tmp_path / "changed.zip")
        assert (done.returncode, done.stdout) == (1, ""), position
        assert "Traceback" not in done.stderr


def repacked(entries: list[tuple[str, bytes]], *, comment: bytes = b"", compression: int = zipfile.ZIP_STORED) -> bytes:
    """As any other program would write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = compression
            archive.writestr(entry, content)
        archive.comment = comment
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_another_archive_of_the_same_members_is_refused(made):
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    assert repacked(entries) == made.data
    assert is_refused(repacked(entries[::-1]))
    assert is_refused(repacked(entries, comment=b"hello"))
    assert is_refused(repacked([*entries, ("extra.txt", b"")]))
    assert is_refused(repacked([*entries, entries[-1]]))
    assert is_refused(repacked([*entries, (entries[-1][0], b"another")]))
    assert is_refused(repacked(entries, compression=zipfile.ZIP_DEFLATED))
    assert is_refused(b"#!/bin/sh\n" + made.data)
    assert is_refused(made.data + b"\n")
    for n in range(len(entries)):
        assert is_refused(repacked(entries[:n] + entries[n + 1 :])), entries[n][0]


def test_directory_that_names_what_the_member_does_not_is_refused(made):
    name = b"answer.html"
    start = made.data.rindex(name)
    assert is_refused(made.data[:start] + b"answer.htmk" + made.data[start + len(name) :])


def with_json(held: dict[str, bytes], name: str, change) -> dict[str, bytes]:
    value = json.loads(held[name])
    change(value)
    return {**held, name: json.dumps(value, ensure_ascii=False, indent=1).encode()}


def test_forger_who_packs_anew_still_has_to_make_texts_page_and_answer_agree(made):
    held = unpacked(made.data)
    assert packed(held) == made.data
    text = next(name for name in held if name.startswith("texts/"))

    def other_quote(answer):
        answer["citations"][0]["quote"] = "The bridge opened in 1832."

    def other_place(answer):
        answer["citations"][0]["start"] += 1

    def no_citations(answer):
        answer["citations"] = []

    def other_claim(answer):
        answer["claims"][0]["text"] = "The bridge never opened."

    def other_hash(proof):
        proof["documents"][0]["text_sha256"] = "0" * 64

    forged = {
        "text": {**held, text: held[text].replace(b"1", b"7")},
        "page": {**held, "answer.html": held["answer.html"].replace(b"<mark", b"<mark id=x></mark><mark", 1)},
        "context": {
            **held,
            "answer.html": held["answer.html"].replace(b"<blockquote dir=auto>", b"<blockquote>Not: ", 1),
        },
        "extra": {**held, "extra.txt": b""},
        "missing": {name: content for name, content in held.items() if name != "README.txt"},
        "quote": with_json(held, "answer.json", other_quote),
        "place": with_json(held, "answer.json", other_place),
        "nothing": with_json(held, "answer.json", no_citations),
        "claim": with_json(held, "answer.json", other_claim),
        "hash": with_json(held, "proof.json", other_hash),
    }
    for what, members in forged.items():
        assert is_refused(packed(members)), what
    whole = packed({**held, "verify.py": b"print('all is well')"})
    check(whole)  # whole in itself: only the digest that was told by another way shows that it is another file
    assert is_refused(whole, sha256=digest(made.data))


def test_bundle_is_examined_by_our_own_script(made, tmp_path):
    result = examined(made.path, sha256=made.report.sha256.upper(), sources=made.folder)
    assert result.is_proved
    assert result.sentences[-1] == "The verify.py in it is the one that checked it."
    other = packed({**unpacked(made.data), "verify.py": b"print('all is well')"})
    (tmp_path / "other.zip").write_bytes(other)
    said = examined(tmp_path / "other.zip").sentences[-1]
    assert said.startswith("The verify.py in it is another one than checked it, with SHA-256 ")
