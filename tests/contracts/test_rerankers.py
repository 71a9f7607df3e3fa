"""The contract of the `Reranker` socket, over every backend."""

from __future__ import annotations

import numpy as np
import pytest

from rag.assembly.backends import BACKENDS, build
from rag.rerankers.overlap import OverlapReranker
from rag.testing.reranker import RERANKER_CHECKS, check_reranker

IN_TESTS_OF_THEIR_OWN = {"cross-encoder"}
"""They need a model: see `tests/rerankers`."""


@pytest.mark.parametrize("name", sorted(BACKENDS["reranker"].keys() - IN_TESTS_OF_THEIR_OWN))
@pytest.mark.parametrize("check", RERANKER_CHECKS, ids=lambda check: check.__name__)
def test_reranker(check, name):
    check(build("reranker", name))


def test_all_checks_run_as_one():
    check_reranker(OverlapReranker())


class _Sorting(OverlapReranker):
    def score(self, question, texts):
        return np.sort(super().score(question, texts))


class _Dropping(OverlapReranker):
    def score(self, question, texts):
        return super().score(question, texts)[:2]


class _Upside(OverlapReranker):
    def score(self, question, texts):
        return -super().score(question, texts)


@pytest.mark.parametrize("broken", [_Sorting, _Dropping, _Upside])
def test_contract_catches_a_broken_reranker(broken):
    with pytest.raises(AssertionError):
        check_reranker(broken())
