"""What makes a store hold what a folder holds, or a list of addresses, and nothing else of it: once, or for as long as
it changes.

A folder that is followed is looked at again and again instead of asking the system for events: that also works on
network drives, needs no limit of the system raised for a large folder, and loses nothing when events come too fast. A
look at 20,000 files takes a fraction of a second; the pause between two is at least ten times as long.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.errors import NotFoundError, RagError, ReadError, SettingsError, StoreFullError, disk_refusal
from rag.ingestion.finding import IGNORE_FILE, OF_A_STORE, FoundFiles, SourceFile, hash_of_file, inside, printable
from rag.ingestion.uploads import fetched_into, keep, receiving
from rag.ingestion.writing import Outcome, Writer, part_of
from rag.storage import KnownVersion, Store, store_of
from rag.types import NO_METADATA, AddReport, Failure, Progress

if TYPE_CHECKING:
    from rag.ingestion.fetching import Manners, Visitor

__all__ = ["Pages", "SyncPlan", "plan", "watch"]


_OnProgress: TypeAlias = Callable[[Progress], None] | None
_TakeIn: TypeAlias = Callable[[Sequence[SourceFile], Outcome, _OnProgress], None]
LinksOf: TypeAlias = Callable[[SourceFile], Mapping[str, Mapping[str, str]] | None]
_ADDRESSES_AT_A_TIME = 16
_MOST_CHARACTERS_OF_A_LIST = 10_000_000


class SyncPlan(NamedTuple):
    """What to do with each file.

    present: files in the folder; each may be new, changed or unchanged. moved: files of the store that are in the
    folder under another name. gone: documents of files that are in it no more.
    """

    present: list[SourceFile]
    moved: list[tuple[str, SourceFile]]
    gone: list[KnownVersion]
    failures: list[Failure]


def plan(store: Store, folder: Path, *, suffixes: Sequence[str], recipe: str, allow_empty: bool) -> SyncPlan:
    """The plan for a folder, an absolute path.

    What is in a folder that may not be opened counts as being there, and stays.

    Raises:
        NotFoundError, SettingsError: see `check_folder`.
    """
    known: dict[str, list[KnownVersion]] = {}
    for version in store.documents.in_folder(str(folder)):
        known.setdefault(version.file, []).append(version)
    found = inside(folder, suffixes, store_folder=store.folder)
    if not os.path.lexists(folder):  # nothing is there, rather than out of reach
        found.unreachable.clear()
        found.failures.clear()
    can_be_read = [path for path in found.files if path.suffix.lower() in found.suffixes]
    check_folder(folder, n_files=len(can_be_read), n_known=len(known), allow_empty=allow_empty)
    present = {str(path) for path in found.files}
    gone = {file: versions for file, versions in known.items() if file not in present and not _is_hidden(file, found)}
    new = [path for path in can_be_read if str(path) not in known and printable(str(path)) == str(path)]
    moved = _moved(new, gone, recipe)
    new_names = {str(file.path) for _, file in moved}
    for old, _ in moved:
        del gone[old]
    return SyncPlan(
        present=[SourceFile(path, is_named=False) for path in found.files if str(path) not in new_names],
        moved=moved,
        gone=[version for versions in gone.values() for version in versions],
        failures=found.failures,
    )


def check_folder(folder: Path, *, n_files: int, n_known: int, allow_empty: bool) -> None:
    """Refuse to remove all documents of a folder that looks as if it were only out of reach for a moment.

    A drive that is not mounted is a missing or an empty folder.

    Raises:
        NotFoundError: the folder is missing. SettingsError: it is a file, or a store's, or it is empty and documents
            would go.
    """
    name = str(folder)
    if store_of(folder) is not None:
        raise SettingsError(f"cannot keep in step with {name!r}: {OF_A_STORE}")
    is_folder = os.path.isdir(folder)  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
    if os.path.lexists(folder) and not is_folder:
        raise SettingsError(f"cannot keep in step with {name!r}: it is no folder - add a file with `rag add`")
    if allow_empty:
        return
    would_go = f"{n_known:,} documents of it would be removed" if n_known else "nothing of it is in the store"
    if not is_folder:
        raise NotFoundError(
            f"cannot keep in step with {name!r}: there is no such folder, and {would_go} - check that its drive is "
            "there, or say that it is meant with --allow-empty"
        )
    if n_known and not n_files:
        raise SettingsError(
            f"cannot keep in step with {name!r}: it holds no file that can be read, and {would_go} - check that its "
            "drive is there, or say that it is meant with --allow-empty"
        )


def _is_hidden(file: str, found: FoundFiles) -> bool:
    return any(f"{file}{os.sep}".startswith(f"{path.rstrip(os.sep)}{os.sep}") for path in found.unreachable)


def _moved(new: Sequence[Path], gone: dict[str, list[KnownVersion]], recipe: str) -> list[tuple[str, SourceFile]]:
    """Old and new names of files with the same bytes and the same suffix, which would be read alike."""
    files_by_content: dict[tuple[str, str], list[str]] = {}
    for file, versions in gone.items():
        hashes = {version.file_hash for version in versions}
        if len(hashes) == 1 and {version.recipe for version in versions} == {recipe}:
            files_by_content.setdefault((hashes.pop(), Path(file).suffix.lower()), []).append(file)
    moved = []
    for path in new if files_by_content else ():
        with suppress(OSError):  # which is reported when the file is read
            candidates = files_by_content.get((hash_of_file(path) or "no hash", path.suffix.lower()))
            if candidates:
                moved.append((candidates.pop(0), SourceFile(path, is_named=False)))
    return moved


class Round(NamedTuple):
    """How addresses are gone through.

    manners: of a program; None where a person names each. listed_in: the list that names them. gaps: by address, see
    `Origin`. links_of: the addresses to add in the place of a file, with the gaps of each; None for the file itself.
    """

    manners: Manners | None = None
    listed_in: str = ""
    is_dry: bool = False
    gaps: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    links_of: LinksOf = lambda _: None


class Pages:
    """Adds what is behind addresses, and makes a store hold what a list of them names.

    foresee: puts into an outcome what `take_in` would do.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        *,
        visitor: Callable[[], Visitor],
        take_in: _TakeIn,
        foresee: _TakeIn,
        is_unchanged: Callable[[SourceFile], bool],
    ) -> None:
        self._store, self._writer = store, writer
        self._visitor = visitor
        self._take_in, self._foresee, self._is_unchanged = take_in, foresee, is_unchanged

    def add(self, addresses: Sequence[str], outcome: Outcome, on_progress: _OnProgress, *, links_of: LinksOf) -> None:
        """Fetch and add them, each as it is named, or the pages that it leads to."""
        wanted: dict[str, None] = {}
        for address in addresses:
            try:
                wanted[self._visitor().normal(address)] = None
            except ReadError as error:
                outcome.failed.append(Failure(source=error.path, reason=error.reason))
        self._visit_all(list(wanted), outcome, on_progress, Round(links_of=links_of))

    def sync(self, path: Path, outcome: Outcome, on_progress: _OnProgress, *, dry_run: bool, allow_empty: bool) -> None:
        """Fetch and add what the list in the file names; what it brought and names no more, or what is gone, goes.

        Raises:
            SettingsError: the file is no list, or it is empty, and documents would go.
        """
        listed = self._listed_in(path)
        brought = [info for info in self._store.documents.all() if info.metadata.get("listed_in") == str(path)]
        left = [info for info in brought if info.source.partition("#")[0] not in listed]
        if left and not listed and not allow_empty:
            raise SettingsError(
                f"cannot keep in step with {str(path)!r}: it names no address, and {len(left):,} documents of it would "
                "be removed - check the file, or say that it is meant with --allow-empty"
            )
        outcome.removed += [info.source for info in left]
        if not dry_run and left:
            with self._store.writing(), self._store.begin():
                for info in left:
                    self._writer.withdraw(info.id)
        how = Round(self._visitor().manners(), listed_in=str(path), is_dry=dry_run)
        self._visit_all(listed, outcome, on_progress, how)

    def _listed_in(self, path: Path) -> list[str]:
        """The addresses in the file, one a line, each once; blank lines and those that begin with # say nothing.

        Raises:
            SettingsError: a line is no address, or the file cannot be read.
        """
        name = str(path)
        found: dict[str, None] = {}
        try:
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                lines = file.read(_MOST_CHARACTERS_OF_A_LIST).splitlines()
        except OSError as error:
            reason = f"{error.strerror or error} - check who may read it"
            raise SettingsError(f"cannot keep in step with {name!r}: {reason}") from error
        for number, line in enumerate(map(str.strip, lines), start=1):
            if not line or line.startswith("#"):
                continue
            try:
                found[self._visitor().normal(line)] = None
            except ReadError as error:
                raise SettingsError(
                    f"cannot keep in step with {name!r}: it is no folder - add a file with `rag add`, or write an "
                    f"address on each line (line {number} is {line[:80]!r})"
                ) from error
        return list(found)

    def normal(self, address: str) -> str:
        """See `Visitor.normal`."""
        return self._visitor().normal(address)

    def follow(self, pages: Mapping[str, Mapping[str, str]], outcome: Outcome, on_progress: _OnProgress) -> None:
        """Fetch and add pages that a feed leads to, as programs should; with each what the feed says of it."""
        self._visit_all(list(pages), outcome, on_progress, Round(self._visitor().manners(), gaps=pages))

    def _visit_all(self, addresses: Sequence[str], outcome: Outcome, on_progress: _OnProgress, how: Round) -> None:
        """Fetch and add, some at a time; nobody else who writes waits for a server."""
        followed: dict[str, Mapping[str, str]] = {}
        for start in range(0, len(addresses), _ADDRESSES_AT_A_TIME):
            gone: list[KnownVersion] = []
            on_part = part_of(on_progress, start, len(addresses))
            with receiving(self._store.folder, "fetched-") as folder:
                files: list[SourceFile] = []
                for address in addresses[start : start + _ADDRESSES_AT_A_TIME]:
                    for file in self._visited(address, folder, outcome, how, gone):
                        if (links := how.links_of(file)) is None:
                            files.append(file.told(listed_in=how.listed_in))
                        else:
                            followed |= links
                outcome.removed += [version.source for version in gone]
                if how.is_dry:
                    self._foresee(files, outcome, on_part)
                    continue
                with self._store.writing():
                    for version in gone:
                        self._withdraw(version)
                    self._take_in(files, outcome, on_part)
                    for file in files:
                        self._keep(file, outcome)
        if followed:
            self.follow(followed, outcome, on_progress)

    def _visited(
        self, address: str, folder: Path, outcome: Outcome, how: Round, gone: list[KnownVersion]
    ) -> Iterator[SourceFile]:
        """The file behind an address; where it cannot be fetched, the one kept of it, when that has to be read anew.

        gone: gets what is known of an address of a list, when its server says that there is nothing any more.
        """
        visitor = self._visitor()
        try:
            try:
                yield visitor.visit(address, folder, gaps=how.gaps.get(address, NO_METADATA), manners=how.manners)
            except RagError:
                raise
            except Exception as error:  # of a library, over something that a server should not say
                if isinstance(error, OSError) and (refusal := disk_refusal(error)):
                    raise StoreFullError(f"cannot fetch {address!r}: {refusal}") from error
                reason = f"fetching it failed with {type(error).__name__} ({error}) - look at it in a browser"
                raise ReadError(address, reason) from error
        except ReadError as error:
            into = fetched_into(address)
            is_gone = bool(how.listed_in) and getattr(error, "is_gone", False)
            if is_gone and self._store.documents.named([], files=[], folder=into):
                gone += self._store.documents.in_folder(into)
                return
            reason = error.reason if error.path == address else f"it leads to {error.path!r}: {error.reason}"
            outcome.failed.append(Failure(source=address, reason=reason))
            kept = visitor.kept(address)
            if kept is not None and not self._is_unchanged(kept):
                yield kept

    def _keep(self, file: SourceFile, outcome: Outcome) -> None:
        """Keep what could be read of it, and nothing of an older file, of another kind, from the same address."""
        read_from = {known.file_hash for known in self._store.documents.in_file(file.file)}
        if file.origin is None or read_from != {hash_of_file(file.path)}:
            return
        keep(file, self._store.folder)
        for known in self._store.documents.in_folder(file.origin.folder):
            if known.file != file.file:
                self._withdraw(known)
                outcome.removed.append(known.source)

    def _withdraw(self, version: KnownVersion) -> None:
        with self._store.begin():
            self._writer.withdraw(version.document_id)


_PAUSES_OF_A_LOOK = 10
_MOST_LOOKS_AT_A_CHANGE = 10


class Stamp(NamedTuple):
    """What changes when a file is written to, replaced, or given another time."""

    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


def stamps_of(folder: Path) -> dict[str, Stamp]:
    """The stamp of every file in the folder and in folders in it; what is out of reach is left out."""
    stamps = {}
    waiting = [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        waiting.append(entry.path)
                elif not entry.name.startswith(".") or entry.name == IGNORE_FILE:
                    with suppress(OSError):
                        status = entry.stat()
                        stamps[entry.path] = Stamp(
                            status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
                        )
    return stamps


def watch(
    folder: Path,
    sync: Callable[[frozenset[str] | None], AddReport],
    *,
    interval_seconds: float,
    stop: threading.Event,
) -> Iterator[AddReport]:
    """What was done, at the start and after each change, until `stop` is set.

    A change is acted on when nothing more has changed for the time of a look, so that a file is not read while it is
    written. What goes wrong is reported as a failure of the folder, and tried again with the next look.

    sync: brings the store into step; it is given the files that have changed, or None for all.
    """
    seen = stamps_of(folder)
    yield sync(None)
    has_failed = False
    while True:
        started = monotonic()
        now = stamps_of(folder)
        look_seconds = monotonic() - started
        if now != seen or has_failed:
            now = _when_settled(folder, now, interval_seconds=interval_seconds, stop=stop)
            if stop.is_set():
                return
            try:
                report = sync(None if has_failed or _rules_changed(seen, now) else _changed(seen, now))
                has_failed, seen = False, now
            except (RagError, OSError) as error:
                if not has_failed:
                    yield AddReport(failed=(Failure(source=str(folder), reason=str(error)),))
                has_failed = True
            else:
                yield report
        if stop.wait(max(interval_seconds, _PAUSES_OF_A_LOOK * look_seconds)):
            return


def _when_settled(
    folder: Path, now: dict[str, Stamp], *, interval_seconds: float, stop: threading.Event
) -> dict[str, Stamp]:
    for _ in range(_MOST_LOOKS_AT_A_CHANGE):
        if stop.wait(interval_seconds):
            return now
        before, now = now, stamps_of(folder)
        if now == before:
            break
    return now


def _changed(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> frozenset[str]:
    return frozenset(file for file, stamp in now.items() if before.get(file) != stamp)


def _rules_changed(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> bool:
    """Whether files may count now that did not, without having changed themselves."""
    rules = {file for file in before.keys() | now.keys() if Path(file).name == IGNORE_FILE}
    return any(before.get(file) != now.get(file) for file in rules)
