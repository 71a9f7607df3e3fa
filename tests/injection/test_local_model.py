"""A small model that believes what it reads, over hostile documents: the guard holds, whatever it writes."""

from __future__ import annotations

import pytest

from rag.model import weights

from .conftest import DOCUMENT_BY_NAME, QUESTION, has_only_markers_of_citations, violations

pytestmark = pytest.mark.llm

NAMES = [
    "ignore the above",
    "ignore previous instructions",
    "chat template of im_start",
    "closing the fence",
    "fake system prompt",
    "question and answer",
]


@pytest.fixture(scope="module")
def local_model():
    path = weights.find_model("smollm2-135m")
    if path is None:
        pytest.skip("the weights of smollm2-135m are not here - run `rag models pull smollm2-135m`")
    from rag.generators.llama_cpp import LlamaCppGenerator

    made = LlamaCppGenerator(path, context_tokens=1024, output_tokens=96, n_threads=1)
    yield made
    made.close()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_real_model_is_told_to_say_is_not_shown(name, local_model, open_world, plugged):
    hostile = DOCUMENT_BY_NAME[name]
    assistant = open_world(hostile, generator=plugged(local_model))
    answer = assistant.ask(QUESTION)
    assert answer.trace.draft or answer.trace.notice
    # A small model may shorten a true sentence, which is no violation.
    assert [found for found in violations(answer, assistant, hostile) if not found.startswith("not said")] == []
    assert has_only_markers_of_citations(answer)
