"""How the page stands: what is in use, and what stands in place of a conversation."""

from __future__ import annotations

from ui.languages.words import _, ngettext
from ui.preferences import Preferences
from ui.scope import Scope
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab
from ui.views.exchanges import render_welcome
from ui.views.markup import text

__all__ = ["Standing"]


class Standing:
    """What several events show anew."""

    def __init__(self, library: LibraryTab, listing: ListingTab, llm: LlmTab) -> None:
        self._library = library
        self._listing = listing
        self._llm = llm

    def in_use(self, preferences: Preferences) -> str:
        """What is searched, and what answers."""
        facts = (
            (_("Searched:"), self.searched(preferences.scope)),
            (_("Answers by:"), self._llm.in_use(preferences)),
        )
        spans = (f"<span>{text(name)} <strong>{text(fact)}</strong></span>" for name, fact in facts)
        return f'<p class="cv-in-use">{" ".join(spans)}</p>'

    def searched(self, scope: Scope) -> str:
        """How many documents are searched, in words."""
        n_all = self._listing.kinds().n_documents
        if not scope:
            return ngettext("{n} document", "{n} documents", n_all)
        n_found = self._listing.n_fitting(scope)
        return ngettext("{n_found} of {n} document", "{n_found} of {n} documents", n_all, n_found=n_found)

    def welcome(self) -> str:
        """What stands in place of a conversation, with the examples that are known."""
        return render_welcome(
            self._library.known_examples() or (),
            n_documents=self._listing.kinds().n_documents,
            can_load_example=self._library.can_load_example,
        )
