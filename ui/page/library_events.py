"""What happens in the Documents tab: files are added and followed, the list is paged, documents are removed.

As in `ui.page.events`, a browser may send anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ui.conversation import Conversation
from ui.languages.words import _, ngettext
from ui.page.events import spoken
from ui.page.standing import Standing
from ui.page.values import Added, Heard, Updates, Values
from ui.preferences import Preferences
from ui.tabs.adding import AddView
from ui.tabs.library import LibraryTab, Upload
from ui.tabs.listing import ListingTab
from ui.views.documents_view import ORDERS, ListView
from ui.views.exchanges import render_earlier, render_last
from ui.views.render import render_message

__all__ = ["LibraryEvents"]


class LibraryEvents:
    """The handlers of the tab, shared by all browsers."""

    def __init__(self, library: LibraryTab, listing: ListingTab, standing: Standing, updates: Updates) -> None:
        self._library = library
        self._listing = listing
        self._standing = standing
        self._none = updates.none
        self._of = updates.of

    # Adding

    def added(self, heard: Heard, files: list[str] | None, kept: object, view: ListView) -> Iterator[Values]:
        """The states of adding files, also to the notebooks that are ticked, with the part that took them emptied."""
        uploads = [Upload(name=Path(file).name, path=Path(file)) for file in files or []]
        notebooks = Preferences.from_browser(kept).scope.notebooks
        emptied = self._of(value=None)
        for state in self._adding(self._library.add(uploads, user=heard.user, notebooks=notebooks), kept, view):
            # Emptied at once and only once: meanwhile the next files may be chosen.
            yield emptied, *state
            emptied = self._none

    def example_added(self, heard: Heard, kept: object, view: ListView) -> Iterator[Values]:
        """The states of adding the example."""
        yield from self._adding(self._library.add_example(user=heard.user), kept, view)

    def followed(self, heard: Heard, kept: object, view: ListView) -> Iterator[Values]:
        """The states of uploads that go on while the page is loaded anew."""
        if self._library.board.is_busy(heard.user):
            yield from self._adding(self._library.board.followed(heard.user), kept, view)

    def cancelled(self, heard: Heard) -> None:
        """End that upload; its last state says what is stored."""
        self._library.board.cancel(heard.text("upload"), user=heard.user)

    # The list

    def searched(self, words: str | None, kept: object, view: ListView) -> Values:
        """The list of what has these words, from its beginning."""
        return self._looked_at(replace(view, words=words or "", start=0, opened=""), kept)

    def turned(self, heard: Heard, kept: object, view: ListView) -> Values:
        """The list as it was asked for: another page, another order, with or without what is not searched."""
        if heard.text("order") in ORDERS:
            view = replace(view, order=heard.text("order"), start=0)
        if heard.text("narrowed"):
            view = replace(view, is_narrowed=heard.text("narrowed") == "yes", start=0)
        if heard.text("start"):
            view = replace(view, start=heard.number("start"))
        opened = heard.text("opened")
        return self._looked_at(replace(view, opened="" if opened == "none" else opened), kept)

    def _looked_at(self, view: ListView, kept: object) -> Values:
        shown = self._listing.documents(view, Preferences.from_browser(kept).scope)
        return view, self._of(value=shown)

    # Removing

    def doomed(self, heard: Heard, kept: object, view: ListView) -> Values:
        """The question whether the documents are really to be removed."""
        given = heard.text("documents").split()
        documents = self._listing.chosen(given, view, Preferences.from_browser(kept).scope)
        if len(documents) == 1:
            title = self._library.title(documents[0])
            asked = _("Remove “{title}”? Answers that quote it are then no longer kept.", title=title)
        else:
            asked = ngettext(
                "Remove {n} document? Answers that quote it are then no longer kept.",
                "Remove {n} documents? Answers that quote them are then no longer kept.",
                len(documents),
            )
        return self._of(visible=True), render_message(asked), tuple(documents)

    def removed(self, documents: tuple[str, ...], kept: object, view: ListView) -> Values:
        """The page without the documents."""
        said = self._library.remove(documents)
        return self._of(visible=False), *self._after(render_message(said), said, kept, view)

    def missed(self, documents: tuple[str, ...], conversation: Conversation, kept: object) -> Values:
        """After `removed`: what was quoted from a document stays in sight, and says that the source is gone.

        A step of its own, which sees the conversation as it is then: removing may take long enough for an answer.
        """
        gone = [each for each in documents if conversation.cites(each) and not self._library.title(each)]
        if not gone:
            return (self._none,) * 3
        drafts = Preferences.from_browser(kept).shows_drafts
        for each in gone:
            conversation = conversation.with_gone(each)
        earlier = self._of(value=render_earlier(conversation, shows_drafts=drafts))
        return conversation, earlier, render_last(conversation, shows_drafts=drafts)

    def _adding(self, states: Iterator[AddView], kept: object, view: ListView) -> Iterator[Added]:
        for state in states:
            if state.is_done:
                yield self._after(state.html, state.spoken, kept, view)
            else:
                unchanged = Added(*[self._none] * len(Added._fields))
                yield unchanged._replace(progress=self._of(value=state.html), announce=spoken(state.spoken))

    def _after(self, html: str, said: str, kept: object, view: ListView) -> Added:
        """The page after its documents have changed."""
        preferences = Preferences.from_browser(kept)
        scope = self._listing.among(preferences.scope)
        return Added(
            progress=self._of(value=html),
            announce=spoken(said),
            documents=self._of(value=self._listing.documents(view, scope)),
            in_use=self._of(value=self._standing.in_use(preferences)),
            welcome=self._standing.welcome(),
            ticks=self._of(value=self._listing.ticks(scope)),
            narrowing=self._of(value=self._listing.narrowing(scope)),
            notebooks=self._of(value=self._listing.shelf(scope)),
            scope=self._of(visible=self._listing.can_narrow()),
        )
