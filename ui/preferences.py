"""What a person may choose for their own browser: which language model answers, from how much, and what is shown."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from rag import Assistant, ChosenPart, Settings, SettingsError, explain_choices, language_model, served_models
from ui.addresses import refusal
from ui.scope import Scope

__all__ = ["N_SOURCES", "STRICTNESS", "Assistants", "LlmKind", "Notch", "Preferences"]

N_SOURCES = (5, 10, 20)
"""How many sentences an answer may be made from. Few choices, so that browsers share the assistants made for them."""


class Notch(NamedTuple):
    """How sure the documents have to be of an answer before it is given, and what that comes to.

    abstain_below: the setting of that name.
    n_answered: of 100 questions that the documents do not answer, how many are answered all the same.
    n_declined: of 100 questions that they do answer, how many are declined.
    """

    abstain_below: float
    n_answered: int
    n_declined: int


STRICTNESS = (
    Notch(0.2, 67, 0),
    Notch(0.4, 43, 0),
    Notch(0.6, 38, 13),
    Notch(0.7, 29, 23),
)
"""The notches, the least strict first; few, so that browsers share the assistants made for them.

Measured on the dev half of the gold questions about the article in `seeds/`: eval/LOG.md, 2026-11-30, "what strictness
comes to".
"""

_MOST_IDLE = 2


class LlmKind(StrEnum):
    """Where the language model is, if there is one."""

    AS_STARTED = "as started"
    NONE = "none"
    LOCAL = "local"
    SERVER = "openai-like"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The choices of one browser.

    api_base, model: of a server with the OpenAI protocol, or the local model's name; empty for the default.
    n_sources: sentences that an answer may be made from; 0 for as many as the app was started with.
    shows_drafts: whether claims that failed their check are shown, as unsupported.
    scope: which documents are searched.
    strictness: a notch of `STRICTNESS`, from 1; 0 for as strict as the app was started.
    """

    llm: LlmKind = LlmKind.AS_STARTED
    api_base: str = ""
    model: str = ""
    n_sources: int = 0
    shows_drafts: bool = False
    scope: Scope = field(default_factory=Scope)
    strictness: int = 0

    def searching(self, where: str | None) -> Preferences:
        """With that filter beside what is ticked."""
        return replace(self, scope=self.scope.changed("where", where or "", is_on=True))

    def to_browser(self) -> dict[str, object]:
        """What a browser keeps."""
        return {
            "llm": self.llm.value,
            "api_base": self.api_base,
            "model": self.model,
            "n_sources": self.n_sources,
            "shows_drafts": self.shows_drafts,
            "scope": self.scope.to_browser(),
            "strictness": self.strictness,
        }

    @classmethod
    def from_browser(cls, kept: object) -> Preferences:
        """The preferences that a browser kept; the defaults for whatever is missing or has another shape.

        >>> Preferences.from_browser({"llm": "none", "n_sources": "many"}) == Preferences(llm=LlmKind.NONE)
        True
        >>> Preferences.from_browser({"strictness": 99}) == Preferences()
        True
        """
        values = kept if isinstance(kept, Mapping) else {}
        llm, n_sources = values.get("llm"), values.get("n_sources")
        return cls(
            llm=LlmKind(llm) if llm in list(LlmKind) else LlmKind.AS_STARTED,
            api_base=_text(values.get("api_base")),
            model=_text(values.get("model")),
            n_sources=n_sources if n_sources in N_SOURCES else 0,
            shows_drafts=values.get("shows_drafts") is True,
            scope=Scope.from_browser(values.get("scope")),
            strictness=_notch(values.get("strictness")),
        )

    def changes(self, settings: Settings, *, may_change_llm: bool) -> dict[str, str | int | float]:
        """The settings that these preferences change, by name; none when they are those of `settings`."""
        wanted: dict[str, str | int | float] = {}
        if self.strictness:
            wanted["abstain_below"] = STRICTNESS[self.strictness - 1].abstain_below
        if self.n_sources:
            wanted["n_evidence"] = self.n_sources
            wanted["llm_evidence"] = min(settings.llm_evidence, self.n_sources)
            wanted["max_citations"] = min(settings.max_citations, self.n_sources)
        if may_change_llm and self.llm != LlmKind.AS_STARTED:
            is_server = self.llm == LlmKind.SERVER
            wanted |= {"generator": "auto", "llm": self.llm.value, "llm_model": self.model}
            wanted["llm_api_base"] = self.api_base if is_server else ""
        now = settings.model_dump()
        return {name: value for name, value in wanted.items() if now[name] != value}


class Assistants:
    """Assistants over one library, one for each distinct choice, shared between browsers.

    may_change_llm: False keeps every browser to the language model that the app was started with, whatever it asks.
    """

    def __init__(self, started: Assistant, *, may_change_llm: bool = True) -> None:
        self._started = started
        self._may_change_llm = may_change_llm
        self._lock = threading.Lock()
        self._others: OrderedDict[tuple[tuple[str, str | int | float], ...], Assistant] = OrderedDict()
        self._n_users: dict[int, int] = {}

    @property
    def started(self) -> Assistant:
        """The assistant that the app was started with, for everything that is the same for all."""
        return self._started

    @property
    def may_change_llm(self) -> bool:
        """Whether a browser, or a client, may choose the language model."""
        return self._may_change_llm

    @contextmanager
    def using(self, preferences: Preferences) -> Iterator[Assistant]:
        """The assistant for these preferences, which is not closed before the block ends.

        Raises:
            SettingsError: they hold a value that cannot be used.
        """
        assistant = self._lent(preferences)
        try:
            yield assistant
        finally:
            with self._lock:
                self._n_users[id(assistant)] -= 1
                superfluous = self._superfluous()
            for idle in superfluous:
                idle.close()

    def explained(self, preferences: Preferences) -> tuple[ChosenPart, ...]:
        """What each part is with these preferences, and why.

        Raises:
            SettingsError: the preferences hold a value that cannot be used.
            WeightsError: the weights of the local model that they ask for are not here.
        """
        settings = self._started.settings
        return explain_choices(Settings(**settings.model_dump() | self._changes(preferences)))

    def language_model(self, preferences: Preferences) -> str:
        """The language model that answers, named for people; empty when sentences are quoted without one.

        Raises:
            SettingsError: the preferences hold a value that cannot be used.
            WeightsError: the weights of the local model that they ask for are not here.
        """
        settings = self._started.settings
        changes = self._changes(preferences)
        return language_model(Settings(**settings.model_dump() | changes) if changes else settings)

    def served_models(self, api_base: str, *, timeout_seconds: float) -> tuple[str, ...]:
        """The models that the server at that address serves; the key goes only to the one that it was configured for.

        Raises:
            SettingsError: it is no address, or one that is not asked from the page.
            GeneratorError: it cannot be asked, or serves none.
        """
        self._changes(Preferences(llm=LlmKind.SERVER, api_base=api_base))
        key_base = self._started.settings.key_base
        return served_models(api_base, timeout_seconds=timeout_seconds, key_base=key_base)

    def close(self) -> None:
        """Close all but the one that the app was started with."""
        with self._lock:
            others = list(self._others.values())
            self._others.clear()
        for assistant in others:
            assistant.close()

    def _changes(self, preferences: Preferences) -> dict[str, str | int | float]:
        """What these preferences change; every way to a language model leads through here, and so its address.

        Raises:
            SettingsError: they name a server that is not asked from the page.
        """
        changes = preferences.changes(self._started.settings, may_change_llm=self._may_change_llm)
        refused = refusal(str(changes.get("llm_api_base", "")))
        if refused:
            raise SettingsError(refused)
        return changes

    def _lent(self, preferences: Preferences) -> Assistant:
        changes = self._changes(preferences)
        key = tuple(sorted(changes.items()))
        with self._lock:
            assistant = self._started
            if changes:
                assistant = self._others.get(key) or self._started.with_settings(**changes)
                self._others[key] = assistant
                self._others.move_to_end(key)
            self._n_users[id(assistant)] = self._n_users.get(id(assistant), 0) + 1
        return assistant

    def _superfluous(self) -> list[Assistant]:
        """Take out those that nobody uses, the longest unused first, until few are left."""
        idle = [key for key, assistant in self._others.items() if not self._n_users.get(id(assistant))]
        taken = [self._others.pop(key) for key in idle[: max(0, len(idle) - _MOST_IDLE)]]
        for assistant in taken:
            self._n_users.pop(id(assistant), None)
        return taken


def _notch(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= len(STRICTNESS) else 0


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
