"""A language model says yes or no: do the cited sentences say all of the claim?

One short request for each claim, for one word at temperature 0. Where the server tells how likely each word was, the
score is the probability of "yes" against "no"; elsewhere a yes is 0.9 and a no is 0.1. What is neither is no support.
A server that fails is an error and never a verdict.

Source: Kadavath et al. 2022, Language Models (Mostly) Know What They Know (probability of the answer's token).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
from llama_index.core.llms import LLM

from rag.checking.attributed import said_by
from rag.errors import GeneratorError
from rag.model.llm.asking import Message, Reply, RequestArgument, ask, estimate_tokens, load_prompt, neutral, server_of
from rag.model.llm.llama_cpp import LlamaCpp
from rag.model.llm.pieces import UnusableError
from rag.model.llm.server import Server, connected, openai_like
from rag.model.loading import made
from rag.protocols import ClaimWithEvidence
from rag.types import Verdict, VerdictLabel
from rag.verifiers.rules import checked_threshold

__all__ = ["ANSWER_TOKENS", "LOG_PROBABILITIES", "JudgeVerifier", "LlamaCppJudgeVerifier", "OpenAILikeJudgeVerifier"]

ANSWER_TOKENS = 2
"""One for the word, and one for what some models put before it."""
LOG_PROBABILITIES: Mapping[str, RequestArgument] = {"logprobs": True, "top_logprobs": 5}
"""What asks a server with the OpenAI protocol how likely each word was; five is the most that some servers give."""

_YES, _NO = "yes", "no"
_CERTAIN = 0.9
"""Probability of a yes, and of a no, without a word from the server about it."""
_TOKENS_AROUND_MESSAGES = 32
_MOST_CHARACTERS = 10_000
_WORD = re.compile(r"\W*(\w+)")
_NOT_LETTERS = re.compile(r"[\W_]+")


class JudgeVerifier:
    """Asks any LlamaIndex `LLM`.

    llm: the object, or its class as `module:Class`, which is then made with `llm_arguments`. Give it a temperature
        of 0 and a small limit of output.
    threshold: probability of "yes" from which a claim is supported.
    context_tokens: a claim and evidence that do not fit are not asked about: nothing of them is ever cut off.
    request: what is sent with each request beside the messages.

    Several threads may ask at once if the LLM allows it.
    """

    def __init__(
        self,
        llm: LLM | str,
        *,
        llm_arguments: Mapping[str, object] | None = None,
        threshold: float = 0.5,
        context_tokens: int = 4096,
        request: Mapping[str, RequestArgument] | None = None,
    ) -> None:
        self._llm = llm if isinstance(llm, LLM) else made(llm, llm_arguments or {}, base=LLM, noun="LLM")
        self._threshold = checked_threshold(threshold)
        self._room_tokens = context_tokens - ANSWER_TOKENS - _TOKENS_AROUND_MESSAGES
        self._request = dict(request or {})
        self._prompt = load_prompt("rag.verifiers", "judge")
        self._server = server_of(self._llm)
        self.id = judge_id(self._llm.class_name(), self._server.model)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """Supported or unsupported, one request each, with what the model said as the reason.

        Raises:
            GeneratorError: the model cannot be asked; no claim may be shown for that.
        """
        return [self._verdict(pair) for pair in pairs]

    def _verdict(self, pair: ClaimWithEvidence) -> Verdict:
        claim, evidence = neutral(pair.claim), _evidence_lines(pair)
        if not any(letter.isalnum() for letter in claim):
            return self._unsupported("the claim is empty")
        if not evidence:
            return self._unsupported("the claim cites nothing")
        messages = self._prompt.messages(evidence=evidence, claim=claim)
        n_tokens = sum(estimate_tokens(message.text) for message in messages)
        if n_tokens > self._room_tokens:
            return self._unsupported(f"claim and evidence take more tokens than the judge reads, {self._room_tokens:,}")
        return self._asked(messages)

    def _asked(self, messages: Sequence[Message]) -> Verdict:
        reply = ask(self._llm, messages, server=self._server, max_characters=_MOST_CHARACTERS, **self._request)
        try:
            said = _first_word(reply)
        except GeneratorError as error:
            if not isinstance(error.__cause__, UnusableError):
                raise
            return self._unsupported(f"the judge says neither yes nor no: {error.__cause__}")
        if said.casefold() not in (_YES, _NO):
            return self._unsupported(f"the judge says neither yes nor no, but {said[:40]!r}")
        score = _probability_of_yes(reply.log_probabilities)
        if score is None:
            score = _CERTAIN if said.casefold() == _YES else 1.0 - _CERTAIN
        is_supported = score >= self._threshold
        return Verdict(
            label=VerdictLabel.SUPPORTED if is_supported else VerdictLabel.UNSUPPORTED,
            score=score,
            verifier_id=self.id,
            reasons=(f"the judge says {said.casefold()}, with a probability of yes of {score:.2f}",),
        )

    def _unsupported(self, reason: str) -> Verdict:
        return Verdict(label=VerdictLabel.UNSUPPORTED, score=0.0, verifier_id=self.id, reasons=(reason,))


class OpenAILikeJudgeVerifier(JudgeVerifier):
    """Asks a server that speaks the OpenAI protocol, with a fixed seed.

    api_base: the address, such as `http://127.0.0.1:11434/v1`.
    key_base: the address that the key in the environment variable `RAG_API_KEY` is for; None: this one.
    has_log_probabilities: False for a server that refuses a request for them.

    A model that thinks before it answers cannot be a judge: its answer ends before its thoughts do.
    """

    def __init__(
        self,
        *,
        model: str,
        api_base: str,
        threshold: float = 0.5,
        context_tokens: int = 4096,
        timeout_seconds: float = 120.0,
        has_log_probabilities: bool = True,
        key_base: str | None = None,
    ) -> None:
        server, self._client = connected(model, api_base, timeout_seconds=timeout_seconds, key_base=key_base)
        super().__init__(
            openai_like(server, self._client, context_tokens=context_tokens, output_tokens=ANSWER_TOKENS),
            threshold=threshold,
            context_tokens=context_tokens,
            request=LOG_PROBABILITIES if has_log_probabilities else None,
        )
        self._server = server

    def close(self) -> None:
        """Close the connections; the verifier cannot be asked any more."""
        self._client.close()


def judge_id(kind: str, model: str) -> str:
    """The id of a judge: the model, and the prompt that it is asked with."""
    return f"judge/{kind}/{model}@{load_prompt('rag.verifiers', 'judge').id}"


def _evidence_lines(pair: ClaimWithEvidence) -> str:
    """The quotes, one a line, each after who says it; empty when there is none."""
    named = [(neutral(said.speaker), neutral(said.quote)) for said in said_by(pair)]
    return "\n".join(f"- {f'({speaker} speaking) ' if speaker else ''}{quote}" for speaker, quote in named if quote)


def _first_word(reply: Reply) -> str:
    """What the model says, as far as its first word; the request ends there."""
    written = ""
    with closing(reply.pieces()) as pieces:
        for piece in pieces:
            written += piece
            word = _WORD.match(written)
            if word and word.end() < len(written):
                break
    word = _WORD.match(written)
    return word[1] if word else written


def _probability_of_yes(log_probabilities: Sequence[Mapping[str, float]]) -> float | None:
    """How likely "yes" was against "no" where one of them was written, in all spellings; None when it is not known.

    >>> round(_probability_of_yes([{"Yes": math.log(0.6), " yes": math.log(0.1), "No": math.log(0.1)}]), 3)
    0.875
    """
    for alternatives in log_probabilities:
        weights = {_YES: 0.0, _NO: 0.0}
        words = {token: _NOT_LETTERS.sub("", token).casefold() for token in alternatives}
        if words[next(iter(alternatives))] not in weights:
            continue  # the first is the one that was written
        for token, log_probability in alternatives.items():
            if words[token] in weights:
                weights[words[token]] += 0.0 if math.isnan(log_probability) else math.exp(min(0.0, log_probability))
        total = sum(weights.values())
        return weights[_YES] / total if total > 0.0 else None
    return None


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
