"""What happens when somebody ticks which documents are searched, and among the notebooks.

As in `ui.page.events`, a browser may send anything; what it keeps is read as far as it has the right shape.
"""

from __future__ import annotations

from dataclasses import replace

from ui.languages.words import _
from ui.page.events import spoken
from ui.page.standing import Standing
from ui.page.values import Heard, Scoped, Updates
from ui.preferences import Preferences
from ui.scope import MOST_DOCUMENTS, Scope
from ui.tabs.listing import ListingTab
from ui.views.documents_view import ListView
from ui.views.render import render_message

__all__ = ["ScopeEvents"]


class ScopeEvents:
    """The handlers of what is searched, shared by all browsers."""

    def __init__(self, listing: ListingTab, standing: Standing, updates: Updates) -> None:
        self._listing = listing
        self._standing = standing
        self._none = updates.none
        self._of = updates.of

    def typed(self, where: str | None, kept: object, view: ListView, *, is_finished: bool = True) -> Scoped:
        """The page with that filter of the query language; or why it cannot be taken.

        is_finished: False while it is being typed, when nothing is read aloud.
        """
        preferences = Preferences.from_browser(kept)
        scope = preferences.scope.changed("where", where or "", is_on=True)
        if scope == preferences.scope:
            return self._unchanged()._replace(scope_hint="")
        taken = self._taken(scope, preferences, view)._replace(where=self._none)
        return taken if is_finished else taken._replace(announce=self._none)

    def ticked(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page with a value ticked, or not any more, or with none."""
        preferences = Preferences.from_browser(kept)
        if heard.text("do") == "every":
            return self._taken(Scope(), preferences, view)
        is_on = heard.text("on") == "yes"
        scope = preferences.scope.changed(heard.text("kind"), heard.text("value"), is_on=is_on)
        return self._taken(scope, preferences, view)

    def only(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page with these documents alone ticked, in the tab where questions are asked."""
        preferences = Preferences.from_browser(kept)
        documents = self._listing.chosen(heard.text("documents").split(), view, preferences.scope)
        if len(documents) > MOST_DOCUMENTS:
            said = _("These are more than {n} documents: put them into a notebook, and tick that.", n=MOST_DOCUMENTS)
            return self._said(said, is_error=True)
        scope = Scope(documents=tuple(documents), where="")
        return self._taken(scope, preferences, view)._replace(tabs=self._of(selected="chat"))

    # Notebooks

    def made(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page with a new notebook, which nothing is in yet."""
        said, is_made = self._listing.make(heard.text("name"))
        if not is_made:
            return self._said(said, is_error=True)
        return self._shown(Preferences.from_browser(kept), view, said)

    def renamed(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page with a notebook under another name, ticked as it was."""
        preferences = Preferences.from_browser(kept)
        said, scope = self._listing.rename(heard.text("value"), heard.text("name"), preferences.scope)
        return self._shown(replace(preferences, scope=scope), view, said)

    def forgotten(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page without a notebook."""
        said = self._listing.forget(heard.text("value"))
        return self._shown(Preferences.from_browser(kept), view, said)

    def filled(self, heard: Heard, kept: object, view: ListView) -> Scoped:
        """The page with documents put into a notebook, or taken out of it."""
        preferences = Preferences.from_browser(kept)
        documents = self._listing.chosen(heard.text("documents").split(), view, preferences.scope)
        said = self._listing.put(documents, heard.text("notebook"), is_out=heard.text("do") == "take")
        return self._shown(preferences, view, said)

    # What is shown

    def _taken(self, scope: Scope, preferences: Preferences, view: ListView) -> Scoped:
        """The page with that scope, or why it cannot be taken, as it was."""
        if refused := self._listing.refusal(scope):
            return self._unchanged()._replace(
                scope_hint=render_message(refused, is_error=True),
                announce=spoken(refused),
                narrowing=self._of(value=self._listing.narrowing(preferences.scope)),
            )
        said = _("Searched: {documents}.", documents=self._standing.searched(scope))
        return self._shown(replace(preferences, scope=scope), view, said)._replace(progress=self._none)

    def _shown(self, preferences: Preferences, view: ListView, said: str) -> Scoped:
        """Everything that shows what is searched, and which notebooks there are."""
        scope = self._listing.among(preferences.scope)
        preferences = replace(preferences, scope=scope)
        return Scoped(
            preferences=preferences.to_browser(),
            ticks=self._of(value=self._listing.ticks(scope)),
            narrowing=self._of(value=self._listing.narrowing(scope)),
            notebooks=self._of(value=self._listing.shelf(scope)),
            scope_hint="",
            where=scope.where,
            announce=spoken(said),
            in_use=self._of(value=self._standing.in_use(preferences)),
            documents=self._of(value=self._listing.documents(view, scope)),
            progress=self._of(value=render_message(said)),
            tabs=self._none,
        )

    def _said(self, said: str, *, is_error: bool) -> Scoped:
        message = self._of(value=render_message(said, is_error=is_error))
        return self._unchanged()._replace(progress=message, announce=spoken(said))

    def _unchanged(self) -> Scoped:
        return Scoped(*[self._none] * len(Scoped._fields))
