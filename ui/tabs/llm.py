"""What happens in the Settings tab: whether a language model can be reached, and getting the local one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from rag import DEFAULT_LLM, FetchProgress, RagError, find_model, known_models, pull_model
from ui.background import Job
from ui.preferences import Assistants, LlmKind, Preferences
from ui.sentences import count, duration, megabytes, sentence
from ui.tabs.adding import progress_bar
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
            return f"no language model. {sentence(error, doing='choosing a language model')}"
        kind, _, model = name.partition("/")
        if kind == "openai-like":
            return model or "a server with the OpenAI protocol"
        return (model if kind == "llama-cpp" else name) or "quotes only, no language model"

    def local_model(self) -> str:
        """Whether the local model is here, or how large it would be to get."""
        model = next(model for model in known_models() if model.name == DEFAULT_LLM)
        try:
            is_here = find_model(DEFAULT_LLM) is not None
        except RagError:
            is_here = False
        state = "is on this machine" if is_here else f"is not on this machine yet: {megabytes(model.n_bytes)} to fetch"
        return f"{model.title} ({model.licence}) {state}."

    def test(self, api_base: str) -> tuple[tuple[str, ...], str]:
        """The models served at that address, and a sentence about it; no document is sent."""
        if not self._may_change_llm:
            return (), _NOT_ALLOWED
        if not api_base.strip():
            return (), "Write the server's address first, such as http://127.0.0.1:11434/v1."
        try:
            models = self._assistants.served_models(api_base.strip(), timeout_seconds=_TEST_SECONDS)
        except Exception as error:  # whatever an unknown server answers, people get a sentence
            return (), sentence(error, doing="testing the connection")
        named = ", ".join(models[:_MOST_NAMED]) + (" …" if len(models) > _MOST_NAMED else "")
        return models, f"Connected: it serves {count(len(models), 'model')}: {named}."

    def pull(self) -> Iterator[str]:
        """Each state, as HTML, of getting the local model; it goes on when nobody looks any more."""
        if not self._may_change_llm:
            yield render_message(_NOT_ALLOWED, is_error=True)
            return
        started = time.monotonic()

        def work(on_progress: Callable[[FetchProgress], None]) -> None:
            pull_model(DEFAULT_LLM, on_progress=on_progress)

        job: Job[FetchProgress] = Job(work, name="ui-pull")
        yield progress_bar("Looking for the model …", done=0, total=1, label="Fetching the model")
        first: FetchProgress | None = None
        try:
            for batch in job.batches(within_seconds=_SHOWN_EVERY_SECONDS):
                first = first or batch[0]
                yield _progress(batch[-1], since=first, seconds=time.monotonic() - started)
        except Exception as error:
            yield render_message(sentence(error, doing="fetching the model"), is_error=True)
            return
        yield render_message(f"{self.local_model()} Its SHA-256 was verified.")

    def refusal(self, preferences: Preferences) -> str:
        """Why these preferences cannot be taken; empty when they can."""
        if preferences.llm is not LlmKind.AS_STARTED and not self._may_change_llm:
            return _NOT_ALLOWED
        if preferences.llm is LlmKind.SERVER and not preferences.api_base:
            return "Write the server's address first, such as http://127.0.0.1:11434/v1."
        try:
            self._assistants.language_model(preferences)
        except RagError as error:
            return sentence(error, doing="choosing a language model")
        return ""


_NOT_ALLOWED = "The language model cannot be chosen here: this app is open to others. Choose it where it is started."


def _progress(progress: FetchProgress, *, since: FetchProgress, seconds: float) -> str:
    """How much is here, the rate of this fetch (not counting what was here before), and the time left."""
    fetched = progress.bytes_done - since.bytes_done
    parts = [f"{megabytes(progress.bytes_done)} of {megabytes(progress.bytes_total)}"]
    if fetched > 0 and seconds >= 1:
        rate = fetched / seconds
        left = (progress.bytes_total - progress.bytes_done) / rate
        parts += [f"{megabytes(rate)} a second", f"about {duration(left)} left"]
    parts.append(f"from {progress.place}")
    label = "Fetching the model"
    return progress_bar(" · ".join(parts), done=progress.bytes_done, total=progress.bytes_total, label=label)
