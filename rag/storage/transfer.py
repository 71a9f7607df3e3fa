"""A store in one file, to keep as a backup or to take elsewhere, and a store made from it again.

The file is a ZIP archive: `manifest.json`, the database as it was at one moment, and the files that were uploaded or
fetched. Indexes are not in it; they are made again from the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from rag.errors import StoreError, StoreFullError, disk_refusal
from rag.storage.files import DATABASE, opened_privately, passing_folder, private_folder
from rag.storage.migrations import seal_rows
from rag.storage.moving import snapshot as write_snapshot
from rag.storage.store import Store
from rag.storage.upkeep import problems
from rag.types import ExportReport

__all__ = ["export_store", "import_store"]

FORMAT = 1

_MANIFEST = "manifest.json"
_UPLOAD = re.compile(r"(?:uploads|web/[0-9a-f]{32})/[^/\\\x00-\x1f]{1,255}")
_MAX_MANIFEST_BYTES = 50_000_000
_CHUNK = 1 << 20
_MAX_RATIO, _ALWAYS_UNPACKED_BYTES = 100, 64 << 20
"""Vectors, which are most of a store, hardly shrink at all; a file that unpacks to so many times its size is a bomb."""


class _Member(NamedTuple):
    name: str
    size_bytes: int
    sha256: str


def export_store(store: Store, path: Path) -> ExportReport:
    """Write the store into a new file, for its owner alone; others may go on reading and writing.

    Raises:
        StoreError: the file exists already, or cannot be written, or the store is damaged.
        StoreFullError: the disk is full.
    """
    if os.path.lexists(path):
        raise StoreError(f"cannot export to {str(path)!r}: the file exists - name a new one")
    if found := problems(store):
        raise StoreError(f"cannot export to {str(path)!r}: {found[0]}")
    with (
        _clear_errors(f"export to {str(path)!r}"),
        passing_folder(path.parent, f".{path.name}-") as folder,
    ):
        snapshot, archive_path = Path(folder, DATABASE), Path(folder, "archive.zip")
        write_snapshot(store, snapshot)
        sources = {DATABASE: snapshot} | _uploads(store.folder, snapshot)
        with (
            opened_privately(archive_path, "xb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        ):
            members = [_put(archive, name, source) for name, source in sources.items()]
            made = {"format": FORMAT, "files": [member._asdict() for member in members]}
            archive.writestr(_MANIFEST, json.dumps(made, indent=1))
        n_documents = _count_documents(snapshot)
        with archive_path.open("rb+") as file:
            os.fsync(file.fileno())
        archive_path.rename(path)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size_bytes = path.stat().st_size
    return ExportReport(path=str(path), n_documents=n_documents, size_bytes=size_bytes, sha256=sha256)


def _uploads(folder: Path, snapshot: Path) -> dict[str, Path]:
    """The uploads and pages that the snapshot knows and that are there; a document is whole without its file."""
    with closing(sqlite3.connect(snapshot)) as connection:
        known = connection.execute(
            "SELECT DISTINCT file FROM documents WHERE file LIKE 'uploads/%' OR file LIKE 'web/%' ORDER BY file"
        )
        names = [name for (name,) in known.fetchall() if _UPLOAD.fullmatch(name)]
    return {name: folder / name for name in names if (folder / name).is_file()}


def _count_documents(snapshot: Path) -> int:
    with closing(sqlite3.connect(snapshot)) as connection:
        count: int = connection.execute("SELECT count(*) FROM documents WHERE state = 'current'").fetchone()[0]
        return count


def _put(archive: zipfile.ZipFile, name: str, source: Path) -> _Member:
    digest, size_bytes = hashlib.sha256(), 0
    with source.open("rb") as file, archive.open(name, "w", force_zip64=True) as member:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size_bytes += len(chunk)
            member.write(chunk)
    return _Member(name, size_bytes, digest.hexdigest())


def import_store(path: Path, folder: Path, *, derive: Callable[[Path, bool], None]) -> int:
    """Make a store in `folder`, which must be missing or empty, from an exported file; the number of its documents.

    The file may be anybody's: nothing of it is unpacked that its manifest does not name, nothing is taken that does not
    fit its seal, and nothing is left behind when it is refused.

    derive: makes anew, in the folder of the store, what follows from its texts; it is told whether they were sealed
        when they were exported, and raises what speaks against them.

    Raises:
        StoreError: the folder holds something, or the file is missing, damaged, no export, or of a newer version.
        StoreFullError: the disk is full.
    """
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise StoreError(f"cannot import into {str(folder)!r}: it is not empty - name a new folder with --store")
    with _clear_errors(f"import {str(path)!r}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with passing_folder(folder.parent, f".{folder.name}-") as temporary:
            made = Path(temporary, "store")
            private_folder(made)
            _unpack(path, made)
            n_documents = _prove(path, made, derive)
            for name in Store.PASSING_FILES:
                (made / name).unlink(missing_ok=True)
            if folder.is_dir():
                folder.rmdir()
            made.rename(folder)
    return n_documents


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(path, archive)
            needed = sum(member.size_bytes for member in members)
            if needed > max(_ALWAYS_UNPACKED_BYTES, _MAX_RATIO * path.stat().st_size):
                raise _refused(path, f"it would unpack to {needed:,} bytes, which no store does that is so small")
            if needed > shutil.disk_usage(folder).free:
                raise StoreFullError(f"cannot import {str(path)!r}: it needs {needed:,} bytes - free some space")
            for member in members:
                target = folder / member.name
                for part in reversed(target.relative_to(folder).parents):
                    private_folder(folder / part)
                with archive.open(member.name) as source, opened_privately(target, "xb") as file:
                    if _copy(source, file, member.size_bytes) != member.sha256:
                        raise _refused(path, f"{member.name!r} is damaged")
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        raise _refused(path, f"it is damaged, or no export of a store ({error})") from error


def _members(path: Path, archive: zipfile.ZipFile) -> list[_Member]:
    """What the manifest says is in the archive, when that is exactly what is in it, and has only names of ours."""
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if len(sizes) != len(archive.infolist()) or sizes.get(_MANIFEST, _MAX_MANIFEST_BYTES) >= _MAX_MANIFEST_BYTES:
        raise _refused(path, "it is no export of a store")
    with archive.open(_MANIFEST) as file:
        manifest = json.loads(file.read(_MAX_MANIFEST_BYTES))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _refused(path, "it was made by a newer version, or is no export; update chapter-and-verse")
    entries = manifest.get("files")
    if not isinstance(entries, list):
        raise _refused(path, "its manifest is damaged")
    members = [_member(path, entry) for entry in entries]
    del sizes[_MANIFEST]
    if sizes != {member.name: member.size_bytes for member in members} or DATABASE not in sizes:
        raise _refused(path, "it does not hold what it says it holds")
    return members


def _member(path: Path, entry: object) -> _Member:
    match entry:
        case {"name": str(name), "size_bytes": int(size_bytes), "sha256": str(sha256)} if size_bytes >= 0:
            member = _Member(name, size_bytes, sha256)
        case _:
            raise _refused(path, "its manifest is damaged")
    name = member.name.rpartition("/")[2]
    if member.name != DATABASE and not (_UPLOAD.fullmatch(member.name) and name not in (".", "..")):
        raise _refused(path, f"it holds {member.name!r}, which no store has")
    return member


def _copy(source: IO[bytes], target: IO[bytes], size_bytes: int) -> str:
    """The hash of what was copied: never more than `size_bytes`, whatever the archive makes of itself."""
    digest, left = hashlib.sha256(), size_bytes
    while left and (chunk := source.read(min(_CHUNK, left))):
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _prove(path: Path, folder: Path, derive: Callable[[Path, bool], None]) -> int:
    """The number of documents, when the database is one of ours, sound, and does nothing that a store does not do."""
    try:
        made, is_sealed = _objects(folder / DATABASE), _is_sealed(folder / DATABASE)
    except sqlite3.DatabaseError as error:
        raise _refused(path, f"its database is damaged ({error})") from error
    ours = _objects_of_a_new_store(folder.parent / "new")
    for (kind, name), sql in made.items():
        is_ours = (kind, name) in ours and (kind == "table" or sql == ours[kind, name])
        if kind != "index" and not is_ours and not name.startswith(("sqlite_", "passage_words")):
            raise _refused(path, f"its database holds {name!r}, which no store has")
    store = Store(folder, lock_timeout_seconds=1)
    try:
        found = problems(store)
        n_documents = store.documents.count()
    finally:
        store.close()
    if found:
        raise _refused(path, f"its store is not sound: {found[0]}")
    try:
        derive(folder, is_sealed)
    except StoreFullError:
        raise
    except StoreError as error:
        raise StoreError(f"cannot import {str(path)!r}: {error}") from error
    return n_documents


def _is_sealed(database: Path) -> bool:
    """Whether what the database holds was bound to its hashes when it was written."""
    with closing(_opened(database)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    return seal_rows.__name__ in names


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)


def _objects(database: Path) -> dict[tuple[str, str], str]:
    """What is in a database besides rows, by kind and name: how it was made."""
    with closing(_opened(database)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {(kind, name): sql for kind, name, sql in rows}


def _objects_of_a_new_store(folder: Path) -> dict[tuple[str, str], str]:
    Store(folder, lock_timeout_seconds=1).close()
    return _objects(folder / DATABASE)


def _refused(path: Path, reason: str) -> StoreError:
    return StoreError(f"cannot import {str(path)!r}: {reason} - use another export")


@contextmanager
def _clear_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if refusal := disk_refusal(error):
            raise StoreFullError(f"cannot {what}: {refusal}") from error
        raise StoreError(f"cannot {what}: {error.strerror or error} - check the path, and who may use it") from error
