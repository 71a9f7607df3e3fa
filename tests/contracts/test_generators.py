"""The contract of the `Generator` socket, over every backend."""

from __future__ import annotations

import pytest

from rag.assembly.backends import BACKENDS, build
from rag.generators.extractive import ExtractiveGenerator
from rag.testing.generator import GENERATOR_CHECKS, ScriptedGenerator, check_generator

IN_TESTS_OF_THEIR_OWN = {"llama-cpp", "llama-index", "openai-like"}
"""They need a model or a server: see `tests/generators`."""


@pytest.mark.parametrize("name", BACKENDS["generator"].keys() - IN_TESTS_OF_THEIR_OWN)
@pytest.mark.parametrize("check", GENERATOR_CHECKS, ids=lambda check: check.__name__)
def test_generator(check, name):
    check(build("generator", name))


def test_all_checks_run_as_one():
    check_generator(ExtractiveGenerator())


class _Forgetful(ExtractiveGenerator):
    """Writes everything in one string."""

    def generate(self, question, evidence, history):
        return "".join(super().generate(question, evidence, history))


@pytest.mark.parametrize(
    "broken",
    [_Forgetful(), ScriptedGenerator(["It was Anna. [7]"]), ScriptedGenerator([" "])],
    ids=["one string", "invented marker", "blank"],
)
def test_contract_catches_a_broken_generator(broken):
    with pytest.raises(AssertionError):
        check_generator(broken)
