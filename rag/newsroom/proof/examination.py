"""A bundle checked by our own `verify.py`, whichever came with it."""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from rag.errors import NotFoundError
from rag.newsroom.proof.verify import check, digest

__all__ = ["Examination", "examined"]


class Examination(NamedTuple):
    """Whether a bundle holds, and what that proves, or what is wrong, in sentences."""

    is_proved: bool
    sentences: tuple[str, ...]


def examined(path: Path, *, sha256: str = "", sources: Path | None = None) -> Examination:
    """What the bundle in that file proves.

    sha256: of the file, as it was told by another way. sources: the folder of the files that were read.

    Raises:
        NotFoundError: there is no such file, or no such folder.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"cannot read {str(path)!r}: {error.strerror or error} - name a bundle") from error
    if sources is not None and not sources.is_dir():
        raise NotFoundError(f"cannot compare with {str(sources)!r}: it is no folder - name that of the originals")
    try:
        proved = check(data, sha256, str(sources) if sources is not None else "")
    except Exception as error:  # whatever it is, nothing is proved
        reason = str(error) if type(error) is ValueError else f"it is no bundle ({error!r})"
        return Examination(False, (f"{path} is NOT PROVED: {reason}",))
    return Examination(True, (*proved, _on_the_script(data)))


def _on_the_script(data: bytes) -> str:
    """Whether the program inside the bundle is ours, which it need not be when it comes from another version."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        its_own = archive.read("verify.py")
    if its_own == files("rag.newsroom.proof").joinpath("verify.py").read_bytes():
        return "The verify.py in it is the one that checked it."
    return (
        f"The verify.py in it is another one than checked it, with SHA-256 {digest(its_own)}: do not trust it blindly."
    )
