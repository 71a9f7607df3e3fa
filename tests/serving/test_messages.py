"""The official client of Anthropic, unchanged, gets blocks of text whose citations are places in documents."""

from __future__ import annotations

import anthropic
import pytest

QUESTION = [{"role": "user", "content": "What did Berg say about the tunnel?"}]


@pytest.fixture(scope="module")
def client(server):
    with anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0) as made:
        yield made


def assert_proved(message, server):
    documents = {}
    for block in message.content:
        assert block.citations
        for place in block.citations:
            assert place.type == "char_location"
            text = server.http.get(f"/v1/documents/{place.file_id}").json()["text"]
            assert text[place.start_char_index : place.end_char_index] == place.cited_text
            documents.setdefault(place.file_id, place.document_index)
    assert list(documents.values()) == list(range(len(documents)))


def test_message_is_proved_by_its_citations(client, server):
    message = client.messages.create(model="chapter-and-verse", max_tokens=100, messages=QUESTION)
    assert (message.role, message.stop_reason) == ("assistant", "end_turn")
    assert "[1]" not in message.content[0].text
    assert_proved(message, server)
    assert message.usage.output_tokens == 0


def test_streamed_message_is_the_same_as_the_whole(client, server):
    whole = client.messages.create(model="chapter-and-verse", max_tokens=100, messages=QUESTION)
    with client.messages.stream(model="chapter-and-verse", max_tokens=100, messages=QUESTION) as stream:
        written = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert written == "".join(block.text for block in whole.content)
    assert [block.text for block in final.content] == [block.text for block in whole.content]
    assert [len(block.citations) for block in final.content] == [len(block.citations) for block in whole.content]
    assert_proved(final, server)
    assert final.stop_reason == "end_turn"


def test_abstention_has_no_citations(client):
    question = [{"role": "user", "content": "Who won the chess championship of 1871 in Lisbon?"}]
    message = client.messages.create(model="chapter-and-verse", max_tokens=100, messages=question)
    assert [(block.text, block.citations) for block in message.content] == [("The documents do not answer this.", None)]
    assert message.chapter_and_verse["status"] == "abstained"


def test_errors_are_those_of_the_protocol(client):
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.messages.create(model="claude", max_tokens=100, messages=QUESTION)
    assert caught.value.body["error"]["type"] == "not_found_error"
    part = {"type": "image", "source": {"type": "url", "url": "http://x"}}
    messages = [{"role": "user", "content": [part]}]
    with pytest.raises(anthropic.BadRequestError, match="only text is read"):
        client.messages.create(model="chapter-and-verse", max_tokens=1, messages=messages)
    with pytest.raises(anthropic.BadRequestError, match="cannot call a tool"):
        client.messages.create(
            model="chapter-and-verse", max_tokens=1, messages=QUESTION, tools=[], tool_choice={"type": "any"}
        )
