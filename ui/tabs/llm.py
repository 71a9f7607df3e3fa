"""What happens in the Settings tab: whether a language model can be reached, and getting the local one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from rag import DEFAULT_LLM, FetchProgress, RagError, find_model, known_models, pull_model
from ui.background import Job
from ui.languages.words import N_, _, duration, megabytes, ngettext
from ui.preferences import Assistants, LlmKind, Preferences
from ui.sentences import sentence
from ui.tabs.adding import progress_bar
from ui.views.choices_view import render_choices
from ui.views.render import render_message

__all__ = ["LlmTab"]

_TEST_SECONDS = 5.0
_SHOWN_EVERY_SECONDS = 0.25
_MOST_NAMED = 5


class LlmTab:
    """The language models that can be chosen; whoever asks for what they may not is told so.

    may_change_llm: False when other people come in: they could make this machine call any address.
    """

    def __init__(self, assistants: Assistants, *, may_change_llm: bool) -> None:
        self._assistants = assistants
        self._may_change_llm = may_change_llm

    def in_use(self, preferences: Preferences) -> str:
        """What answers, in words that are always in sight."""
        try:
            name = self._assistants.language_model(preferences)
        except RagError as error:
            return _("no language model. {why}", why=sentence(error, doing="choosing a language model"))
        kind, _slash, model = name.partition("/")
        if kind == "openai-like":
            return model or _("a server with the OpenAI protocol")
        return (model if kind == "llama-cpp" else name) or _("quotes only, no language model")

    def explained(self, preferences: Preferences) -> str:
        """What is in use with these preferences and why, as HTML."""
        try:
            return render_choices(self._assistants.explained(preferences))
        except RagError as error:
            return render_message(sentence(error, doing="explaining the settings"), is_error=True)

    def local_model(self) -> str:
        """Whether the local model is here, or how large it would be to get."""
        model = next(model for model in known_models() if model.name == DEFAULT_LLM)
        try:
            is_here = find_model(DEFAULT_LLM) is not None
        except RagError:
            is_here = False
        named = {"model": model.title, "licence": model.licence}
        if is_here:
            return _("{model} ({licence}) is on this machine.", **named)
        size = megabytes(model.n_bytes)
        return _("{model} ({licence}) is not on this machine yet: {size} to fetch.", size=size, **named)

    def test(self, api_base: str) -> tuple[tuple[str, ...], str]:
        """The models served at that address, and a sentence about it; no document is sent."""
        if not self._may_change_llm:
            return (), _(_NOT_ALLOWED)
        if not api_base.strip():
            return (), _(_NO_ADDRESS)
        try:
            models = self._assistants.served_models(api_base.strip(), timeout_seconds=_TEST_SECONDS)
        except Exception as error:  # whatever an unknown server answers, people get a sentence
            return (), sentence(error, doing="testing the connection")
        named = ", ".join(models[:_MOST_NAMED]) + (" …" if len(models) > _MOST_NAMED else "")
        return models, ngettext(
            "Connected: it serves {n} model: {names}.",
            "Connected: it serves {n} models: {names}.",
            len(models),
            names=named,
        )

    def pull(self) -> Iterator[str]:
        """Each state, as HTML, of getting the local model; it goes on when nobody looks any more."""
        if not self._may_change_llm:
            yield render_message(_(_NOT_ALLOWED), is_error=True)
            return
        started = time.monotonic()

        def work(on_progress: Callable[[FetchProgress], None]) -> None:
            pull_model(DEFAULT_LLM, on_progress=on_progress)

        job: Job[FetchProgress] = Job(work, name="ui-pull")
        yield progress_bar(_("Looking for the model …"), done=0, total=1, label=_(_FETCHING))
        first: FetchProgress | None = None
        try:
            for batch in job.batches(within_seconds=_SHOWN_EVERY_SECONDS):
                first = first or batch[0]
                yield _progress(batch[-1], since=first, seconds=time.monotonic() - started)
        except Exception as error:
            yield render_message(sentence(error, doing="fetching the model"), is_error=True)
            return
        verified = _("Its SHA-256 was verified.")
        yield render_message(f"{self.local_model()} {verified}")

    def refusal(self, preferences: Preferences) -> str:
        """Why these preferences cannot be taken; empty when they can."""
        if preferences.llm is not LlmKind.AS_STARTED and not self._may_change_llm:
            return _(_NOT_ALLOWED)
        if preferences.llm is LlmKind.SERVER and not preferences.api_base:
            return _(_NO_ADDRESS)
        try:
            self._assistants.language_model(preferences)
        except RagError as error:
            return sentence(error, doing="choosing a language model")
        return ""


_NOT_ALLOWED = N_(
    "The language model cannot be chosen here: this app is open to others. Choose it where it is started."
)
_NO_ADDRESS = N_("Write the server’s address first, such as http://127.0.0.1:11434/v1.")
_FETCHING = N_("Fetching the model")


def _progress(progress: FetchProgress, *, since: FetchProgress, seconds: float) -> str:
    """How much is here, the rate of this fetch (not counting what was here before), and the time left."""
    fetched = progress.bytes_done - since.bytes_done
    parts = [_("{part} of {whole}", part=megabytes(progress.bytes_done), whole=megabytes(progress.bytes_total))]
    if fetched > 0 and seconds >= 1:
        rate = fetched / seconds
        left = (progress.bytes_total - progress.bytes_done) / rate
        parts.append(_("{size} a second", size=megabytes(rate)))
        parts.append(_("about {time} left", time=duration(left)))
    parts.append(_("from {place}", place=progress.place))
    return progress_bar(" · ".join(parts), done=progress.bytes_done, total=progress.bytes_total, label=_(_FETCHING))
