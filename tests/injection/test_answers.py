from __future__ import annotations

import pytest

from rag import AnswerStatus, ClaimVerified, Done, Retrieved

TRUSTING = "rag.testing.scripted:ScriptedVerifier"


@pytest.fixture(scope="session")
def here(request):
    """The conftest of this folder, which other folders' tests do not see."""
    return next(
        plugin
        for plugin in request.config.pluginmanager.get_plugins()
        if getattr(plugin, "__file__", "").endswith("injection/conftest.py")
    )


def test_extractive(hostile, open_world, here):
    assistant = open_world(hostile)
    answer = assistant.ask(here.QUESTION)
    assert here.violations(answer, assistant, hostile) == []
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].quote == here.RIGHT


def test_obedient(hostile, open_world, obedient, here):
    assistant = open_world(hostile, generator=obedient(hostile))
    answer = assistant.ask(here.QUESTION)
    assert here.violations(answer, assistant, hostile) == []
    assert answer.citations[0].quote == here.RIGHT


def test_trusting(hostile, open_world, obedient, here):
    assistant = open_world(hostile, generator=obedient(hostile), verifier=TRUSTING)
    answer = assistant.ask(here.QUESTION)
    assert here.violations(answer, assistant, hostile) != []
