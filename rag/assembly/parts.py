"""Objects whose parts are built when they are first needed, and closed with them."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import cached_property
from typing import Any, TypeVar, overload

__all__ = ["Parts", "built_once"]

Part = TypeVar("Part")


class Parts:
    """The base of an object with parts that are `built_once`. Safe to share between threads."""

    def __init__(self) -> None:
        self._building = threading.RLock()
        self._built: list[object] = []

    def close(self) -> None:
        """Close the parts that were built and can be closed, the last first, each of them whatever another raises."""
        with self._building:
            built = list({id(part): part for part in self._built}.values())
        with ExitStack() as closing:
            for part in built:
                if close := getattr(part, "close", None):
                    closing.callback(close)


class built_once(cached_property[Part]):  # noqa: N801 - a decorator
    """A part of `Parts`, built when it is first needed, by one thread; `cached_property` alone has no lock."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> built_once[Part]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Part: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> built_once[Part] | Part:
        if instance is None:
            return self
        assert isinstance(instance, Parts)  # noqa: S101 - what the decorator is for
        with instance._building:
            is_new = self.attrname not in vars(instance)
            part = super().__get__(instance, owner)
            if is_new:
                instance._built.append(part)
            return part
