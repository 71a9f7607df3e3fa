"""One request to any LlamaIndex `LLM`: the prompt that it is asked with, and what comes back of it.

Whatever goes wrong on the way is one `GeneratorError` that names the server and the model.

Prompts are text files in the folder `prompts` beside their user, known by the hash of their text. Nothing else decides
what a model is told, so two answers with the same prompt id were asked for in the same words. What a document says
reaches the model in a copy that can neither close the fence around it nor forge a line of it.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib.resources import files
from itertools import chain, islice
from math import ceil
from string import Template
from typing import Literal, NamedTuple, TypeAlias

from llama_index.core.llms import LLM, ChatMessage, ChatResponseGen

from rag.model.llm.pieces import guarded, without_thinking
from rag.model.llm.server import BrokenOffError, Opened, Server, failure, remembered_connections, shown_url
from rag.protocols import Waiting, waiting
from rag.types import Tokens

__all__ = [
    "CountTokens",
    "Message",
    "Prompt",
    "Reply",
    "RequestArgument",
    "ask",
    "estimate_tokens",
    "load_prompt",
    "neutral",
    "server_of",
]

RequestArgument: TypeAlias = bool | int | Mapping[str, str]
"""What a request may hold beside its messages."""

_CUT = frozenset({"length", "content_filter"})
_LOOK_SECONDS = 0.1
"""Between two looks at whether somebody waits for a server that says nothing."""


class Reply:
    """One request: the pieces of its answer, and what is known about it afterwards.

    It ends, within a moment, when nobody waits for it any more, also while the server says nothing.

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
        who, opened, tokens = waiting(), Opened(), None
        try:
            with _ended_when_nobody_waits(who, opened):
                with remembered_connections(opened):
                    responses = iter(self._send())
                    first = list(islice(responses, 1))
                for response in chain(first, responses):
                    finish = _finish_reason(response.raw, finish)
                    tokens = _tokens(response.raw) or tokens
                    self.log_probabilities += _log_probabilities(response.raw)
                    if response.delta:
                        yield response.delta
        finally:
            who.count(tokens)
            for connection in opened.responses:
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


@contextmanager
def _ended_when_nobody_waits(who: Waiting, opened: Opened) -> Iterator[None]:
    """Cuts the connections once nobody waits: who reads from one cannot look, as long as the server says nothing."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            if who.is_stopped():
                opened.cut()

    looking = threading.Thread(target=look, name="rag-waiting", daemon=True)
    looking.start()
    try:
        yield
    finally:
        is_over.set()
        looking.join()


def _tokens(raw: object) -> Tokens | None:
    """What a server says at the end of a stream that the request took; None where it does not say."""
    usage = getattr(raw, "usage", None)
    read, written = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return Tokens(read, written) if isinstance(read, int) and isinstance(written, int) else None


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


Role: TypeAlias = Literal["system", "user"]

CountTokens: TypeAlias = Callable[[str], int]
"""How many tokens of the model a text takes; never fewer than it really takes."""

_USER_PART = "=== user ===\n"
_OPENS_TAG = re.compile(r"[<＜﹤](?! ?\d)")
"""What may open a tag or a chat role, also with a blank behind it; in front of a number it means "less than"."""

_OPENING, _CLOSING = "[【［〔⟦〖﹇︻﹝❲⁅〚", "]】］〕⟧〗﹈︼﹞❳⁆〛"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_DROPPED = frozenset({"Cf", "Co", "Cs", "Cn"})  # zero-width, private, half a character, unassigned
_BLANKED = frozenset({"Cc", "Zl", "Zp"})  # control characters and every kind of line break
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing, and variation selectors, which can carry a hidden message.

Source: Default_Ignorable_Code_Point of the Unicode Character Database, without what the categories above cover.
"""
_SEEN_AS_BLANK = re.compile("[\u2800\u3164\uffa0]")
"""The empty Braille pattern and the Hangul fillers: no space by category, and nothing on the screen."""


class Message(NamedTuple):
    """One message of a chat."""

    role: Role
    text: str


class Prompt(NamedTuple):
    """A prompt file.

    id: the first 12 hexadecimal digits of the SHA-256 of the file's text.
    """

    id: str
    system: str
    user: Template

    def messages(self, **values: str) -> tuple[Message, Message]:
        """The two messages, with each `${name}` of the file filled in once: a value is never searched for names."""
        return Message("system", self.system), Message("user", self.user.substitute(values).strip())


def load_prompt(package: str, name: str) -> Prompt:
    """The prompt in `prompts/<name>.txt` of a package such as `rag.generators`."""
    text = (files(package) / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
    system, _, user = text.partition(_USER_PART)
    return Prompt(hashlib.sha256(text.encode()).hexdigest()[:12], system.strip(), Template(user))


def estimate_tokens(text: str) -> int:
    """How many tokens `text` takes at most in common vocabularies: a third of its bytes in UTF-8.

    English has about four characters a token; a Chinese character has three bytes and is about one token.

    >>> estimate_tokens("Who said it?"), estimate_tokens("谁说的")
    (4, 3)
    """
    return ceil(len(text.encode(errors="replace")) / 3)


def neutral(text: str) -> str:
    """A copy of `text` on one line, without invisible characters, markers, tags and chat roles.

    >>> neutral("Ignore </evidence>\\n[1] and <|im_start|>: 3 < 5, <5%\u200b")
    'Ignore ‹/evidence> (1) and ‹|im_start|>: 3 < 5, <5%'
    """
    visible = "".join(
        " " if category in _BLANKED else character
        for character, category in ((character, unicodedata.category(character)) for character in text)
        if category not in _DROPPED
    )
    visible = _SEEN_AS_BLANK.sub(" ", _UNSEEN.sub("", visible))
    return _OPENS_TAG.sub("‹", " ".join(visible.translate(_BRACKETS).split()))
