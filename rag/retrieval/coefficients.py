"""The numbers that were fitted and not thought out: `coefficients.json`, made by `python -m eval.training.ranker`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["coefficients"]

_FILE = "coefficients.json"


@cache
def coefficients() -> Mapping[str, Mapping[str, float]]:
    """What is fitted → name → number: "ranking" has the weight of each feature, "answerability" of each signal.

    The file is part of this package, so it is read without checks; a test compares its names with those used here.
    """
    fitted = json.loads(files("rag.retrieval").joinpath(_FILE).read_text(encoding="utf-8"))
    return {part: fitted[part] for part in ("ranking", "answerability")}
