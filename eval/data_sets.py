"""The public sets of the eval suite: what each measures, where it comes from, and which of them are here.

The project ships none of their rows; `python -m eval convert` brings some of them into our form. The environment
variable `EVAL_DATA` names a folder with one folder a set, in one form for all of them: `corpus.jsonl`, `queries.jsonl`
and `pairs.jsonl`, as `FORM` says. `skipped` says what a checkout without them goes without. `loaded_sets` reads them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from eval.cases import DataError

__all__ = [
    "CONVERTIBLE",
    "CORPUS",
    "DATA_SETS",
    "FORM",
    "PAIRS",
    "POOLED",
    "QUERIES",
    "DataSet",
    "Kind",
    "data_folder",
    "missing_files",
    "skipped",
]

POOLED = "pooled"
"""The name under which `load` gives all corpora together."""

FORM: Mapping[str, str] = MappingProxyType(
    {
        "corpus.jsonl": "id, title, text, meta",
        "queries.jsonl": "id, text, answers [texts], answerable, gold_docs [ids], gold_evidence [texts that stand in a "
        "gold document as they are], type, meta, history [{role, text}] in conversations, and distractors [texts of "
        "the gold document that only seem to answer]",
        "pairs.jsonl": "id, premise, claim, label (supported, unsupported or contradicted), source, meta",
    }
)
"""File → the fields of each of its lines, which is one JSON object."""

CORPUS, QUERIES, PAIRS = FORM


CONVERTIBLE = ("acl-verbatim", "onestop-qa", "multi-span-qa", "condaqa")
"""Sets that `eval.public` makes from a checkout of their repository."""


class Kind(StrEnum):
    """What can be measured with a set."""

    RETRIEVAL = "retrieval"
    ANSWERING = "answering"
    ABSTENTION = "abstention"
    VERIFICATION = "verification"
    MULTI_TURN = "multi-turn"
    ALONE = "reading"
    """Each question is asked of one document alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A public set: what it is good for, its licence, where it comes from, and the files it consists of.

    is_convertible: whether `python -m eval convert` makes it from a checkout of its repository, which `source` names.
    """

    name: str
    kinds: tuple[Kind, ...]
    licence: str
    source: str
    files: tuple[str, ...]
    is_convertible: bool


def _data_sets() -> Iterator[DataSet]:
    retrieval, answering, abstention, verification, multi_turn, alone = Kind
    questions, everything = (CORPUS, QUERIES), (CORPUS, QUERIES, PAIRS)
    for name, kinds, files, licence, source in (
        ("squad2", (retrieval, answering, abstention, alone), questions, "CC BY-SA 4.0", "SQuAD 2.0, chrischute/squad"),
        ("qed", (retrieval, answering, abstention, alone), questions, "CC BY-SA 3.0", "google-research-datasets/QED"),
        ("clapnq", (retrieval, answering, abstention, alone), questions, "Apache-2.0", "primeqa/clapnq"),
        ("timeqa", (retrieval, answering, abstention), questions, "BSD-3-Clause", "wenhuchen/Time-Sensitive-QA"),
        (
            "multihoprag",
            (retrieval, answering, abstention),
            questions,
            "ODC-BY; the news text remains its publishers'",
            "MultiHop-RAG, zc277584121/search-datasets",
        ),
        (
            "scifact",
            (retrieval, verification),
            everything,
            "CC BY 4.0, abstracts ODC-BY 1.0",
            "SciFact, sumithra-p-v/claimverifier",
        ),
        ("twowiki", (retrieval,), questions, "MIT / Apache-2.0", "2WikiMultihopQA"),
        ("hotpot100", (retrieval, answering), questions, "CC BY-SA 4.0", "HotpotQA"),
        (
            "wice",
            (retrieval, answering, verification),
            everything,
            "ODC-BY for the annotations; the web pages remain their publishers'",
            "WiCE",
        ),
        ("mtrag", (retrieval, abstention, multi_turn), questions, "Apache-2.0", "IBM/mt-rag-benchmark"),
        (
            "rewrite",
            (multi_turn,),
            (QUERIES,),
            "CC BY-SA 4.0 / Apache-2.0",
            "CANARD, and rewrites from IBM/mt-rag-benchmark",
        ),
        ("fever", (retrieval, verification), everything, "CC BY-SA 3.0", "FEVER"),
        (
            "summedits",
            (verification,),
            (PAIRS,),
            "Apache-2.0; news text remains its publishers'",
            "salesforce/factualNLG",
        ),
        ("bump", (verification,), (PAIRS,), "MIT; the news text remains its publishers'", "dataminr-ai/BUMP"),
        ("fm2", (verification,), (PAIRS,), "Apache-2.0", "google-research/fool-me-twice"),
        ("acl-verbatim", (alone,), questions, "Apache-2.0", "KRLabsOrg/acl-verbatim"),
        ("onestop-qa", (alone,), questions, "CC BY-SA 4.0", "berzak/onestop-qa"),
        ("multi-span-qa", (alone,), questions, "passages of Wikipedia, CC BY-SA 3.0", "haonan-li/MultiSpanQA"),
        ("condaqa", (alone, verification), everything, "Apache-2.0", "AbhilashaRavichander/CondaQA"),
        ("nli_mix", (verification,), (PAIRS,), "CC BY-SA 4.0", "SNLI (dev and test) and FEVER-symmetric"),
    ):
        yield DataSet(
            name=name, kinds=kinds, licence=licence, source=source, files=files, is_convertible=name in CONVERTIBLE
        )


DATA_SETS: Mapping[str, DataSet] = MappingProxyType({data_set.name: data_set for data_set in _data_sets()})
"""Every public set by name."""


def data_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder with the public sets that `EVAL_DATA` names; None when it names none.

    Raises:
        DataError: it names something that is no folder.
    """
    named = environment.get("EVAL_DATA", "")
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise DataError(named, "EVAL_DATA names it, and it is no folder - name the folder that holds the sets, or none")
    return folder


def missing_files(data_set: DataSet, folder: Path | None) -> tuple[str, ...]:
    """The files of the set that are not in the folder; all of them when there is no folder."""
    return tuple(file for file in data_set.files if folder is None or not (folder / data_set.name / file).is_file())


def skipped(folder: Path | None) -> tuple[str, ...]:
    """One sentence for each set that lacks a file: which tasks go without it, where it comes from, in what form."""
    sentences = []
    for data_set in DATA_SETS.values():
        missing = missing_files(data_set, folder)
        if missing:
            form = "; ".join(f"{data_set.name}/{file}, one JSON object a line: {FORM[file]}" for file in data_set.files)
            sentences.append(
                f"skipped {data_set.name} ({', '.join(data_set.kinds)}): {' and '.join(missing)} not there. It comes "
                f"from {data_set.source} ({data_set.licence}). {_how_to_put(data_set, form)}"
            )
    return tuple(sentences)


def _how_to_put(data_set: DataSet, form: str) -> str:
    if not data_set.is_convertible:
        return f"Put it in the folder that EVAL_DATA names, as {form}."
    return (
        f"Check its repository out and run `python -m eval convert {data_set.name} --checkout CHECKOUT`, which puts it "
        f"into the folder that EVAL_DATA names, as {form}."
    )
