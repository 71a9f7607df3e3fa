"""What happens in the newsroom's tabs: a draft is checked, quotations are found, events are put in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rag import Assistant, RagError, Timeline, timeline_to_csv, timeline_to_markdown
from ui.languages.words import _
from ui.sentences import sentence
from ui.tabs.library import delete_upload
from ui.views.draft_view import render_draft
from ui.views.exports import download
from ui.views.quotes_view import render_quotes
from ui.views.render import render_message
from ui.views.timeline_view import render_timeline

__all__ = ["DeskTab"]

_N_SPEAKERS = 200
_TIMELINE_FILES = {
    "csv": ("timeline.csv", "text/csv", timeline_to_csv),
    "markdown": ("timeline.md", "text/markdown", timeline_to_markdown),
}


class DeskTab:
    """What a newsroom asks of the documents beside questions. Every method gives HTML; an error is a sentence in it.

    No method is called as an endpoint is: Gradio would give the page's own the endpoint's name.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def speakers(self) -> list[str]:
        """Who speaks in the documents, most quotations first, at most 200; none when the store cannot be read."""
        try:
            found = self._assistant.speakers()
        except RagError:
            return []
        return [counted.speaker for counted in found if counted.speaker][:_N_SPEAKERS]

    def read_draft(self, path: str | None) -> tuple[str | None, str]:
        """The text of a draft that was uploaded, which is deleted then, and a sentence; None for the text of none."""
        if not path:
            return None, ""
        try:
            return self._assistant.read_draft(path), render_message(_("Read. Look it over, then press Check."))
        except RagError as error:
            return None, render_message(sentence(error, doing="reading a draft"), is_error=True)
        finally:
            delete_upload(Path(path))

    def checked(self, draft: str | None) -> Iterator[str]:
        """That the draft is being checked, then the check of each of its parts."""
        if not (draft or "").strip():
            yield render_message(_("Paste a draft first, or choose a file."))
            return
        yield render_message(_("Checking each quotation and claim …"))
        yield _said(lambda: render_draft(self._assistant.check_draft(draft or "")), doing="checking a draft")

    def quoted(self, speaker: str | None, about: str | None, since: str | None) -> str:
        """What the speaker said, about what, since when."""
        who = (speaker or "").strip()
        if not who:
            return render_message(_("Write the name of a speaker first."))
        asked = {"about": (about or "").strip(), "since": (since or "").strip()}
        return _said(lambda: render_quotes(self._assistant.quotes(who, **asked)), doing="looking for quotations")

    def dated(self, subject: str | None, since: str | None, until: str | None) -> str:
        """What happened when about the subject, in those days."""
        return _said(lambda: render_timeline(self._timeline(subject, since, until)), doing="making a timeline")

    def exported_timeline(
        self, kind: str, subject: str | None, since: str | None, until: str | None
    ) -> tuple[str, str]:
        """The timeline as a file to be saved, `kind` is "csv" or "markdown", and what is shown: the timeline itself."""
        try:
            made = self._timeline(subject, since, until)
        except RagError as error:
            return "", render_message(sentence(error, doing="making a timeline"), is_error=True)
        name, media_type, written = _TIMELINE_FILES[kind]
        return download(name, media_type, written(made)), render_timeline(made)

    def _timeline(self, subject: str | None, since: str | None, until: str | None) -> Timeline:
        return self._assistant.timeline(
            (subject or "").strip(), since=(since or "").strip(), until=(until or "").strip()
        )


def _said(make: Callable[[], str], *, doing: str) -> str:
    try:
        return make()
    except RagError as error:
        return render_message(sentence(error, doing=doing), is_error=True)
