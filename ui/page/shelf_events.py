"""What happens on the list of conversations: one is begun, opened, renamed, deleted, searched for, or handed on.

As in `ui.page.events`, a browser may send anything; what it keeps is read as far as it has the right shape and owner.
"""

from __future__ import annotations

from ui.conversation import Conversation
from ui.handlers import Chat
from ui.languages.words import _, ngettext
from ui.page.events import spoken
from ui.page.values import Heard, Turned, Updates, Values
from ui.preferences import Preferences
from ui.shelf import Shelf, Shelved
from ui.views.exchanges import render_earlier, render_last
from ui.views.exports import conversation_as_json, conversation_as_markdown, download
from ui.views.render import render_message, render_no_source
from ui.views.shared_view import conversation_as_html
from ui.views.shelf_view import render_shelf

__all__ = ["ShelfEvents"]

_KIND_BY_SUFFIX = {"html": "text/html", "json": "application/json", "md": "text/markdown"}


class ShelfEvents:
    """The handlers of the list, shared by all browsers."""

    def __init__(self, chat: Chat, updates: Updates) -> None:
        self._chat = chat
        self._none = updates.none
        self._of = updates.of

    def shelved(self, heard: Heard, kept: object, words: str | None) -> str:
        """The list; with words to search for, the conversations whose names, questions or answers hold them all."""
        shelf = self._chat.shelf(kept, user=heard.user)
        wanted = (words or "").casefold().split()
        if not wanted:
            return render_shelf(shelf)
        return render_shelf(shelf, [each for each in shelf.conversations if self._holds(each, wanted)])

    def begun(self, heard: Heard, kept: object, preferences: object) -> Turned:
        """A page without conversation; what was shown stays in the list."""
        return self._turned(heard, self._chat.shelf(kept, user=heard.user).turned_to(""), preferences)

    def turned(self, heard: Heard, kept: object, preferences: object) -> Turned:
        """The conversation that was clicked, read again from the store."""
        shelf = self._chat.shelf(kept, user=heard.user)
        found = shelf.find(heard.text("conversation"))
        return self._turned(heard, shelf.turned_to(found.id if found else ""), preferences)

    def renamed(self, heard: Heard, kept: object) -> Values:
        """What the browser keeps, with the conversation under the name that was typed."""
        shelf = self._chat.shelf(kept, user=heard.user).renamed(heard.text("conversation"), heard.text("name"))
        return self._chat.put(shelf, user=heard.user), spoken(_("Renamed."))

    def forgotten(self, heard: Heard, kept: object, preferences: object) -> Turned:
        """The page without the conversation that was deleted; another one stays in sight."""
        shelf = self._chat.shelf(kept, user=heard.user)
        doomed = heard.text("conversation")
        is_shown = doomed == shelf.current
        shelf = self._chat.forget(shelf, doomed)
        if is_shown:
            return self._turned(heard, shelf, preferences, said=_("Deleted."))
        unchanged = Turned(*[self._none] * len(Turned._fields))
        return unchanged._replace(kept=self._chat.put(shelf, user=heard.user), announce=spoken(_("Deleted.")))

    def cleared(self, heard: Heard, kept: object, preferences: object) -> Turned:
        """A page without the conversation that was shown, which is deleted."""
        shelf = self._chat.shelf(kept, user=heard.user)
        return self._turned(
            heard, self._chat.forget(shelf, shelf.current).turned_to(""), preferences, said=_("Deleted.")
        )

    def exported(self, suffix: str, heard: Heard, conversation: Conversation, kept: object) -> Values:
        """The conversation in the page, from where the script saves it: nothing is written on this machine.

        Answers that quote what was removed from the store meanwhile go into no file.
        """
        answers = self._chat.lasting(conversation)
        if not answers:
            return self._none, render_message(_("There is nothing to export yet. Ask a question first."))
        if suffix == "html":
            found = self._chat.shelf(kept, user=heard.user).find(conversation.id)
            content = conversation_as_html(found.title if found else answers[0].question, answers)
        elif suffix == "json":
            ratings = {exchange.answer_id: exchange.rating for exchange in conversation.exchanges}
            content = conversation_as_json(answers, ratings=ratings)
        else:
            content = conversation_as_markdown(answers)
        return download(f"conversation.{suffix}", _KIND_BY_SUFFIX[suffix], content), ""

    def _turned(self, heard: Heard, shelf: Shelf, preferences: object, *, said: str = "") -> Turned:
        """The page with the conversation that the shelf shows; an answer that is being written ends."""
        self._chat.stop(heard.session, forget=True)
        kept = self._chat.put(shelf, user=heard.user)
        conversation = self._chat.restore(kept, user=heard.user)
        drafts = Preferences.from_browser(preferences).shows_drafts
        n_questions = len(conversation.exchanges)
        opened = ngettext("Opened: {n} question.", "Opened: {n} questions.", n_questions)
        return Turned(
            conversation=conversation,
            kept=kept,
            earlier=self._of(value=render_earlier(conversation, shows_drafts=drafts)),
            current=render_last(conversation, shows_drafts=drafts),
            hint="",
            reader=render_no_source(),
            announce=spoken(said or (opened if n_questions else _("A new conversation."))),
            ask=self._of(visible=True),
            stop=self._of(visible=False),
        )

    def _holds(self, each: Shelved, wanted: list[str]) -> bool:
        said = [each.title, *(kept.question for kept in each.questions)]
        said += self._chat.answers_of(each)
        text = " ".join(said).casefold()
        return all(word in text for word in wanted)
