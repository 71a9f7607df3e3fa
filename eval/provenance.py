"""What a figure was measured with: the code, the machine, the versions of the libraries."""

from __future__ import annotations

import hashlib
import platform
import resource
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["code_version", "library_versions", "machine_name", "peak_memory_mb"]


def code_version() -> str:
    """The commit of the code, and a hash of the changes since; empty outside a checkout."""
    changed = _git("status", "--porcelain", "--", "rag", "eval") and (
        _git("diff", "HEAD", "--", "rag", "eval") + _git("status", "--porcelain", "--", "rag", "eval")
    )
    mark = "-" + hashlib.sha256(changed.encode()).hexdigest()[:8] if changed else ""
    commit = _git("rev-parse", "--short=12", "HEAD").strip()
    return commit and commit + mark


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(  # noqa: S603 - constant commands
            ["git", *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=Path(__file__).parents[1],
        )
    except OSError:
        return ""
    return result.stdout if result.returncode == 0 else ""


def machine_name() -> str:
    """Processor and Python, in words."""
    return f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Version by package; a package that is not installed is left out."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def peak_memory_mb() -> float:
    """Most memory that this process has held so far; the operating system knows no smaller unit."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform != "darwin" else 1024 * 1024)
