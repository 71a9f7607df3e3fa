"""Drafts by any LlamaIndex `LLM`; by default a server that speaks the OpenAI protocol.

That is LlamaIndex's own `OpenAILike`, which llama.cpp, Ollama, vLLM, LM Studio and the hosted services understand.
What is added here: a prompt that fits, no hidden retries, guards around the stream, and one clear error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from llama_index.core.llms import LLM

from rag.errors import GeneratorError
from rag.generators._prompting import (
    MOST_REWRITE_CHARACTERS,
    accepted_rewrite,
    answer_prompt,
    marker_grammar,
    rewrite_prompt,
)
from rag.model.llm.asking import (
    CountTokens,
    Message,
    Reply,
    RequestArgument,
    ask,
    estimate_tokens,
    load_prompt,
    server_of,
)
from rag.model.llm.pieces import UnusableError, whole_statements
from rag.model.llm.server import NothingWrittenError, connected, failure, openai_like
from rag.model.loading import made
from rag.protocols import CANNOT_ANSWER
from rag.types import Evidence, Turn

__all__ = ["LlamaIndexGenerator", "OpenAILikeGenerator"]

_MOST_CHARACTERS_A_TOKEN = 12


class LlamaIndexGenerator:
    """Asks a LlamaIndex `LLM` for short sentences, each with the number of its evidence.

    llm: the object, or its class as `module:Class`, which is then made with `llm_arguments`.
    has_grammar: the server takes a llama.cpp grammar with a request; markers are then valid by construction.
    count_tokens: of the model; by default an estimate that is on the safe side.

    Closing the iterator of `generate` ends the request. Several threads may ask at once if the LLM allows it.
    """

    def __init__(
        self,
        llm: LLM | str,
        *,
        llm_arguments: Mapping[str, object] | None = None,
        context_tokens: int = 4096,
        output_tokens: int = 256,
        has_grammar: bool = False,
        count_tokens: CountTokens = estimate_tokens,
    ) -> None:
        self._llm = llm if isinstance(llm, LLM) else made(llm, llm_arguments or {}, base=LLM, noun="LLM")
        self._room_tokens = context_tokens - output_tokens
        self._most_characters = output_tokens * _MOST_CHARACTERS_A_TOKEN
        self._has_grammar = has_grammar
        self._count_tokens = count_tokens
        self._prompt = load_prompt("rag.generators", "answer")
        self._rewrite_prompt = load_prompt("rag.generators", "rewrite")
        self._server = server_of(self._llm)
        self.id = f"{self._llm.class_name()}/{self._server.model}"
        self.prompt_id = self._prompt.id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """Statements as the model completes them; `CANNOT_ANSWER`, unasked, when there is no evidence.

        Raises:
            QuestionError: the question does not fit into the model's context.
            GeneratorError: the model cannot be asked, or what it writes is no answer.
        """
        asked = answer_prompt(
            self._prompt,
            question,
            evidence=evidence,
            history=history,
            room_tokens=self._room_tokens,
            count_tokens=self._count_tokens,
        )
        if not asked.evidence:
            yield CANNOT_ANSWER
            return
        grammar = marker_grammar(sentence.number for sentence in asked.evidence) if self._has_grammar else ""
        reply = self._ask(asked.messages, grammar)
        has_words = False
        with closing(reply.pieces()) as pieces:
            for statement in whole_statements(pieces, is_complete=lambda: not reply.was_cut):
                has_words = has_words or not statement.isspace()
                yield statement
        if not has_words:
            too_long = UnusableError("its first sentence does not end within its limit of output")
            raise failure(too_long if reply.was_cut else NothingWrittenError(), self._server)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """The question so that it can be understood without the conversation; unchanged when in doubt.

        Raises:
            QuestionError: the question does not fit into the model's context.
            GeneratorError: the model cannot be asked.
        """
        if not history:
            return question
        messages = rewrite_prompt(
            self._rewrite_prompt,
            question,
            history=history,
            room_tokens=self._room_tokens,
            count_tokens=self._count_tokens,
        )
        written = ""
        try:
            with closing(self._ask(messages).pieces()) as pieces:
                for piece in pieces:
                    written += piece
                    if "\n" in written.lstrip() or len(written) > MOST_REWRITE_CHARACTERS:
                        break  # closing ends the request: the rest is not worth waiting for
        except GeneratorError as error:
            if not isinstance(error.__cause__, UnusableError):
                raise
            return question
        return accepted_rewrite(written, question, history)

    def _ask(self, messages: Sequence[Message], grammar: str = "") -> Reply:
        arguments: dict[str, RequestArgument] = {"extra_body": {"grammar": grammar}} if grammar else {}
        return ask(self._llm, messages, server=self._server, max_characters=self._most_characters, **arguments)


class OpenAILikeGenerator(LlamaIndexGenerator):
    """Asks a server that speaks the OpenAI protocol, at temperature 0 and with a fixed seed.

    api_base: the address, such as `http://127.0.0.1:11434/v1`.
    key_base: the address that the key in the environment variable `RAG_API_KEY` is for; None: this one.
    timeout_seconds: how long to wait for the next bytes; an answer that takes five times as long is given up.
    """

    def __init__(
        self,
        *,
        model: str,
        api_base: str,
        context_tokens: int = 4096,
        output_tokens: int = 256,
        timeout_seconds: float = 120.0,
        has_grammar: bool = False,
        key_base: str | None = None,
    ) -> None:
        server, self._client = connected(model, api_base, timeout_seconds=timeout_seconds, key_base=key_base)
        super().__init__(
            openai_like(server, self._client, context_tokens=context_tokens, output_tokens=output_tokens),
            context_tokens=context_tokens,
            output_tokens=output_tokens,
            has_grammar=has_grammar,
        )
        self._server = server

    def close(self) -> None:
        """Close the connections; the generator cannot be asked any more."""
        self._client.close()
