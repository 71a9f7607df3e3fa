"""Put a trained reader into the product: `python -m eval.training.reader.ship --model FOLDER`.

Copies the small file of `eval.training.verifier.export`, lists its SHA-256, and writes it into the card of the reader.
What stands on the file is fitted afterwards by `eval.training.reader.fit --write`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import rag
from eval.training.verifier.export import SMALL
from eval.training.verifier.ship import place_file

__all__ = ["card_with_hash", "main"]

_PACKAGE = Path(rag.__file__).parent
_READER = "reader.int8.onnx"


def card_with_hash(card: str, sha256: str) -> str:
    """The card with this hash in place of the one that it names.

    >>> card_with_hash("Model file SHA-256 `0a1b`.", "ff")
    'Model file SHA-256 `ff`.'
    """
    return re.sub(r"(Model file SHA-256 `)[0-9a-f]*`", rf"\g<1>{sha256}`", card)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.reader.ship", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of eval.training.verifier.export")
    given = parser.parse_args(arguments)
    sha256 = place_file(given.model / SMALL, _PACKAGE, name=_READER)
    card = _PACKAGE / "model" / "evidence" / "READER_CARD.md"
    card.write_text(card_with_hash(card.read_text(encoding="utf-8"), sha256), encoding="utf-8")


if __name__ == "__main__":
    main()
