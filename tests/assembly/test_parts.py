"""Parts are built once, when they are needed, and closed with what they are parts of."""

from __future__ import annotations

import threading
import time

import pytest

from rag import Assistant, Settings
from rag.assembly.backends import Parts, built_once


class Closable:
    """Remembers its name in `closed` when it is closed."""

    def __init__(self, name: str, closed: list[str]) -> None:
        self._name = name
        self._closed = closed

    def close(self) -> None:
        self._closed.append(self._name)
        if self._name == "broken":
            raise OSError("it is broken")


class House(Parts):
    """Two parts that can be closed, one that is the same under another name, and one that cannot."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.closed: list[str] = []
        self.n_built = 0
        self._names = names or ("first", "second")

    @built_once
    def first(self) -> Closable:
        self.n_built += 1
        time.sleep(0.01)
        return Closable(self._names[0], self.closed)

    @built_once
    def second(self) -> Closable:
        return Closable(self._names[1], self.closed)

    @built_once
    def again(self) -> Closable:
        return self.first

    @built_once
    def number(self) -> int:
        return 3


def test_a_part_is_built_once_however_many_threads_need_it():
    house = House()
    threads = [threading.Thread(target=lambda: house.first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.n_built == 1


def test_what_was_built_is_closed_once_the_last_first_and_nothing_is_built_for_it():
    house = House()
    assert (house.first, house.number, house.again) == (house.again, 3, house.first)
    house.close()
    assert house.closed == ["first"]
    both = House()
    assert both.first is not both.second
    both.close()
    assert both.closed == ["second", "first"]
    assert both.n_built == 1
    untouched = House()
    untouched.close()
    assert (untouched.closed, untouched.n_built) == ([], 0)


def test_a_part_that_cannot_be_closed_keeps_no_other_open():
    house = House("first", "broken")
    assert house.first is not house.second
    with pytest.raises(OSError, match="it is broken"):
        house.close()
    assert house.closed == ["broken", "first"]


def test_the_model_that_judges_is_closed_with_the_assistant(store_folder):
    settings = Settings(
        embedder="hashing", verifier="judge", llm_model="nobody", llm_api_base="http://127.0.0.1:9/v1", llm="none"
    )
    with Assistant.open(store_folder, settings) as assistant:
        judge = assistant._answerer.verifier
        client = judge._model._client
        assert not client.is_closed
    assert client.is_closed
