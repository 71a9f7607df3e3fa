"""Bring a public set, as its makers give it, into the form that is measured: from a checkout into EVAL_DATA.

    git clone https://github.com/KRLabsOrg/acl-verbatim
    python -m eval convert acl-verbatim --checkout acl-verbatim --to FOLDER

Nothing is fetched here. Rows that cannot be told exactly are left out and counted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from eval.cases import DataError
from eval.data_sets import CORPUS, DATA_SETS, PAIRS, QUERIES, data_folder
from eval.public import acl_verbatim, condaqa, multi_span_qa, onestop_qa
from eval.public.rows import Converter

__all__ = ["CONVERTERS", "add_arguments", "main", "write_set"]

CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {
        "acl-verbatim": acl_verbatim.convert,
        "onestop-qa": onestop_qa.convert,
        "multi-span-qa": multi_span_qa.convert,
        "condaqa": condaqa.convert,
    }
)
"""By the name of the set in `DATA_SETS`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval convert`."""
    parser.add_argument("set", choices=list(CONVERTERS), help="the set")
    parser.add_argument("--checkout", type=Path, required=True, help="folder with a checkout of the set's repository")
    parser.add_argument("--to", type=Path, help="folder of all sets; the one that EVAL_DATA names where it is left out")


def main(options: argparse.Namespace) -> int:
    """Write the set's files and say how many rows they have; 2 when that cannot be done."""
    try:
        folder = options.to or data_folder()
        if folder is None:
            raise DataError(options.set, "EVAL_DATA names no folder - name one with --to")
        print(write_set(options.set, options.checkout, folder))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write_set(name: str, checkout: Path, folder: Path) -> str:
    """A sentence about what was written into `folder / name`.

    Raises:
        DataError: the checkout holds no such set, or the folder cannot be written.
    """
    converted = CONVERTERS[name](checkout)
    rows_of = {CORPUS: converted.corpus, QUERIES: converted.queries, PAIRS: converted.pairs}
    files = DATA_SETS[name].files
    try:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file in files:
            begun = folder / name / f"{file}.part{os.getpid()}"
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of[file])
            begun.write_text("".join(lines), encoding="utf-8", newline="")
            begun.replace(folder / name / file)
    except OSError as error:
        raise DataError(str(folder / name), f"{error.strerror} - name another folder with --to") from error
    counts = ", ".join(f"{len(rows_of[file]):,} rows of {file}" for file in files)
    return f"{folder / name}: {counts}; {converted.n_left_out:,} rows left out"
