"""The endpoints, called as functions: what they take, what they give, and how they refuse what they cannot use."""

from __future__ import annotations

import pytest

from rag import Assistant, FilterError, QuestionError, RagError, Settings, SettingsError
from ui.api import Api
from ui.preferences import Assistants
from ui.server.ownership import Ownership

QUESTION = "When did the bridge open?"


@pytest.fixture
def bridge(assistant, write):
    assistant.add([write("bridge.txt", "The iron bridge opened in 1932. The wooden bridge opened in 1801.")])
    return assistant


@pytest.fixture
def api(bridge):
    return Api(Assistants(bridge), Ownership())


def test_a_question_leans_on_its_history(api):
    history = [{"question": "When did the wooden bridge open?", "answer": "The wooden bridge opened in 1801."}]
    answer = api.ask("And the iron one?", history=history)
    assert answer["standalone_question"] == "When did the iron one open?"


def test_a_filter_narrows_what_is_searched(api):
    assert api.ask(QUESTION, where="source ~ bridge")["status"] == "answered"
    narrowed = api.ask(QUESTION, where="source ~ tunnel")
    assert (narrowed["status"], narrowed["searched"]) == ("abstained", "source ~ tunnel")
    with pytest.raises(FilterError):
        api.ask(QUESTION, where="source ~~")


def test_the_model_is_chosen_at_the_server_that_the_app_was_started_with(store_folder, settings, model_server, write):
    model_server.script = model_server.says("It rained. [1]")
    changed = settings.model_dump() | {"llm": "openai-like", "llm_api_base": model_server.url, "llm_model": "small"}
    with Assistant.open(store_folder, Settings(**changed)) as started:
        started.add([write("rain.txt", "It rained on Monday.")])
        api = Api(Assistants(started), Ownership())
        for model in ("", "large"):
            api.ask("Did it rain on Monday?", model=model)
        n_asked = len(model_server.bodies)
        assert api.ask("Did it rain on Monday?", model="none")["generator"].startswith("extractive")
    assert [body["model"] for body in model_server.bodies] == ["small", "large"]
    assert n_asked == 2


def test_where_others_come_in_no_client_chooses_the_model(bridge):
    api = Api(Assistants(bridge, may_change_llm=False), Ownership())
    with pytest.raises(SettingsError, match="open to others"):
        api.ask(QUESTION, model="large")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"question": None}, "question = None"),
        ({"question": ["x"]}, "it is no text"),
        ({"question": QUESTION, "where": 3}, "where = 3"),
        ({"question": QUESTION, "model": {}}, "model = {}"),
        ({"question": QUESTION, "history": "x"}, "the history"),
        ({"question": QUESTION, "history": [{"question": "x"}]}, "of the history"),
        ({"question": QUESTION, "history": [{}] * 101}, "at most 100"),
    ],
)
def test_what_ask_cannot_use_is_refused_in_words(api, arguments, said):
    with pytest.raises(QuestionError) as caught:
        api.ask(**arguments)
    assert said in str(caught.value)


@pytest.mark.parametrize("number", [None, "many", 0, 101, 1.5, True])
def test_a_number_that_cannot_be_is_refused_in_words(api, number):
    with pytest.raises(SettingsError, match="n_sentences"):
        api.search(QUESTION, number)
    with pytest.raises(RagError, match=r"start|characters"):
        api.open_source(api.documents()["documents"][0]["id"], number, number)


def test_quotes_and_speakers_are_those_of_the_assistant(api, tmp_path):
    upload = tmp_path / "berg.txt"
    upload.write_text("Anna Berg came. “We will pay,” Berg said.", encoding="utf-8")
    api.add([("berg.txt", upload)])
    [speaker, *_] = api.speakers()["speakers"]
    [found, *_] = api.quotes(speaker["speaker"])["speakers"]
    assert (found["speaker"], len(found["quotes"])) == (speaker["speaker"], speaker["n_quotes"])
    assert api.quotes("Nobody Whatever")["speakers"] == ()


@pytest.mark.parametrize("name", ["speaker", "about", "since", "until", "where"])
def test_what_quotes_cannot_use_is_refused_in_words(api, name):
    with pytest.raises(QuestionError, match=f"cannot use {name} = 7"):
        api.quotes(**{"speaker": "Rubio", name: 7})
