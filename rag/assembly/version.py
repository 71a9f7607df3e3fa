"""Which version of the program this is: the command line says it without loading anything else."""

from __future__ import annotations

from importlib import metadata

__all__ = ["program_version"]


def program_version() -> str:
    """The version of this program, as it was installed."""
    try:
        return metadata.version("chapter-and-verse")
    except metadata.PackageNotFoundError:
        return "(not installed)"
