"""The app as other programs meet it: named endpoints, tools for language models, users, and what is refused."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from pathlib import Path

import httpx
import jsonschema
import pytest

pytest.importorskip("gradio", reason="gradio is not installed")
pytest.importorskip("mcp", reason="mcp is not installed")

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from rag import Assistant, Settings, answer_schema
from rag.cli import main
from tests.project.readmes import ROOT, blocks
from tests.ui.running import HASHING, SEED, fill, running
from ui.api import Api

QUESTION = "what did Rubio say about territory?"
CHANGING = ("id", "created_at", "timings_ms", "seconds", "answered_at")


@pytest.fixture(scope="module")
def settings_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    path.write_text(HASHING, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def app(tmp_path_factory, settings_file):
    folder = tmp_path_factory.mktemp("api")
    fill(folder / "store")
    with running(folder, "--llm", "none", "--settings", settings_file, "--mcp") as started:
        yield started


@pytest.fixture(scope="module")
def client(app):
    opened = Client(app.url, verbose=False, analytics_enabled=False)
    yield opened
    opened.close()


@pytest.fixture
def command(app, settings_file, capfd):
    """What the command line prints as JSON for the same store."""

    def command(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--store", str(app.store), "--settings", str(settings_file), "--json"])
        out, err = capfd.readouterr()
        assert not ended.value.code, err
        return json.loads(out)

    return command


def lasting(value):
    """The same without what differs from one answer to the next."""
    if isinstance(value, dict):
        return {name: lasting(each) for name, each in value.items() if not name.endswith(CHANGING) or "_id" in name}
    return [lasting(each) for each in value] if isinstance(value, list) else value


def test_ask_gives_the_json_of_the_command(client, command):
    answered = client.predict(QUESTION, api_name="/ask")
    assert len(answered["citations"]) >= 1
    assert lasting(answered) == lasting(command("ask", "--llm", "none", QUESTION))


def test_example_of_the_readme_gets_an_answer(app, capsys):
    examples = (text for language, text in blocks(ROOT / "ui" / "README.md") if language == "python")
    (example,) = (text for text in examples if "http://127.0.0.1:7860" in text)
    exec(example.replace("http://127.0.0.1:7860", app.url), {})
    status, _, quote = capsys.readouterr().out.strip().partition(" ")
    assert status == "answered"
    assert quote
    assert quote in SEED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def offered(app):
    """What clients are told of each endpoint, by name."""
    return httpx.get(f"{app.url}/gradio_api/info", timeout=60).json()["named_endpoints"]


TOOLS = ["ask", "search", "open_source", "check_draft", "quotes", "speakers", "diff", "timeline", "conflicts"]


def schema_of(offered, name):
    (returned,) = offered[name]["returns"]
    return returned["type"]


def test_results_are_described_and_have_that_form(client, offered):
    answer = client.predict(QUESTION, api_name="/ask")
    results = {
        "/ask": answer,
        "/search": client.predict(QUESTION, api_name="/search"),
        "/documents": client.predict(api_name="/documents"),
        "/timeline": client.predict("the talks in Saudi Arabia", api_name="/timeline"),
        "/quotes": client.predict("Rubio", api_name="/quotes"),
        "/speakers": client.predict(api_name="/speakers"),
        "/source": client.predict(answer["id"], 1, api_name="/source"),
        "/open_source": client.predict(answer["citations"][0]["document_id"], 0, 5, api_name="/open_source"),
        "/check_draft": client.predict("Rubio said: “No comment at all today.”", api_name="/check_draft"),
        "/conflicts": client.predict(api_name="/conflicts"),
    }
    for name, result in results.items():
        schema = schema_of(offered, name)
        assert schema["type"] == "object", name
        assert set(schema["required"]) == set(result), name
        jsonschema.validate(result, schema)


def test_an_answer_is_described_as_the_schema_of_answers_does(offered):
    here, there = schema_of(offered, "/ask"), answer_schema()
    assert sorted(here["required"]) == sorted(there["required"])
    for name, part in (("claims", "claim"), ("citations", "citation"), ("evidence", "evidence")):
        assert sorted(here["properties"][name]["items"]["required"]) == sorted(there["$defs"][part]["required"])


def test_a_tool_gives_text(offered):
    assert schema_of(offered, "/ask_tool") == {"type": "string"}


def test_what_ask_takes_is_described_and_only_the_question_has_to_be_given(offered):
    parameters = {each["parameter_name"]: each for each in offered["/ask"]["parameters"]}
    assert list(parameters) == ["question", "history", "where", "model"]
    assert [each["parameter_has_default"] for each in parameters.values()] == [False, True, True, True]


def test_ask_takes_history_and_filter(client):
    history = [{"question": "Who is Marco Rubio?", "answer": "The US Secretary of State."}]
    answer = client.predict("what did he say about territory?", history, "source ~ cbcbdd", api_name="/ask")
    assert "Rubio" in answer["standalone_question"]
    assert answer["searched"] == "source ~ cbcbdd"
    assert len(answer["citations"]) >= 1


def test_documents_are_those_that_the_command_lists(client, command):
    assert client.predict(api_name="/documents") == command("list")


def test_source_gives_the_json_of_the_command(client, command):
    command("ask", "--llm", "none", QUESTION)
    answer = client.predict(QUESTION, api_name="/ask")
    opened = client.predict(answer["id"], 1, api_name="/source")
    assert opened == command("show", "1")
    text = SEED.read_text(encoding="utf-8")
    assert text[opened["start"] : opened["end"]] == opened["quote"]
    assert text.startswith(opened["before"] + opened["quote"] + opened["after"], text.index(opened["before"]))


def test_search_and_open_source_agree_on_places(client):
    found = client.predict("What did Rubio say?", 3, api_name="/search")
    assert found["question"] == "What did Rubio say?"
    assert len(found["evidence"]) == 3
    first = found["evidence"][0]
    opened = client.predict(first["document_id"], first["start"], first["end"], api_name="/open_source")
    assert opened["quote"] == first["quote"]


def test_added_file_is_reported_as_the_command_does_and_searched_from_then_on(client, command, tmp_path):
    file = tmp_path / "heron.txt"
    file.write_text("The heron of Lake Tarn ate 41 frogs in May.\n", encoding="utf-8")
    report = client.predict([handle_file(str(file))], api_name="/add")
    assert report["added"] == ["heron.txt"]
    assert report.keys() == command("add", str(SEED)).keys() - {"questions"}  # those of who runs the app
    answer = client.predict("How many frogs did the heron eat?", api_name="/ask")
    assert answer["citations"][0]["quote"] == "The heron of Lake Tarn ate 41 frogs in May."
    assert client.predict([handle_file(str(file))], api_name="/add")["unchanged"] == ["heron.txt"]


@pytest.mark.parametrize(
    ("arguments", "endpoint", "said"),
    [
        (("What?", "no list"), "/ask", "Cannot use the history"),
        ((["no file"],), "/add", "."),
        (("",), "/ask", "empty question"),
        (("a " * 50_000,), "/ask", "ask in fewer words"),
        (("What?", 0), "/search", "Cannot use n_sentences = 0"),
        (("nope", 1), "/source", "'nope'"),
        (("nope", 0, 1), "/open_source", "No document has the id 'nope'"),
    ],
)
def test_errors_arrive_as_sentences(client, arguments, endpoint, said):
    with pytest.raises(AppError) as caught:
        client.predict(*arguments, api_name=endpoint)
    sentence = str(caught.value)
    assert said.lower() in sentence.lower()
    assert sentence.endswith(".")
    assert "Traceback" not in sentence


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ask", []),
        ("ask", [7]),
        ("search", ["What?", "many"]),
        ("open_source", []),
        ("check_draft", [""]),
        ("diff", ["nothing.txt"]),
        ("diff", [7]),
        ("timeline", ["talks", "soon"]),
        ("add", ["no file"]),
        ("add", [[{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]]),
    ],
)
def test_no_error_is_null(app, name, data):
    begun = httpx.post(f"{app.url}/gradio_api/call/{name}", json={"data": data})
    with httpx.stream("GET", f"{app.url}/gradio_api/call/{name}/{begun.json()['event_id']}", timeout=60) as events:
        (said,) = [line for line in events.iter_lines() if line.startswith("data: ") and line[6:] != "null"]
    error = json.loads(said[6:])["error"]
    assert error.endswith(".")
    assert len(error) > 10
    direct = httpx.post(f"{app.url}/gradio_api/run/{name}", json={"data": data}, timeout=60)
    assert direct.json()["error"] == error


def test_what_a_client_leaves_out_at_the_end_has_its_default(app):
    answer = httpx.post(f"{app.url}/gradio_api/run/ask", json={"data": [QUESTION]}, timeout=60).json()["data"][0]
    assert len(answer["citations"]) >= 1


def test_citation_that_an_answer_has_not_is_named(client):
    answer = client.predict(QUESTION, api_name="/ask")
    with pytest.raises(AppError, match=r"Cannot open citation 99"):
        client.predict(answer["id"], 99, api_name="/source")


def test_only_the_named_endpoints_are_offered(client):
    offered = set(client.view_api(print_info=False, return_format="dict")["named_endpoints"])
    assert offered - {f"/{name}_tool" for name in TOOLS} == {
        *(f"/{name}" for name in TOOLS),
        "/source",
        "/documents",
        "/add",
    }


def tools_session(app, work):
    """What `work` returns, given a session with the app's tools, in a thread without another event loop."""
    results = []

    async def go():
        async with (
            streamable_http_client(f"{app.url}/gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return await work(session)

    def run():
        try:
            results.append(asyncio.run(go()))
        except BaseException as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


def one_line(text):
    return " ".join(text.split())


def test_tools_are_exactly_these_with_their_manuals(app):
    listed = tools_session(app, lambda session: session.list_tools()).tools
    assert [tool.name for tool in listed] == TOOLS
    for tool in listed:
        manual = one_line(getattr(Api, tool.name).__doc__.partition("Args:")[0])
        assert one_line(tool.description) == manual
        assert all(described["description"] for described in tool.inputSchema["properties"].values())


def test_tools_answer_in_json_what_the_endpoints_do(app, client):
    async def work(session):
        asked = await session.call_tool("ask", {"question": QUESTION})
        found = await session.call_tool("search", {"question": QUESTION, "n_sentences": 2})
        first = json.loads(found.content[0].text)["evidence"][0]
        place = {name: first[name] for name in ("document_id", "start", "end")}
        return asked, found, await session.call_tool("open_source", place)

    results = tools_session(app, work)
    assert not any(result.isError for result in results)
    asked, found, opened = (json.loads(result.content[0].text) for result in results)
    assert lasting(asked) == lasting(client.predict(QUESTION, api_name="/ask"))
    assert found == client.predict(QUESTION, 2, api_name="/search")
    assert opened["quote"] == found["evidence"][0]["quote"]


def test_error_of_a_tool_is_a_sentence(app):
    wrong = {"document_id": "nope", "start": 0, "end": 1}
    result = tools_session(app, lambda session: session.call_tool("open_source", wrong))
    assert result.isError
    assert "No document has the id 'nope'" in result.content[0].text


def test_tools_cannot_change_the_documents(app, client, tmp_path):
    before = client.predict(api_name="/documents")
    file = tmp_path / "secret.txt"
    file.write_text("The code is 1234.\n", encoding="utf-8")
    data = {"path": str(file), "orig_name": file.name, "meta": {"_type": "gradio.FileData"}}
    for name in ("add", "ask_1", "documents", "source", "removed", "chosen"):
        result = tools_session(app, lambda session, name=name: session.call_tool(name, {"files": [data]}))
        assert result.isError, name
        assert f"Unknown tool for this Gradio app: {name}" in result.content[0].text
    assert client.predict(api_name="/documents") == before


def uploaded(app, client):
    """Where a file lies that was uploaded and not added yet."""
    response = httpx.post(f"{app.url}/gradio_api/upload", files={"files": ("heron.txt", b"The heron.")})
    assert response.status_code == 200
    return Path(response.json()[0])


def test_no_file_is_ever_served(app, client):
    upload = uploaded(app, client)
    assert upload.exists()
    assert upload.is_relative_to(app.store / "incoming")
    for path in (app.store / "store.db", Path("/etc/passwd"), upload, upload.parent, SEED, Path(__file__)):
        for form in ("/gradio_api/file={}", "/file={}", "/gradio_api/file/{}", "/gradio_api/%66ile={}"):
            response = httpx.get(app.url + form.format(path), follow_redirects=True)
            assert response.status_code in (403, 404), (form, path)
            assert "heron" not in response.text
    assert httpx.get(f"{app.url}/gradio_api/proxy=http://127.0.0.1:9/").status_code == 403


def test_added_path_that_was_not_uploaded_is_not_read(app, tmp_path):
    """A client that names a file of this machine in place of an upload gets nothing of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("The code is 1234.\n", encoding="utf-8")
    data = [{"path": str(secret), "orig_name": "secret.txt", "meta": {"_type": "gradio.FileData"}}]
    started = httpx.post(f"{app.url}/gradio_api/call/add", json={"data": [data]}).json()["event_id"]
    with httpx.stream("GET", f"{app.url}/gradio_api/call/add/{started}", timeout=20) as events:
        said = "".join(events.iter_text())
    assert "error" in said
    assert "1234" not in said
    assert not any(document.source.endswith("secret.txt") for document in documents(app))


def test_added_address_is_not_fetched(app):
    """Or else a client could make this machine ask others, such as its own services, and read what they say."""
    with socket.create_server(("127.0.0.1", 0)) as service:
        address = f"http://127.0.0.1:{service.getsockname()[1]}/secret.txt"
        data = [{"path": address, "url": address, "orig_name": "s.txt", "meta": {"_type": "gradio.FileData"}}]
        started = httpx.post(f"{app.url}/gradio_api/call/add", json={"data": [data]}).json()["event_id"]
        with httpx.stream("GET", f"{app.url}/gradio_api/call/add/{started}", timeout=20) as events:
            assert "error" in "".join(events.iter_text())
        service.setblocking(False)
        with pytest.raises(BlockingIOError):
            service.accept()


def documents(app):
    with Assistant.open(app.store, Settings(embedder="hashing", llm="none")) as assistant:
        return assistant.documents()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.invalid"},
        {"Host": "127.0.0.1.evil.invalid:7860"},
        {"Origin": "https://evil.invalid"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/gradio_api/mcp/"])
def test_other_names_and_other_sites_are_refused(app, headers, path):
    response = httpx.get(app.url + path, headers=headers)
    assert response.status_code == 403
    assert response.text.startswith("Refused: ")


def test_page_names_no_other_server_and_has_a_policy(app):
    response = httpx.get(app.url)
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    fetched = re.findall(r"""(?:src|href)=["'](https?:)?//([^/"']+)""", response.text)
    assert [host for _, host in fetched if host != app.url.partition("//")[2]] == []
