"""People who ask a server at once: what each asks, and what each is told, in the two protocols of OpenAI.

Nobody here knows what is right. Each script is asked once among all others and once alone, and both have to be told the
same; what somebody is told that another one asked for is seen by the same comparison.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from enum import Enum, auto
from itertools import cycle
from typing import Any, NamedTuple

import httpx

from eval.cases import Case
from eval.sampling import sampled

__all__ = ["Said", "Step", "Wait", "Way", "ask_all", "differences", "scripts_of"]

_ANSWER_SECONDS = 120
_LEANING = ("And when was that?", "Where was that?", "Who else was there?", "And why?")
_MODEL = "chapter-and-verse-quotes"


class Way(Enum):
    """How a question is asked."""

    WHOLE = auto()
    FOLLOWING = auto()
    """As one that follows the answer before it, by the id of that."""
    STREAM = auto()


class Step(NamedTuple):
    """One question of a script."""

    question: str
    way: Way


class Said(NamedTuple):
    """What is told: the text, what was understood, and each citation as document, start and end."""

    text: str
    understood: str
    citations: tuple[tuple[str, int, int], ...]


class Wait(NamedTuple):
    """An answer and how long it took."""

    seconds: float
    said: Said


def scripts_of(cases: Sequence[Case], n_users: int, n_rounds: int) -> list[list[Step]]:
    """What each of so many people asks, one after the other; no question twice, as long as there are enough.

    Of three questions the first is asked for a whole answer, the second leans on that, the third is streamed.
    """
    ways = [list(Way)[number % len(Way)] for number in range(n_rounds)]
    n_fresh = n_users * sum(way is not Way.FOLLOWING for way in ways)
    asked = dict.fromkeys(" ".join(case.question.split()) for case in cases)
    fresh = cycle(sampled(list(asked), n_fresh, id_of=str))
    leaning = random.Random(1)  # noqa: S311 - to be repeated, not to be secret
    return [
        [Step(leaning.choice(_LEANING) if way is Way.FOLLOWING else next(fresh), way) for way in ways]
        for _ in range(n_users)
    ]


async def ask_all(
    url: str, scripts: Sequence[Sequence[Step]], *, think_seconds: tuple[float, float], n_at_once: int | None = None
) -> list[list[Wait]]:
    """What each is told, in order: all at once, or so many at once, each thinking for a while before a question.

    think_seconds: least and most; how long is drawn for each question, every time between them as likely.

    Raises:
        httpx.HTTPError: the server did not answer, or with an error.
    """
    turns = asyncio.Semaphore(n_at_once or len(scripts))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)

    async def visit(client: httpx.AsyncClient, number: int) -> list[Wait]:
        chance = random.Random(number)  # noqa: S311
        waits: list[Wait] = []
        before = ""
        async with turns:
            for step in scripts[number]:
                await asyncio.sleep(chance.uniform(*think_seconds))
                started = time.perf_counter()
                said, before = await _asked(client, step, before)
                waits.append(Wait(time.perf_counter() - started, said))
        return waits

    async with httpx.AsyncClient(base_url=url, timeout=_ANSWER_SECONDS, trust_env=False, limits=limits) as client:
        return await asyncio.gather(*(visit(client, number) for number in range(len(scripts))))


async def _asked(client: httpx.AsyncClient, step: Step, before: str) -> tuple[Said, str]:
    """What is told, and the id by which another question follows it."""
    if step.way is Way.STREAM:
        return await _streamed(client, step.question), before
    body = {"model": _MODEL, "input": step.question}
    if step.way is Way.FOLLOWING:
        body["previous_response_id"] = before
    answer = (await client.post("/v1/responses", json=body)).raise_for_status().json()
    (part,) = answer["output"][0]["content"]
    return _said(part["text"], part["annotations"], answer["chapter_and_verse"]), answer["id"]


async def _streamed(client: httpx.AsyncClient, question: str) -> Said:
    body = {"model": _MODEL, "messages": [{"role": "user", "content": question}], "stream": True}
    text, annotations, outcome = "", list[dict[str, Any]](), dict[str, Any]()
    async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            delta = chunk["choices"][0]["delta"]
            text += delta.get("content", "")
            annotations += delta.get("annotations", [])
            outcome = chunk.get("chapter_and_verse", outcome)
    return _said(text, annotations, outcome)


def _said(text: str, annotations: Sequence[dict[str, Any]], outcome: dict[str, Any]) -> Said:
    cited = (each["citation"] for each in annotations)
    places = tuple((citation["document_id"], citation["start"], citation["end"]) for citation in cited)
    return Said(text, outcome.get("standalone_question", ""), places)


def differences(together: Sequence[Sequence[Wait]], alone: Sequence[Sequence[Wait]]) -> tuple[int, int]:
    """How many answers are not those given alone, and how many of them are what another person was told.

    >>> mine, yours = Said("It rained.", "Did it rain?", ()), Said("It snowed.", "Did it snow?", ())
    >>> differences([[Wait(1, mine)], [Wait(1, mine)]], [[Wait(1, mine)], [Wait(1, yours)]])
    (1, 1)
    """
    owners: dict[Said, set[int]] = {}
    for number, waits in enumerate(alone):
        for wait in waits:
            owners.setdefault(wait.said, set()).add(number)
    wrong = [
        (number, told.said)
        for number, (one, other) in enumerate(zip(together, alone, strict=True))
        for told, expected in zip(one, other, strict=True)
        if told.said != expected.said
    ]
    return len(wrong), sum(bool(owners.get(said, set()) - {number}) for number, said in wrong)
