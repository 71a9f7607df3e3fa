"""What each event changes on the page: the arguments are what the page holds, the results what it shows then.

Every method returns the new values of the parts that `ui.page.layout` names beside it, in that order; where they are
many, of the parts that the fields of the result are called after. What a browser sends may be anything: it is read as
text or a number, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ui.background import close
from ui.conversation import Conversation
from ui.handlers import Chat, ChatView, Opened
from ui.languages.words import _
from ui.page.standing import Standing
from ui.page.values import Answering, Choices, Heard, LoadedPage, Updates, Values
from ui.preferences import Preferences
from ui.reading import Looking, Reader
from ui.tabs.library import LibraryTab
from ui.tabs.listing import ListingTab
from ui.tabs.llm import LlmTab
from ui.views.documents_view import ListView
from ui.views.exchanges import render_earlier, render_last
from ui.views.markup import text
from ui.views.reader.reader_bar import PRINTED
from ui.views.render import render_gone, render_message, render_no_source, render_source

__all__ = ["PageEvents", "Tabs", "paragraph", "spoken"]

_AROUND = 20_000


class Tabs(NamedTuple):
    """What happens in the tabs, that the page speaks of."""

    library: LibraryTab
    listing: ListingTab
    llm: LlmTab


class PageEvents:
    """The handlers of one page, shared by all browsers; what differs between them is in the arguments."""

    def __init__(self, chat: Chat, tabs: Tabs, reader: Reader, updates: Updates) -> None:
        library, listing, llm = tabs
        self._chat = chat
        self._reader = reader
        self._listing = listing
        self._standing = Standing(library, listing, llm)
        self._library = library
        self._llm = llm
        self._none = updates.none
        self._of = updates.of

    # Chat

    def asked(
        self,
        heard: Heard,
        question: str,
        conversation: Conversation,
        kept: object,
        where: str | None,
        shelf: object = (),
    ) -> Iterator[Values]:
        """The states of answering what was typed, from the documents that fit what is typed in that moment.

        shelf: the conversations as the browser keeps them, which count where they were forgotten here.
        """
        conversation = self._remembered(conversation, shelf, heard)
        preferences = Preferences.from_browser(kept).searching(where)
        states = self._chat.ask(question, conversation, preferences, session=heard.session)
        yield from self._shown(states, preferences, heard, shelf)

    def example_asked(
        self, heard: Heard, conversation: Conversation, kept: object, where: str | None, shelf: object = ()
    ) -> Iterator[Values]:
        """As `asked`, with the example that was clicked."""
        yield from self.asked(heard, heard.text("question"), conversation, kept, where, shelf)

    def retried(
        self, heard: Heard, conversation: Conversation, kept: object, where: str | None, shelf: object = ()
    ) -> Iterator[Values]:
        """As `asked`, with the last question."""
        conversation = self._remembered(conversation, shelf, heard)
        preferences = Preferences.from_browser(kept).searching(where)
        states = self._chat.retry(conversation, preferences, session=heard.session)
        yield from self._shown(states, preferences, heard, shelf)

    def stopped(self, heard: Heard) -> None:
        """End the answer that is being written; its last state says so."""
        self._chat.stop(heard.session)

    def rated(self, heard: Heard, conversation: Conversation, kept: object) -> Values:
        """The conversation with the rating that was clicked."""
        conversation, said = self._chat.rate(conversation, heard.text("answer"), heard.text("rating"))
        drafts = Preferences.from_browser(kept).shows_drafts
        return (
            conversation,
            self._earlier(conversation, drafts),
            self._last(conversation, drafts),
            spoken(said),
        )

    def examples_made(self) -> object:
        """The welcome with its examples, which take seconds to make after the documents have changed."""
        if self._library.known_examples() is not None:
            return self._none
        self._library.example_questions()
        return self._standing.welcome()

    # Reading

    def opened(self, heard: Heard, conversation: Conversation, shelf: object = ()) -> Values:
        """The source of the citation, the place in a document, or the document, that was clicked."""
        conversation = self._remembered(conversation, shelf, heard)
        if heard.text("citation"):
            opened = self._chat.open(conversation, heard.text("answer"), heard.number("citation"))
        elif heard.text("end"):
            opened = self._chat.open_place(heard.text("document"), heard.number("start"), heard.number("end"))
        else:
            opened = self._chat.open_document(heard.text("document"))
        # What is not new is not sent: an answer that is being written would be overwritten.
        is_news = opened.is_gone and opened.citations
        known = conversation.with_gone(opened.citations[0].document_id) if is_news else self._none
        return self._source(opened, heard), known

    def document_opened(self, heard: Heard, conversation: Conversation, shelf: object = ()) -> Values:
        """As `opened`, in the tab where the reader is."""
        return *self.opened(heard, conversation, shelf), self._of(selected="chat")

    # Settings

    def chosen(self, choices: Choices, conversation: Conversation, kept: object) -> Values:
        """The preferences of the browser, if they can be taken, and the page as they want it."""
        llm, api_base, model, n_sources, shows_drafts, strictness = choices
        choice = {
            "llm": llm,
            "api_base": api_base,
            "model": model or "",
            "n_sources": n_sources,
            "shows_drafts": shows_drafts,
            "scope": Preferences.from_browser(kept).scope.to_browser(),
            "strictness": strictness,
        }
        preferences = Preferences.from_browser(choice)
        refused = self._llm.refusal(preferences)
        if refused:
            unchanged = (self._none,) * 3
            return self._none, render_message(refused, is_error=True), spoken(refused), *unchanged
        said = _("Saved for this browser.")
        return (
            preferences.to_browser(),
            render_message(said),
            spoken(said),
            self._standing.in_use(preferences),
            self._earlier(conversation, shows_drafts),
            self._last(conversation, shows_drafts),
        )

    def explained(self, kept: object) -> str:
        """What is in use with the preferences of the browser, and why."""
        return self._llm.explained(Preferences.from_browser(kept))

    def tested(self, api_base: str) -> Values:
        """The models of the server, and whether it could be reached."""
        models, said = self._llm.test(api_base)
        found = self._of(choices=list(models), value=models[0]) if models else self._none
        return found, render_message(said, is_error=not models), spoken(said)

    def pulled(self, kept: object) -> Iterator[Values]:
        """The states of fetching the local model."""
        for html in self._llm.pull():
            yield html, self._none, self._none
        yield self._none, paragraph(self._llm.local_model()), self._standing.in_use(Preferences.from_browser(kept))

    # Everything

    def loaded(self, heard: Heard, kept: object, kept_preferences: object) -> LoadedPage:
        """The page as its browser left it; what another user left in it is forgotten."""
        preferences = Preferences.from_browser(kept_preferences)
        preferences = replace(preferences, scope=self._listing.among(preferences.scope))
        conversation = self._chat.restore(kept, user=heard.user)
        return LoadedPage(
            conversation=conversation,
            earlier=self._earlier(conversation, preferences.shows_drafts),
            current=self._last(conversation, preferences.shows_drafts),
            welcome=self._standing.welcome(),
            in_use=self._standing.in_use(preferences),
            documents=self._of(value=self._listing.documents(ListView(), preferences.scope)),
            local=paragraph(self._llm.local_model()),
            llm=preferences.llm.value,
            api_base=preferences.api_base,
            model=preferences.model or None,
            n_sources=preferences.n_sources,
            shows_drafts=preferences.shows_drafts,
            strictness=preferences.strictness,
            where=preferences.scope.where,
            scope=self._of(visible=bool(preferences.scope) or self._listing.can_narrow()),
            ticks=self._of(value=self._listing.ticks(preferences.scope)),
            narrowing=self._of(value=self._listing.narrowing(preferences.scope)),
            notebooks=self._of(value=self._listing.shelf(preferences.scope)),
            view=ListView(),
            is_adding=self._library.board.is_busy(heard.user),
            kept=self._chat.put(self._chat.shelf(kept, user=heard.user), user=heard.user),
        )

    def _shown(
        self, states: Iterator[ChatView], preferences: Preferences, heard: Heard, shelf: object
    ) -> Iterator[Answering]:
        """What each state changes on the page; the work ends when nobody asks for the next one."""
        drafts = preferences.shows_drafts
        unchanged = Answering(*[self._none] * len(Answering._fields))
        try:
            for view in states:
                if view.hint and view.is_answering:  # of another question: what it has shown must stay
                    said = render_message(view.hint, is_error=True)
                    yield unchanged._replace(hint=said, announce=spoken(view.hint))
                    continue
                yield Answering(
                    earlier=self._earlier(view.conversation, drafts) if view.is_new else self._none,
                    current=self._last(view.conversation, drafts),
                    hint=render_message(view.hint, is_error=not view.is_invitation) if view.hint else "",
                    announce=spoken(view.spoken),
                    question=self._none if view.question is None else view.question,
                    ask=self._of(visible=not view.is_answering),
                    stop=self._of(visible=view.is_answering),
                    conversation=view.conversation,
                    kept=self._of(value=self._chat.kept(view.conversation, shelf, user=heard.user)),
                    # Beside a new question stands no source of an earlier one.
                    reader=render_no_source() if view.is_new else self._none,
                )
        finally:
            close(states)

    def _source(self, opened: Opened, heard: Heard) -> str:
        """The reader with what was opened, as the script of the page says that it is to be looked at."""
        if opened.document is not None:
            looking = Looking(
                page=heard.text("page"),
                is_printed=heard.text("view") == PRINTED,
                find=heard.text("find"),
                hit=heard.number("hit", otherwise=1),
            )
            return render_source(
                opened.document,
                opened.citations,
                opened.current,
                answer_id=opened.answer_id,
                n_around=heard.number("around", otherwise=_AROUND),
                look=self._reader.look(opened, looking),
            )
        for citation in opened.citations:
            if citation.number == opened.current:
                return render_gone(citation)
        return render_message(opened.notice, is_error=True)

    def _remembered(self, conversation: Conversation, shelf: object, heard: Heard) -> Conversation:
        """The conversation; that of the browser when this process has forgotten it, as it does after many others."""
        return conversation if conversation.exchanges else self._chat.restore(shelf, user=heard.user)

    def _earlier(self, conversation: Conversation, drafts: bool = False) -> object:
        """The exchanges before the last, as a change of the part's value.

        Gradio makes a part anew when it is told to leave it as it is, and keeps the new one and its value for ever when
        a bare value comes next; so what is sometimes left as it is never gets a bare value.
        """
        return self._of(value=render_earlier(conversation, shows_drafts=drafts))

    def _last(self, conversation: Conversation, drafts: bool = False) -> str:
        return render_last(conversation, shows_drafts=drafts)


def spoken(words: str) -> str:
    """The live region, which screen readers read aloud; the same words again are news because of the unseen time."""
    return f'<div role="status" aria-live="polite" data-at="{time.monotonic()}">{text(words)}</div>'


def paragraph(words: str) -> str:
    """The words as a paragraph."""
    return f"<p>{text(words)}</p>"
