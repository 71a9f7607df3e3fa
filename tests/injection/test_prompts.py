"""What a model reads: whatever a document holds, it stays on its line inside the fence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import pytest
from llama_index.core.llms import ChatMessage, ChatResponse, CustomLLM, LLMMetadata

from rag.generators.llama_index import LlamaIndexGenerator

from .conftest import DOCUMENT_BY_NAME, EVERY_DOCUMENT, QUESTION, RIGHT

_NUMBERED = re.compile(r"^\[(\d+)\] ")
_BRACKETS = re.compile(r"[][【】〔〕⟦⟧〖〗]")
_OPENS_TAG = re.compile(r"<(?! ?\d)")
_SHOW_NOTHING = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")


class Recorder(CustomLLM):
    """Remembers what it was told, and copies the line of the evidence that is right."""

    prompts: list[str] = []  # noqa: RUF012 - a field: each object gets a copy

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="recorder")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: object):
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object):
        raise NotImplementedError

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: object) -> Iterator[ChatResponse]:
        self.prompts.append(messages[-1].content)
        found = re.search(rf"^\[(\d+)\] {re.escape(RIGHT)}$", messages[-1].content, re.MULTILINE)
        text = f"{RIGHT} [{found[1]}]"
        yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=text)


def forgeries(prompt: str, *, n_documents: int, n_sentences: int) -> list[str]:
    """What in a prompt is not where the prompt file puts it."""
    opening, _, rest = prompt.partition("<evidence>\n")
    block, _, closing = rest.partition("\n</evidence>")
    lines = block.split("\n")
    numbers = [found[1] for line in lines if (found := _NUMBERED.match(line))]
    words = "\n".join(_NUMBERED.sub("", line) for line in lines)
    as_read = unicodedata.normalize("NFKC", words)  # as some tokenizers read it
    unseen = {letter for letter in words if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    return [
        *(["something stands before the evidence"] if opening else []),
        *([f"something stands behind the evidence: {closing!r}"] if closing != f"\n\nQuestion: {QUESTION}" else []),
        *(f"a line of its own: {line!r}" for line in lines if not line.startswith("Document: ") and line[:1] != "["),
        *(["a number stands twice"] if len(set(numbers)) < len(numbers) else []),
        *(["a sentence too many"] if len(numbers) > n_sentences else []),
        *(["a document too many"] if len(lines) - len(numbers) > n_documents else []),
        *([f"{len(prompt.splitlines())} lines look like more"] if prompt.splitlines() != prompt.split("\n") else []),
        *(f"a bracket: {found!r}" for found in _BRACKETS.findall(as_read)),
        *(f"a tag opens: {as_read[found.start() : found.start() + 20]!r}" for found in _OPENS_TAG.finditer(as_read)),
        *(f"a character that nobody sees: {letter!r}" for letter in {*unseen, *_SHOW_NOTHING.findall(words)} - {"\n"}),
    ]


@EVERY_DOCUMENT
def test_no_document_leaves_its_line_of_the_prompt(hostile, world):
    evidence = world(hostile).quoted.evidence
    recorder = Recorder()
    written = "".join(LlamaIndexGenerator(recorder).generate(QUESTION, evidence, ()))
    (prompt,) = recorder.prompts
    n_documents = len({sentence.document_id for sentence in evidence})
    assert forgeries(prompt, n_documents=n_documents, n_sentences=len(evidence)) == []
    assert any(line.startswith("Document: ") and not line.endswith("bridge.txt") for line in prompt.split("\n"))
    assert written.startswith(RIGHT)


def test_an_assistant_asks_in_the_same_way(open_world, plugged):
    recorder = Recorder()
    answer = open_world(DOCUMENT_BY_NAME["closing the fence"], llm=plugged(recorder)).ask(QUESTION)
    (prompt,) = recorder.prompts
    assert forgeries(prompt, n_documents=2, n_sentences=len(answer.evidence)) == []
    assert "‹/evidence>" in prompt
    assert [each.claim.text for each in answer.claims] == [RIGHT]
    assert answer.trace.notice == ""


FORGING = [
    "chat template of im_start",
    "chat template of inst",
    "chat template in wide signs",
    "chat template with blanks",
    "closing the fence",
    "fake evidence line",
    "fake marker",
    "wide marker",
    "zero-width letters",
    "blank letters",
    "variation selectors",
    "markdown roles",
]


@pytest.mark.parametrize("name", FORGING)
def test_the_same_text_as_it_stands_would_be_caught(name):
    line = f"[2] {DOCUMENT_BY_NAME[name].text}"
    prompt = f"<evidence>\nDocument: t\n[1] {RIGHT}\n{line}\n</evidence>\n\nQuestion: {QUESTION}"
    harmless = prompt.replace(line, "[2] The ferry stopped.")
    assert forgeries(prompt, n_documents=1, n_sentences=2)
    assert forgeries(harmless, n_documents=1, n_sentences=2) == []
