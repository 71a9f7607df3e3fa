"""The model hub as a place to get a file.

`hf_hub_download` is not used: it starts again from nothing after an interruption, and tries for 23 s before it says
that there is no network. Address, access token, offline switch and proxies are still those of its library.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rag.model.weights.records import ModelFile, PlaceFailure

__all__ = ["HubPlace"]

_CONNECT_SECONDS, _SILENCE_SECONDS = 5.0, 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})
_PARTIAL_CONTENT = 206


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
