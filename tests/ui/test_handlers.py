import threading

import pytest

from rag import Assistant, NotFoundError, Rating, Settings
from ui.conversation import Conversation, Stage
from ui.handlers import Chat, ChatView
from ui.preferences import Assistants, LlmKind, Preferences

BRIDGE = "The bridge opened in 1932. It is painted grey. Trams crossed it until 1958."
QUESTION = "When did the bridge open?"
DEFAULTS = Preferences()


@pytest.fixture
def bridge(assistant, write):
    assistant.add([write("bridge.txt", BRIDGE)])
    return assistant


@pytest.fixture
def chat(bridge) -> Chat:
    return Chat(Assistants(bridge))


def asked(chat: Chat, question: str = QUESTION, conversation: Conversation | None = None) -> list[ChatView]:
    return list(chat.ask(question, conversation or Conversation(), DEFAULTS, session="a"))


def last(views: list[ChatView]) -> Conversation:
    return views[-1].conversation


def test_the_question_is_shown_before_anything_is_found(chat):
    first = asked(chat)[0]
    assert (first.conversation.last.question, first.conversation.last.stage) == (QUESTION, Stage.SEARCHING)
    assert (first.is_answering, first.question) == (True, "")


def test_the_last_state_is_the_answer_and_takes_questions_again(chat):
    end = asked(chat)[-1]
    exchange = end.conversation.last
    assert (exchange.stage, end.is_answering) == (Stage.DONE, False)
    assert exchange.answer.citations[0].quote == "The bridge opened in 1932."
    assert end.spoken.startswith("Answered with ")


def test_what_a_screen_reader_says_holds_the_answer(chat):
    end = asked(chat)[-1]
    assert end.conversation.last.answer.text in end.spoken


def test_evidence_comes_before_the_language_model_has_written_a_word(bridge, model_server):
    may_write = threading.Event()

    def waits(send):
        may_write.wait(20)
        model_server.says("The bridge opened in 1932. [1]")(send)

    model_server.script = waits
    chat = Chat(Assistants(bridge))
    server = Preferences(llm=LlmKind.SERVER, api_base=model_server.url, model="m")
    states = chat.ask(QUESTION, Conversation(), server, session="a")
    found = next(view for view in states if view.conversation.last.evidence)
    assert (found.conversation.last.stage, found.conversation.last.claims) == (Stage.WRITING, ())
    may_write.set()
    assert last(list(states)).last.answer.trace.generator_id.endswith("/m")


@pytest.mark.parametrize("question", ["", "  \n "])
def test_an_empty_question_is_no_exchange(chat, question):
    (view,) = asked(chat, question)
    assert (view.hint, view.conversation.exchanges) == ("Write a question first.", ())


def test_a_question_that_is_too_long_stays_in_the_input_and_out_of_the_conversation(chat):
    end = asked(chat, "x" * 100_000)[-1]
    assert (end.question, end.conversation.exchanges, end.is_answering) == ("x" * 100_000, (), False)
    assert end.hint.startswith("Cannot answer a question of 100,000 characters")


def test_without_documents_a_sentence_says_so(assistant):
    end = asked(Chat(Assistants(assistant)))[-1]
    assert "no documents yet" in end.hint
    assert (end.is_invitation, end.question, end.conversation.exchanges) == (True, None, ())


def test_a_follow_up_question_leans_on_what_was_said(chat):
    conversation = last(asked(chat, "When did the bridge open?"))
    answer = last(asked(chat, "And when did trams cross it?", conversation)).last.answer
    assert answer.trace.standalone_question != "And when did trams cross it?"


def test_retry_answers_the_same_question_in_place_of_the_first_answer(chat):
    conversation = last(asked(chat))
    again = list(chat.retry(conversation, DEFAULTS, session="a"))[-1].conversation
    assert [exchange.question for exchange in again.exchanges] == [QUESTION]
    assert again.last.answer.id != conversation.last.answer.id


def test_retry_before_any_question_asks_nothing(chat):
    (view,) = chat.retry(Conversation(), DEFAULTS, session="a")
    assert view.conversation == Conversation()


def test_a_language_model_that_cannot_be_asked_costs_no_question(bridge):
    chat = Chat(Assistants(bridge))
    refused = Preferences(llm=LlmKind.SERVER, api_base="not an address", model="m")
    end = list(chat.ask(QUESTION, Conversation(), refused, session="a"))[-1]
    assert end.conversation.last.question == QUESTION
    assert "\n" not in (end.conversation.last.notice or end.conversation.last.answer.trace.notice)


@pytest.fixture
def goes_on():
    """What the language model waits for after its first claim."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def stopping(bridge, model_server, goes_on):
    """A chat whose answer has one claim so far, and would go on for ever."""

    def writes_without_end(send):
        send(model_server.event("The bridge opened in 1932. [1]\nIt snowed. [1]\n"))
        goes_on.wait(20)
        for number in range(10_000):
            send(model_server.event(f"It has {number} lamps. [1]\n"))

    model_server.script = writes_without_end
    chat = Chat(Assistants(bridge))
    server = Preferences(llm=LlmKind.SERVER, api_base=model_server.url, model="m")
    states = chat.ask(QUESTION, Conversation(), server, session="a")
    view = next(view for view in states if view.conversation.last.claims)
    return chat, states, view


def test_stop_keeps_what_was_checked_and_says_that_it_is_not_all(stopping):
    chat, states, _ = stopping
    chat.stop("a")
    end = list(states)[-1]
    assert (end.conversation.last.stage, len(end.conversation.last.claims)) == (Stage.STOPPED, 1)
    assert end.conversation.last.notice.startswith("Stopped.")
    assert not end.is_answering


def test_citations_of_a_stopped_answer_can_be_opened(stopping):
    chat, states, _ = stopping
    chat.stop("a")
    conversation = list(states)[-1].conversation
    opened = chat.open(conversation, conversation.last.answer_id, 1)
    assert opened.document.text == BRIDGE


def test_stop_ends_the_request_to_the_language_model(stopping, model_server, goes_on):
    chat, states, _ = stopping
    chat.stop("a")
    list(states)
    goes_on.set()
    assert model_server.left.wait(20)


def test_a_browser_that_goes_away_ends_the_answer(stopping):
    chat, states, _ = stopping
    states.close()
    views = chat.ask("  ", Conversation(), DEFAULTS, session="a")
    assert next(views).hint == "Write a question first."
    assert not next(chat.ask(QUESTION, Conversation(), DEFAULTS, session="a")).hint


def test_a_second_question_meanwhile_is_refused_and_the_first_goes_on(stopping):
    chat, states, view = stopping
    (refused,) = chat.ask("Why?", view.conversation, DEFAULTS, session="a")
    assert "still being written" in refused.hint
    assert refused.conversation == view.conversation
    chat.stop("a")
    assert list(states)[-1].conversation.last.stage is Stage.STOPPED


def test_stopping_one_browser_leaves_another_alone(stopping):
    chat, states, _ = stopping
    chat.stop("b")
    other = list(chat.ask(QUESTION, Conversation(), DEFAULTS, session="b"))[-1]
    assert other.conversation.last.stage is Stage.DONE
    chat.stop("a")
    assert list(states)[-1].conversation.last.stage is Stage.STOPPED


def test_a_cleared_answer_shows_nothing_more(stopping):
    chat, states, _ = stopping
    chat.stop("a", forget=True)
    assert list(states) == []


def test_an_open_citation_comes_with_the_other_places_of_the_same_answer(chat):
    conversation = last(asked(chat, "What about the bridge and the trams?"))
    answer = conversation.last.answer
    opened = chat.open(conversation, answer.id, 1)
    assert (opened.document.text, opened.current) == (BRIDGE, 1)
    assert opened.citations == answer.citations


@pytest.mark.parametrize(("answer_id", "number"), [("nobody", 1), ("", 1), (None, 99)])
def test_a_citation_that_does_not_exist_is_a_sentence(chat, answer_id, number):
    conversation = last(asked(chat))
    opened = chat.open(conversation, conversation.last.answer.id if answer_id is None else answer_id, number)
    assert opened.document is None
    assert opened.notice.startswith("Cannot ")


def test_another_conversation_cannot_open_an_answer(chat):
    answer = last(asked(chat)).last.answer
    assert chat.open(Conversation(), answer.id, 1).document is None


def test_the_quote_of_a_removed_document_stays(chat, bridge):
    conversation = last(asked(chat))
    answer = conversation.last.answer
    bridge.remove([answer.citations[0].document_id])
    opened = chat.open(conversation, answer.id, 1)
    assert (opened.document, opened.is_gone) == (None, True)
    assert opened.citations[0].quote == "The bridge opened in 1932."


def test_a_rating_is_kept_with_the_answer_and_taken_back(chat):
    conversation = last(asked(chat))
    answer_id = conversation.last.answer.id
    rated, said = chat.rate(conversation, answer_id, "helpful")
    assert (rated.last.rating, said) == (Rating.HELPFUL, "Thank you: kept with the answer.")
    assert chat.rate(rated, answer_id, "none")[0].last.rating is Rating.NONE


@pytest.mark.parametrize(("answer_id", "rating"), [("0" * 32, "helpful"), (None, "<b>")])
def test_a_rating_that_cannot_be_kept_changes_nothing(chat, answer_id, rating):
    conversation = last(asked(chat))
    unchanged, said = chat.rate(conversation, answer_id or conversation.last.answer.id, rating)
    assert unchanged == conversation
    assert said.endswith(".")


def test_a_reload_brings_the_conversation_back_also_after_a_restart(chat, bridge, store_folder, settings):
    conversation = last(asked(chat))
    kept = conversation.to_browser()
    bridge.close()
    with Assistant.open(store_folder, settings) as reopened:
        restored = Chat(Assistants(reopened)).restore(kept)
    assert [exchange.question for exchange in restored.exchanges] == [QUESTION]
    assert restored.last.answer.citations == conversation.last.answer.citations


def test_a_browser_keeps_no_words_of_documents(chat):
    kept = last(asked(chat)).to_browser()
    assert kept == [{"question": QUESTION, "answer": kept[0]["answer"], "mark": ""}]
    assert "1932" not in str(kept)


def test_an_answer_whose_document_was_removed_is_not_restored(chat, bridge):
    conversation = last(asked(chat))
    bridge.remove([conversation.last.answer.citations[0].document_id])
    restored = chat.restore(conversation.to_browser())
    assert (restored.last.stage, restored.last.question) == (Stage.FORGOTTEN, QUESTION)


@pytest.mark.parametrize("kept", [None, "x", 3, {"a": 1}, [1, None, {"question": 3, "answer": []}]])
def test_a_browser_that_keeps_nonsense_starts_anew(chat, kept):
    assert chat.restore(kept) == Conversation()


def test_each_number_of_sources_has_its_own_assistant_which_is_closed_in_the_end(bridge):
    assistants = Assistants(bridge)
    with assistants.using(Preferences(n_sources=5)) as few, assistants.using(Preferences(n_sources=5)) as same:
        assert few is same
        assert few.settings.n_evidence == 5
    with assistants.using(DEFAULTS) as started:
        assert started is bridge


def test_a_browser_cannot_choose_the_language_model_of_an_app_that_is_open_to_others(bridge):
    assistants = Assistants(bridge, may_change_llm=False)
    server = Preferences(llm=LlmKind.SERVER, api_base="http://169.254.169.254/v1", model="m")
    with assistants.using(server) as assistant:
        assert assistant is bridge
    assert assistants.language_model(server) == ""


def test_a_conversation_names_what_it_does_not_hold():
    with pytest.raises(NotFoundError, match="ask the question again"):
        Conversation().exchange("x")


def test_preferences_survive_the_browser():
    chosen = Preferences(llm=LlmKind.NONE, n_sources=20, shows_drafts=True)
    assert Preferences.from_browser(chosen.to_browser()) == chosen


@pytest.mark.parametrize("kept", [None, [], {"llm": "rm -rf", "n_sources": 10**9, "shows_drafts": "yes"}])
def test_preferences_of_another_shape_are_the_defaults(kept):
    assert Preferences.from_browser(kept) == DEFAULTS


def test_preferences_that_say_what_is_so_change_nothing(settings: Settings):
    assert Preferences(n_sources=settings.n_evidence).changes(settings, may_change_llm=True) == {}


@pytest.mark.parametrize(
    ("start", "end", "is_there"), [(0, 26, True), (4, 10, True), (10, 4, False), (3, 3, False), (0, 10**8, False)]
)
def test_a_place_is_opened_where_the_document_has_it(chat, bridge, start, end, is_there):
    (info,) = bridge.documents()
    opened = chat.open_place(info.id, start, end)
    assert opened.document == bridge.document(info.id)
    assert [citation.quote for citation in opened.citations] == [opened.document.text[start:end]] * is_there
    assert chat.open_place("0" * 64, start, end).is_gone
