"""An assistant over one short article, whose generator and verifier say what a test has them say."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from rag import Assistant, Settings
from tests.answering.bridge import ARTICLE


@pytest.fixture
def open_with(store_folder, write, monkeypatch):
    """Opens an assistant over the article; a scripted generator and verifier enter by name, as backends do."""
    opened = []

    def open_(generator=None, verifier=None, **settings):
        backends = ModuleType("scripted_backends")
        backends.generator, backends.verifier = lambda: generator, lambda: verifier
        monkeypatch.setitem(sys.modules, "scripted_backends", backends)
        chosen = {"embedder": "hashing", "abstain_below": 0.0, **settings}
        if generator is not None:
            chosen["generator"] = "scripted_backends:generator"
        if verifier is not None:
            chosen["verifier"] = "scripted_backends:verifier"
        assistant = Assistant.open(store_folder, Settings(**chosen))
        opened.append(assistant)
        assistant.add([write("bridge.txt", ARTICLE)])
        return assistant

    yield open_
    for assistant in opened:
        assistant.close()
