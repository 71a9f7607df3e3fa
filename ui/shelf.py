"""The conversations of one browser, as it keeps them: names, questions and ids of answers, never a word of a document.

A browser has several tabs, each with what it knew when it was opened; so the newest state of each conversation counts,
and one that was deleted stays known as such.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ui.conversation import Conversation, Kept, kept_questions

__all__ = ["Shelf", "Shelved", "Shelves"]

_MOST_CONVERSATIONS = 100
_MOST_QUESTIONS = 50
_MOST_TITLE_CHARACTERS = 120
_MOST_BROWSERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A conversation; one without questions was deleted.

    name: as it was renamed; empty where it is called after its first question.
    changed_ms: when, in milliseconds since 1970. mark: shows whose it is; empty without users.
    """

    id: str
    name: str = ""
    changed_ms: int = 0
    mark: str = ""
    questions: tuple[Kept, ...] = ()

    @property
    def title(self) -> str:
        """What it is called in the list."""
        return self.name or (self.questions[0].question if self.questions else "")

    def to_browser(self) -> dict[str, object]:
        """What a browser keeps of it."""
        questions = [
            {"question": each.question, "answer": each.answer_id, "mark": each.mark} for each in self.questions
        ]
        return {
            "id": self.id,
            "name": self.name,
            "changed": self.changed_ms,
            "mark": self.mark,
            "questions": questions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The conversations, the one that was changed last first.

    browser: tells browsers apart. current: id of the conversation that is shown; empty for a new one.
    """

    browser: str = ""
    current: str = ""
    all: tuple[Shelved, ...] = ()

    @property
    def conversations(self) -> tuple[Shelved, ...]:
        """Those that were not deleted."""
        return tuple(each for each in self.all if each.questions)

    @classmethod
    def from_browser(cls, kept: object, *, mark_of: Callable[[str], str] = lambda _: "") -> Shelf:
        """What a browser kept; what is not of the user whose marks are made is left out, as is what has another shape.

        A list is the one conversation of an older version.
        """
        if isinstance(kept, list):
            questions = _own(kept_questions(kept), mark_of)
            one = Shelved(id="first", mark=mark_of("first"), questions=questions)
            return cls(current="first", all=(one,)) if questions else cls()
        if not isinstance(kept, Mapping):
            return cls()
        listed = kept.get("conversations")
        found = [_shelved(item, mark_of) for item in (listed if isinstance(listed, list) else [])]
        return cls(
            browser=_text(kept.get("browser")),
            current=_text(kept.get("current")),
            all=_newest_first(each for each in found if each is not None),
        )

    def to_browser(self) -> dict[str, object]:
        """What a browser keeps."""
        listed = [each.to_browser() for each in self.all]
        return {"browser": self.browser, "current": self.current, "conversations": listed}

    def find(self, conversation_id: str) -> Shelved | None:
        """The conversation of that id; None when there is none, or it was deleted."""
        return next((each for each in self.conversations if each.id == conversation_id), None)

    def merged(self, other: Shelf) -> Shelf:
        """This shelf with what the other has that is newer.

        >>> old, new = (Shelved(id="a", name=name, changed_ms=ms) for name, ms in (("old", 1), ("new", 2)))
        >>> [each.name for each in Shelf(all=(old,)).merged(Shelf(all=(new,))).all]
        ['new']
        """
        newest = {each.id: each for each in self.all}
        for each in other.all:
            if each.id not in newest or newest[each.id].changed_ms < each.changed_ms:
                newest[each.id] = each
        return replace(self, all=_newest_first(newest.values()))

    def turned_to(self, conversation_id: str) -> Shelf:
        """The shelf with that conversation shown."""
        return replace(self, current=conversation_id)

    def holding(self, conversation: Conversation, *, mark_of: Callable[[str], str]) -> Shelf:
        """The shelf with the conversation as it is now, which is shown; as it was while there is nothing to be kept."""
        kept = tuple(Kept(item["question"], item["answer"], item["mark"]) for item in conversation.to_browser(mark_of))
        before = self.find(conversation.id)
        if not kept or (before and before.questions == kept[-_MOST_QUESTIONS:]):
            return self.turned_to(conversation.id)
        named = before or Shelved(id=conversation.id, mark=mark_of(conversation.id))
        changed = replace(named, questions=kept[-_MOST_QUESTIONS:], changed_ms=_now_ms())
        return self._with(changed).turned_to(conversation.id)

    def renamed(self, conversation_id: str, name: str) -> Shelf:
        """The shelf with that conversation under another name; under its first question for an empty one."""
        found = self.find(conversation_id)
        name = " ".join(name.split())[:_MOST_TITLE_CHARACTERS]
        return self._with(replace(found, name=name, changed_ms=_now_ms())) if found else self

    def without(self, conversation_id: str) -> Shelf:
        """The shelf on which that conversation is known to be deleted."""
        found = self.find(conversation_id)
        if found is None:
            return self
        gone = Shelved(id=found.id, mark=found.mark, changed_ms=_now_ms())
        return replace(self._with(gone), current="" if self.current == conversation_id else self.current)

    def _with(self, changed: Shelved) -> Shelf:
        others = (each for each in self.all if each.id != changed.id)
        return replace(self, all=_newest_first([changed, *others]))


class Shelves:
    """What the browsers of this app kept last, so that no tab of one puts an old state over that of another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_browser: OrderedDict[tuple[str, str], Shelf] = OrderedDict()

    def known(self, shelf: Shelf, *, user: str) -> Shelf:
        """The shelf with what other tabs of its browser have changed."""
        with self._lock:
            other = self._by_browser.get((user, shelf.browser)) if shelf.browser else None
        named = shelf if shelf.browser else replace(shelf, browser=uuid4().hex)
        return named.merged(other) if other else named

    def keep(self, shelf: Shelf, *, user: str) -> Shelf:
        """Remember it, and give it as it is with what other tabs have changed meanwhile."""
        shelf = self.known(shelf, user=user)
        with self._lock:
            self._by_browser[user, shelf.browser] = shelf
            self._by_browser.move_to_end((user, shelf.browser))
            while len(self._by_browser) > _MOST_BROWSERS:
                self._by_browser.popitem(last=False)
        return shelf


def _shelved(item: object, mark_of: Callable[[str], str]) -> Shelved | None:
    """The conversation, of which what is another user's is left out; None for another user's, or no conversation."""
    if not isinstance(item, Mapping):
        return None
    id_, changed, mark = _text(item.get("id")), item.get("changed"), _text(item.get("mark"))
    if not id_ or not _is_same(mark, mark_of(id_)):
        return None
    return Shelved(
        id=id_,
        name=_text(item.get("name"))[:_MOST_TITLE_CHARACTERS],
        changed_ms=changed if isinstance(changed, int) else 0,
        mark=mark,
        questions=_own(kept_questions(item.get("questions")), mark_of),
    )


def _own(questions: Sequence[Kept], mark_of: Callable[[str], str]) -> tuple[Kept, ...]:
    own = [each for each in questions if _is_same(each.mark, mark_of(each.answer_id))]
    return tuple(own[-_MOST_QUESTIONS:])


def _is_same(mark: str, wanted: str) -> bool:
    """Whether the mark is that which is wanted; none is where there are no users."""
    return not wanted or hmac.compare_digest(wanted.encode(), mark.encode("utf-8", "replace"))


def _newest_first(found: Iterable[Shelved]) -> tuple[Shelved, ...]:
    return tuple(sorted(found, key=lambda each: -each.changed_ms)[:_MOST_CONVERSATIONS])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
