"""A judge that is a GGUF model inside this process, which llama.cpp serves and we ask as any other server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx

from rag.model.llm.llama_cpp import LlamaCpp
from rag.model.llm.server import Server, openai_like
from rag.protocols import ClaimWithEvidence
from rag.types import Verdict
from rag.verifiers._probability import checked_threshold
from rag.verifiers.judge import ANSWER_TOKENS, LOG_PROBABILITIES, JudgeVerifier, judge_id

__all__ = ["LlamaCppJudgeVerifier"]

_GRAMMAR = 'root ::= "yes" | "no"'


class LlamaCppJudgeVerifier:
    """Asks the model in the file `model_path`, which is loaded for the first claim and can write only yes or no.

    n_threads: 0 for as many as this process may use.

    Several threads may ask: the server answers one after the other. `close` frees the memory; a later claim loads the
    model again.
    """

    def __init__(
        self,
        model_path: str | Path,
        *,
        threshold: float = 0.5,
        context_tokens: int = 2048,
        n_threads: int = 0,
        timeout_seconds: float = 120.0,
    ) -> None:
        self._llama_cpp = LlamaCpp(
            model_path,
            connect=partial(_connected, threshold=checked_threshold(threshold), context_tokens=context_tokens),
            context_tokens=context_tokens,
            n_threads=n_threads,
            timeout_seconds=timeout_seconds,
        )
        self.id = judge_id("llama-cpp", self._llama_cpp.model_path.stem)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """See `JudgeVerifier.verify`.

        Raises:
            WeightsError: the file cannot be loaded.
            GeneratorError: as there.
        """
        return self._llama_cpp.started().verify(pairs) if pairs else []

    def start(self) -> None:
        """Load the model now, so that the first claim need not wait for it.

        Raises:
            WeightsError: the file is no GGUF model, is not whole, or does not fit into memory.
        """
        self._llama_cpp.started()

    def close(self) -> None:
        """End the server and free the memory."""
        self._llama_cpp.close()


def _connected(server: Server, client: httpx.Client, *, threshold: float, context_tokens: int) -> JudgeVerifier:
    judge = JudgeVerifier(
        openai_like(server, client, context_tokens=context_tokens, output_tokens=ANSWER_TOKENS),
        threshold=threshold,
        context_tokens=context_tokens,
        request={**LOG_PROBABILITIES, "extra_body": {"grammar": _GRAMMAR}},
    )
    judge.id = judge_id("llama-cpp", server.model)
    return judge
