"""ACL-Verbatim: 100 passages that a search over papers of the ACL gave for 33 queries, and the words that people chose.

A passage without words that people chose is irrelevant, and nothing of it should be cited. Words were copied by hand,
some of them in other case or spacing; they are looked up as the makers do it, and cut from the passage as it is.
Source: github.com/KRLabsOrg/acl-verbatim (Apache-2.0), 333_20260206_dense_top5_20260305.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from eval.cases import Row
from eval.public.rows import Converted, document_row, question_row, read_json, read_text

__all__ = ["convert"]

_FILE = "333_20260206_dense_top5_20260305.json"


def convert(checkout: Path) -> Converted:
    """One document and one question for each passage of each query.

    A relevant passage in which none of the chosen words are found is left out.
    """
    path = checkout / _FILE
    corpus, queries, n_left_out = [], [], 0
    for number, line in enumerate(filter(str.strip, read_text(path).split("\n")), start=1):
        record = Row(f"{path} line {number}", read_json(line, f"{path} line {number}"))
        for rank, result in enumerate(record.rows("results"), start=1):
            chunk, chosen = result.text("chunk"), result.texts("gold_extraction")
            evidence = list(_in_chunk(chosen, chunk))
            if chosen and not evidence:
                n_left_out += 1
                continue
            id_ = f"acl_{number}_{rank}"
            corpus.append(document_row(id_, chunk))
            queries.append(question_row(f"{id_}_q", record.text("query"), id_, evidence))
    return Converted(corpus, queries, n_left_out=n_left_out)


def _in_chunk(chosen: tuple[str, ...], chunk: str) -> Iterator[str]:
    """What the words are in the chunk, whatever their case and spacing; those that do not stand in it are left out."""
    for words in filter(str.strip, chosen):
        if words in chunk:
            yield words
        elif found := re.search(r"\s+".join(map(re.escape, words.split())), chunk, re.IGNORECASE):
            yield found[0]
