"""The official client of OpenAI, unchanged, gets answers, citations, abstentions and errors."""

from __future__ import annotations

from hashlib import sha256

import openai
import pytest

QUESTION = "When did the harbour bridge open?"


def asked(text):
    return [{"role": "user", "content": text}]


def texts_by_id(server):
    listed = server.http.get("/v1/documents").json()["data"]
    return {each["id"]: server.http.get(f"/v1/documents/{each['id']}").json()["text"] for each in listed}


def assert_proved(text, annotations, server):
    """Each marker of the text is annotated, and each citation is a slice of the text whose hash it gives."""
    texts = texts_by_id(server)
    assert annotations
    for place, citation in annotations:
        assert text[place["start_index"] : place["end_index"]] == f"[{citation['number']}]"
        document = texts[citation["document_id"]]
        assert document[citation["start"] : citation["end"]] == citation["quote"]
        assert sha256(document.encode()).hexdigest() == citation["sha256"]
        assert place["title"]
        assert server.http.get(place["url"]).status_code == 200


def test_models_are_listed(client):
    assert [model.id for model in client.models.list()] == ["chapter-and-verse", "chapter-and-verse-quotes"]
    assert client.models.retrieve("chapter-and-verse").object == "model"


@pytest.mark.parametrize("model", ["chapter-and-verse", "chapter-and-verse-quotes"])
@pytest.mark.parametrize("question", [QUESTION, "What did Berg say about the tunnel?", "Where did the mayor speak?"])
def test_completion_is_proved_by_its_annotations(client, server, question, model):
    completion = client.chat.completions.create(model=model, messages=asked(question))
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert completion.chapter_and_verse["status"] == "answered"
    annotations = [(each.url_citation.model_dump(), each.citation) for each in choice.message.annotations]
    assert_proved(choice.message.content, annotations, server)


def test_streamed_completion_is_the_same_as_the_whole(client, server):
    whole = client.chat.completions.create(model="chapter-and-verse", messages=asked(QUESTION)).choices[0].message
    chunks = list(client.chat.completions.create(model="chapter-and-verse", messages=asked(QUESTION), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.content
    annotations = [each for chunk in chunks for each in getattr(chunk.choices[0].delta, "annotations", None) or []]
    assert annotations == [each.model_dump() for each in whole.annotations]
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert chunks[-1].chapter_and_verse["status"] == "answered"
    assert len({chunk.id for chunk in chunks}) == 1


def test_usage_is_nothing_where_no_language_model_was_asked(client):
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model="chapter-and-verse", messages=asked(QUESTION), stream=True, stream_options=options
        )
    )
    assert not chunks[-1].choices
    assert chunks[-1].usage.total_tokens == 0


@pytest.mark.parametrize("stream", [False, True])
def test_abstention_is_a_sentence_and_a_field(client, stream):
    question = asked("Who won the chess championship of 1871 in Lisbon?")
    if stream:
        chunks = list(client.chat.completions.create(model="chapter-and-verse", messages=question, stream=True))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        outcome, finish = chunks[-1].chapter_and_verse, chunks[-1].choices[0].finish_reason
    else:
        completion = client.chat.completions.create(model="chapter-and-verse", messages=question)
        text, outcome = completion.choices[0].message.content, completion.chapter_and_verse
        finish = completion.choices[0].finish_reason
        assert completion.choices[0].message.annotations == []
    assert text == "The documents do not answer this."
    assert outcome["status"] == "abstained"
    assert finish == "stop"


def test_follow_up_question_is_understood(client):
    before = "What did Mayor Anna Berg say about the tunnel?"
    messages = [
        {"role": "system", "content": "Answer like a pirate."},
        *asked(before),
        {"role": "assistant", "content": "“The tunnel costs too much,” Berg said. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "Where did she speak?"}]},
    ]
    completion = client.chat.completions.create(model="chapter-and-verse", messages=messages)
    assert "Berg" in completion.chapter_and_verse["standalone_question"]
    assert "pirate" not in completion.choices[0].message.content


def test_response_is_proved_by_its_annotations(client, server):
    response = client.responses.create(model="chapter-and-verse", input=QUESTION, instructions="Be brief.")
    assert response.status == "completed"
    (text,) = response.output[0].content
    assert response.output_text == text.text
    annotations = [(each.model_dump(), each.citation) for each in text.annotations]
    assert_proved(text.text, annotations, server)
    assert response.usage.total_tokens == 0


def test_streamed_response_is_the_same_as_the_whole(client):
    whole = client.responses.create(model="chapter-and-verse", input=QUESTION)
    with client.responses.stream(model="chapter-and-verse", input=asked(QUESTION)) as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert final.output_text == whole.output_text
    assert final.output[0].content[0].annotations == whole.output[0].content[0].annotations
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole.output_text


def test_response_follows_the_one_before(client):
    first = client.responses.create(model="chapter-and-verse", input="What did Mayor Anna Berg say about the tunnel?")
    second = client.responses.create(
        model="chapter-and-verse", input="Where did she speak?", previous_response_id=first.id
    )
    assert "Berg" in second.chapter_and_verse["standalone_question"]
    with pytest.raises(openai.NotFoundError, match="send the conversation"):
        client.responses.create(model="chapter-and-verse", input="Why?", previous_response_id="resp_0")


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
        ({"messages": asked(" ")}, None),
        ({"messages": asked("x" * 10_001)}, None),
        ({"messages": [{"role": "pirate", "content": "x"}]}, "messages.0.role"),
        ({"messages": asked(5)}, "messages.0.content"),
        ({"messages": asked([{"type": "image_url", "image_url": {"url": "http://x"}}])}, "messages.0.content.0"),
        ({"messages": asked(QUESTION), "n": 2}, "n"),
        ({"messages": asked(QUESTION), "tool_choice": "required"}, "tool_choice"),
        ({"messages": asked(QUESTION), "response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": asked(QUESTION), "logprobs": True}, "logprobs"),
        ({"messages": asked(QUESTION), "extra_body": {"where": "flavour = sweet"}}, "where"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(client, arguments, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="chapter-and-verse", **arguments)
    error = caught.value.body
    assert (error["param"] or "").startswith(param or "")
    assert error["type"] == "invalid_request_error"
    assert " - " in error["message"]


def test_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=asked(QUESTION))
    assert caught.value.code == "model_not_found"


def test_filter_says_what_is_searched(client):
    body = {"sources": ["*mayor.txt"]}
    completion = client.chat.completions.create(model="chapter-and-verse", messages=asked(QUESTION), extra_body=body)
    cited = {each.citation["source"] for each in completion.choices[0].message.annotations or []}
    assert all(source.endswith("mayor.txt") for source in cited)


def test_tools_may_be_offered_and_are_not_called(client):
    tool = {"type": "function", "function": {"name": "rain", "parameters": {"type": "object", "properties": {}}}}
    completion = client.chat.completions.create(
        model="chapter-and-verse", messages=asked(QUESTION), tools=[tool], temperature=0.2, max_tokens=5
    )
    assert not completion.choices[0].message.tool_calls
    assert "1932" in completion.choices[0].message.content
