"""The calls of Open WebUI, as its public source makes them: https://github.com/open-webui/open-webui.

The bodies were written by hand after backend/open_webui/routers/openai.py and utils/middleware.py: what it adds of its
own, what it asks when it makes a title, and what it does with the annotations of a stream.
"""

from __future__ import annotations

import json

import pytest

OWN_FIELDS = {
    "chat_id": "d7a4",
    "session_id": "k2",
    "id": "m-1",
    "features": {"image_generation": False, "code_interpreter": False, "web_search": False, "memory": False},
    "variables": {"{{USER_NAME}}": "Anna", "{{CURRENT_DATE}}": "2026-11-29"},
    "model_item": {"id": "chapter-and-verse", "object": "model", "owned_by": "openai", "urlIdx": 0},
    "background_tasks": {"title_generation": True, "tags_generation": True, "follow_up_generation": True},
    "params": {},
    "tool_servers": [],
    "files": [],
}
HEADERS = {
    "Authorization": "Bearer sk-0",
    "X-OpenWebUI-User-Name": "Anna",
    "X-OpenWebUI-User-Email": "anna@example.org",
    "X-OpenWebUI-Chat-Id": "d7a4",
}
QUESTION = "When did the harbour bridge open?"
HISTORY = f"""### Chat History:
<chat_history>
USER: {QUESTION}
ASSISTANT: The harbour bridge opened in 1932. [1]
</chat_history>"""


def test_models_are_listed_for_its_menu(server):
    listed = server.http.get("/v1/models", headers=HEADERS).json()
    assert listed["object"] == "list"
    assert all({"id", "object", "created", "owned_by"} <= set(model) for model in listed["data"])


def test_streamed_chat_with_its_own_fields(server):
    body = {
        "model": "chapter-and-verse",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": "Who opposed the tunnel?"},
            {"role": "assistant", "content": "Mayor Anna Berg opposed the new tunnel. [1]"},
            {"role": "user", "content": QUESTION},
        ],
        **OWN_FIELDS,
    }
    with server.http.stream("POST", "/v1/chat/completions", json=body, headers=HEADERS) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    text, sources = "", []
    for chunk in chunks:  # as its middleware reads them
        for choice in chunk.get("choices", []):
            delta = choice.get("delta", {})
            text += delta.get("content") or ""
            for annotation in delta.get("annotations") or []:
                assert annotation["type"] == "url_citation"
                sources.append((annotation["url_citation"]["url"], annotation["url_citation"]["title"]))
    assert "1932" in text
    assert sources
    assert chunks[-1]["usage"]["total_tokens"] == 0


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ('JSON format: { "title": "your concise title here" }', {"title": QUESTION}),
        ('JSON format: { "tags": ["tag1", "tag2", "tag3"] }', {"tags": []}),
        ('JSON format: { "follow_ups": ["Question 1?", "Question 2?"] }', {"follow_ups": []}),
        ('JSON format: { "queries": ["query1", "query2"] }', {"queries": []}),
        ('JSON format: { "text": "<completion>" }', {"text": ""}),
    ],
)
def test_tasks_of_its_own_search_no_documents(server, form, expected):
    task = f"### Task:\nGenerate what is asked for.\n### Guidelines:\n- Be brief.\n### Output:\n{form}\n{HISTORY}"
    body = {"model": "chapter-and-verse", "stream": False, "messages": [{"role": "user", "content": task}]}
    answer = server.http.post("/v1/chat/completions", json=body | {"max_tokens": 1000}, headers=HEADERS).json()
    content = answer["choices"][0]["message"]["content"]
    assert json.loads(content[content.index("{") : content.rindex("}") + 1]) == expected
    assert answer["chapter_and_verse"]["status"] == "not_a_question"
    assert answer["choices"][0]["message"]["annotations"] == []


def test_title_of_a_long_conversation_is_no_error(server):
    history = "<chat_history>\n" + f"USER: {'why ' * 20_000}\nASSISTANT: no\n" + "</chat_history>"
    task = f'### Task:\nGenerate a title.\nJSON format: {{ "title": "x" }}\n{history}'
    body = {"model": "chapter-and-verse", "messages": [{"role": "user", "content": task}]}
    answer = server.http.post("/v1/chat/completions", json=body).json()
    assert json.loads(answer["choices"][0]["message"]["content"])["title"] == "why " * 7 + "why…"
