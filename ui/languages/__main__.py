"""`python -m ui.languages`: bring the catalogues up to date with what is marked, and say what is missing."""

from __future__ import annotations

import sys

from ui.languages.catalogues import TRANSLATED, faults, marked, update

__all__ = ["main"]


def main() -> int:
    """The exit status: 0 when everything is translated."""
    wanted, missing = marked(), 0
    for language in TRANSLATED:
        update(language, wanted)
        for fault in faults(language, wanted):
            missing += 1
            print(f"{language.value}: {fault}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
