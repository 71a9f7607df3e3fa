"""The contract of the `Verifier` socket, over every backend."""

from __future__ import annotations

import pytest

from rag.assembly.backends import BACKENDS, build
from rag.testing.verifier import VERIFIER_CHECKS, ScriptedVerifier, check_verifier
from rag.types import VerdictLabel
from rag.verifiers.rules import RulesVerifier

IN_TESTS_OF_THEIR_OWN = {"entailment", "judge", "judge-llama-cpp", "rules-then-model"}
"""They need a model: see `tests/verifiers`."""


@pytest.mark.parametrize("name", sorted(BACKENDS["verifier"].keys() - IN_TESTS_OF_THEIR_OWN))
@pytest.mark.parametrize("check", VERIFIER_CHECKS, ids=lambda check: check.__name__)
def test_verifier(check, name):
    check(build("verifier", name))


def test_all_checks_run_as_one():
    check_verifier(RulesVerifier())


class _Unordered(RulesVerifier):
    def verify(self, pairs):
        return super().verify(pairs)[::-1]


@pytest.mark.parametrize(
    "broken",
    [ScriptedVerifier(), ScriptedVerifier(otherwise=VerdictLabel.UNSUPPORTED), _Unordered()],
    ids=["supports all", "supports nothing", "unordered"],
)
def test_contract_catches_a_broken_verifier(broken):
    with pytest.raises(AssertionError):
        check_verifier(broken)
