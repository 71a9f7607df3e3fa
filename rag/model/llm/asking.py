"""One request to any LlamaIndex `LLM`, and what comes back of it.

Whatever goes wrong on the way is one `GeneratorError` that names the server and the model.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import TypeAlias

import httpx
from llama_index.core.llms import LLM, ChatMessage, ChatResponseGen

from rag.model.llm.pieces import guarded, without_thinking
from rag.model.llm.prompts import Message
from rag.model.llm.server import BrokenOffError, Server, failure, remembered_responses, shown_url

__all__ = ["Reply", "RequestArgument", "ask", "server_of"]

RequestArgument: TypeAlias = bool | int | Mapping[str, str]
"""What a request may hold beside its messages."""

_CUT = frozenset({"length", "content_filter"})


class Reply:
    """One request: the pieces of its answer, and what is known about it afterwards.

    send: asks the model; nothing is sent before the first piece is wanted.
    was_cut: the answer ended at the limit of output.
    log_probabilities: for each token of the answer, what might have stood in its place → natural logarithm of its
        probability; empty when the server does not say.
    """

    def __init__(self, send: Callable[[], ChatResponseGen], server: Server, *, max_characters: int) -> None:
        self._send = send
        self._server = server
        self._max_characters = max_characters
        self.was_cut = False
        self.log_probabilities: list[Mapping[str, float]] = []

    def pieces(self) -> Generator[str, None, None]:
        """What the model writes, as it comes; closing the generator ends the request.

        Raises:
            GeneratorError: whatever the library, the network, the server or the model does wrong.
        """
        try:
            with closing(self._deltas()) as deltas:
                yield from guarded(without_thinking(deltas), max_characters=self._max_characters)
        except Exception as error:
            key = self._server.key
            cause = None if key and key in str(error) else error  # a traceback prints its causes too
            raise failure(error, self._server) from cause

    def _deltas(self) -> Generator[str, None, None]:
        finish: str | None = ""
        opened: list[httpx.Response] = []
        try:
            with remembered_responses() as opened:
                responses = iter(self._send())
                first = list(islice(responses, 1))
            for response in chain(first, responses):
                finish = _finish_reason(response.raw, finish)
                self.log_probabilities += _log_probabilities(response.raw)
                if response.delta:
                    yield response.delta
        finally:
            for connection in opened:
                connection.close()  # by this a server learns that nobody listens
        self.was_cut = finish in _CUT
        if finish is None:
            raise BrokenOffError


def ask(
    llm: LLM, messages: Sequence[Message], *, server: Server, max_characters: int, **arguments: RequestArgument
) -> Reply:
    """A request that is sent when the first piece of its answer is wanted."""
    asked = [ChatMessage(role=message.role, content=message.text) for message in messages]
    return Reply(partial(llm.stream_chat, asked, **arguments), server, max_characters=max_characters)


def _finish_reason(raw: object, before: str | None) -> str | None:
    """Why the model stopped; None while it has not, "" for an LLM that does not say."""
    choices = getattr(raw, "choices", None)
    if not choices:
        return before
    reason = choices[0].finish_reason
    return str(reason) if reason else before or None


def _log_probabilities(raw: object) -> list[Mapping[str, float]]:
    """What a piece of a stream says about its tokens; nothing where a server says it in a form of its own."""
    choices = getattr(raw, "choices", None)
    said = getattr(choices[0], "logprobs", None) if choices else None
    try:
        return [
            {str(each.token): float(each.logprob) for each in (token, *(token.top_logprobs or ()))}
            for token in getattr(said, "content", None) or ()
        ]
    except (AttributeError, TypeError, ValueError):
        return []


def server_of(llm: LLM) -> Server:
    """What can be told of an LLM that somebody else made."""
    url, key = getattr(llm, "api_base", None), getattr(llm, "api_key", None)
    return Server(
        shown_url(url) if isinstance(url, str) and url else "",
        llm.metadata.model_name,
        key if isinstance(key, str) else "",
    )
