"""Drafts by a GGUF model inside this process, which llama.cpp serves and we ask as any other server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import httpx

from rag.generators.llama_index import LlamaIndexGenerator
from rag.model.llm.asking import load_prompt
from rag.model.llm.llama_cpp import LlamaCpp
from rag.model.llm.server import Server, openai_like
from rag.types import Evidence, Turn

__all__ = ["LlamaCppGenerator"]


class LlamaCppGenerator:
    """Asks the model in the file `model_path`, which is loaded for the first question.

    n_threads: 0 for as many as this process may use.
    has_grammar: markers are valid by construction; False leaves them to the model.

    Several threads may ask: the server answers one after the other. `close` frees the memory, and so does the end of
    the process; a later question loads the model again.
    """

    def __init__(
        self,
        model_path: str | Path,
        *,
        context_tokens: int = 4096,
        output_tokens: int = 256,
        n_threads: int = 0,
        timeout_seconds: float = 120.0,
        has_grammar: bool = True,
    ) -> None:
        self._llama_cpp = LlamaCpp(
            model_path,
            connect=partial(
                _connected, context_tokens=context_tokens, output_tokens=output_tokens, has_grammar=has_grammar
            ),
            context_tokens=context_tokens,
            n_threads=n_threads,
            timeout_seconds=timeout_seconds,
        )
        self.id = f"llama-cpp/{self._llama_cpp.model_path.stem}"
        self.prompt_id = load_prompt("rag.generators", "answer").id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """See `LlamaIndexGenerator.generate`.

        Raises:
            WeightsError: the file cannot be loaded.
            QuestionError, GeneratorError: as there.
        """
        yield from self._started().generate(question, evidence, history)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """See `LlamaIndexGenerator.rewrite`."""
        return self._started().rewrite(question, history) if history else question

    def start(self) -> None:
        """Load the model now, so that the first question need not wait for it.

        Raises:
            WeightsError: the file is no GGUF model, is not whole, or does not fit into memory.
        """
        self._started()

    def close(self) -> None:
        """End the server and free the memory; an answer that is being written breaks off."""
        self._llama_cpp.close()

    def _started(self) -> LlamaIndexGenerator:
        return self._llama_cpp.started()


def _connected(
    server: Server, client: httpx.Client, *, context_tokens: int, output_tokens: int, has_grammar: bool
) -> LlamaIndexGenerator:
    return LlamaIndexGenerator(
        openai_like(server, client, context_tokens=context_tokens, output_tokens=output_tokens),
        context_tokens=context_tokens,
        output_tokens=output_tokens,
        has_grammar=has_grammar,
    )
