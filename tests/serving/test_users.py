"""What belongs to one user is for nobody else: two users, every route, and all that one could know of the other's."""

from __future__ import annotations

from typing import NamedTuple

import httpx
import pytest

from rag import Assistant, Settings, SettingsError
from rag.serving.entry.keys import Keys, make_key
from rag.serving.viewing import LIMITED, UserAssistant

from .conftest import Running, running

WIRE = (
    "The northern ferry was delayed by fog on Monday. Nobody was hurt, the harbour office said. It sails again today."
)
HERS = (
    "The Quillon hangar costs 77 million crowns, and mayor Wilhelmina Okonkwo opposed it. “It is too dear,” she said."
)
HIS = "The southern tunnel costs 12 million crowns. Otto Berg praised the tunnel on Friday."
COMMON = "The city hall was painted green in 1999. The paint came from Hamburg."
SECRETS = ("quillon", "77 million", "wilhelmina", "okonkwo", "too dear", "zeppelin", "anna ›")
"""Words of her documents, questions, notebooks and names of files; his requests hold none of them."""


class Known(NamedTuple):
    """The server, a client for each key, and what belongs to anna."""

    server: Running
    anna: httpx.Client
    otto: httpx.Client
    admin: httpx.Client
    document: str
    notebook: int
    answer: str


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Keys of two users who may do what is theirs, and of one who may do everything."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    made = {"anna": "read,ask,write", "Otto": "read,ask,write", "chief": "admin"}
    lines, secrets = [], {}
    for name, rights in made.items():
        secrets[name], line = make_key(name)
        lines.append(f"{line.rpartition(':')[0]}:{rights}")
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return Keys.of_file(path), secrets


def upload(client, name, text, **fields):
    answer = client.post("/v1/documents", files={"file": (name, text.encode())}, data=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"][0]


def ask(client, question, **more):
    messages = [{"role": "user", "content": question}]
    return client.post("/v1/chat/completions", json={"model": "chapter-and-verse", "messages": messages, **more})


@pytest.fixture(scope="module")
def known(tmp_path_factory, keys):
    folder = tmp_path_factory.mktemp("shared")
    followed = folder / "followed"
    followed.mkdir()
    (followed / "common.txt").write_text(COMMON, encoding="utf-8")
    settings = Settings(embedder="hashing", llm="none", verifier="rules", abstain_below=0.0)
    with Assistant.open(folder / "store", settings) as assistant:
        assistant.sync(followed)
        with running(assistant, keys=keys[0], folder=followed) as server:
            clients = {
                name: httpx.Client(base_url=server.url, headers={"X-Api-Key": key}, timeout=60, trust_env=False)
                for name, key in keys[1].items()
            }
            anna, otto = clients["anna"], clients["Otto"]
            made = anna.post("/v1/notebooks", json={"name": "Zeppelin plans"})
            assert made.status_code == 200, made.text
            hers = upload(anna, "hangar.txt", HERS, notebook="zeppelin  PLANS")
            upload(anna, "wire.txt", WIRE)
            upload(otto, "tunnel.txt", HIS)
            upload(otto, "wire.txt", f"{WIRE} Passengers waited for five hours.")
            answer = anna.post("/v1/responses", json={"model": "chapter-and-verse", "input": "What does Quillon cost?"})
            assert "77 million" in answer.text
            yield Known(server, anna, otto, clients["chief"], hers["id"], made.json()["id"], answer.json()["id"])
            for client in clients.values():
                client.close()


def attempts(known: Known):
    """operationId → requests of otto that name what he could know of anna's: ids, but no words."""
    document, notebook = known.document, known.notebook
    asked = {
        "model": "chapter-and-verse",
        "messages": [{"role": "user", "content": "Who opposed what, and what is dear?"}],
    }
    everything = {"where": "not title = nothing or source ~ a or speaker ~ o", "sources": ["*"]}
    questions = ["What costs million crowns?", "Who opposed it?", "What is this about?", "What did Wilhelm say?"]
    return {
        "create_chat_completion": [
            ("POST", "/v1/chat/completions", asked | more)
            for more in (
                {},
                {"stream": True},
                everything,
                {"model": "chapter-and-verse-quotes"},
                *({"messages": [{"role": "user", "content": each}]} for each in questions),
            )
        ],
        "create_response": [
            ("POST", "/v1/responses", {"model": "chapter-and-verse", "input": questions[0], **more})
            for more in ({}, {"stream": True}, everything, {"previous_response_id": known.answer})
        ],
        "create_message": [("POST", "/v1/messages", asked | more) for more in ({}, {"stream": True}, everything)],
        "search": [
            ("POST", "/v1/search", {"query": each, "k": 100, **more}) for each in questions for more in ({}, everything)
        ],
        "verify": [("POST", "/v1/verify", {"claim": "It is dear.", "evidence": "It is cheap."})],
        "check_draft": [
            (
                "POST",
                "/v1/check-draft",
                {"text": f"{WIRE}\nThe mayor opposed it: “It is cheap.”\nIt cost 78 million crowns.", **more},
            )
            for more in ({}, everything)
        ],
        "list_documents": [
            ("GET", f"/v1/documents?{query}", None)
            for query in (
                "limit=1000",
                f"after={document}",
                "where=notebook ~ e",
                "where=added > 2000 or source ~ a",
            )
        ],
        "add_documents": [("POST", "/v1/documents", None)],
        "sync_documents": [("POST", "/v1/documents/sync", {"allow_empty": True})],
        "get_document": [("GET", f"/v1/documents/{document}?start={n}", None) for n in (0, 5)],
        "delete_document": [("DELETE", f"/v1/documents/{document}", None)],
        "list_notebooks": [("GET", "/v1/notebooks", None)],
        "make_notebook": [("POST", "/v1/notebooks", {"name": "Mine", "shared_with": ["anna"]})],
        "get_notebook": [("GET", f"/v1/notebooks/{notebook}", None)],
        "change_notebook": [
            ("PATCH", f"/v1/notebooks/{notebook}", body) for body in ({"name": "x"}, {"shared_with": ["otto", "*"]})
        ],
        "delete_notebook": [("DELETE", f"/v1/notebooks/{notebook}", None)],
        "put_in_notebook": [
            ("POST", f"/v1/notebooks/{number}/documents", {"documents": [document]}) for number in (notebook, "MINE")
        ],
        "take_out_of_notebook": [("DELETE", f"/v1/notebooks/{notebook}/documents/{document}", None)],
        "list_models": [("GET", "/v1/models", None)],
        "get_model": [("GET", "/v1/models/chapter-and-verse", None)],
        "metrics": [("GET", "/metrics", None)],
        "healthz": [("GET", "/healthz", None)],
        "readyz": [("GET", "/readyz", None)],
    }


NOT_FOR_HIM = {
    "get_document": 404,
    "delete_document": 404,
    "get_notebook": 404,
    "change_notebook": 404,
    "delete_notebook": 404,
    "put_in_notebook": 404,
    "take_out_of_notebook": 404,
    "sync_documents": 403,
    "metrics": 403,
}


def test_no_route_shows_or_changes_what_is_anothers(known):
    """Every operation of the OpenAPI document has a request here, or this fails."""
    described = known.server.http.get("/openapi.json").json()["paths"].values()
    operations = {method["operationId"] for methods in described for method in methods.values()}
    tried = attempts(known)
    assert set(tried) == operations
    for operation, requests in tried.items():
        for method, path, body in requests:
            listed = known.otto.get("/v1/notebooks").json()["data"]
            mine = next((str(each["id"]) for each in listed if each["name"] == "Mine"), "0")
            files = {"file": ("hangar.txt", b"Nothing to see.")} if operation == "add_documents" else None
            answer = known.otto.request(method, path.replace("MINE", mine), json=body, files=files)
            said = answer.text.lower()
            assert [word for word in SECRETS if word in said] == [], (operation, body, said)
            assert answer.status_code < 500
            if operation in NOT_FOR_HIM:
                assert answer.status_code == NOT_FOR_HIM[operation], (operation, said)
            elif operation != "list_documents":  # which repeats the id that he named
                assert known.document not in said, (operation, said)
    assert known.anna.get(f"/v1/documents/{known.document}").json()["text"] == HERS
    hers = known.anna.get(f"/v1/notebooks/{known.notebook}").json()
    assert (hers["name"], hers["shared_with"], hers["n_documents"]) == ("Zeppelin plans", [], 1)


def test_each_sees_what_is_his_and_the_admin_everything(known):
    sources = {
        client: {each["source"] for each in client.get("/v1/documents").json()["data"]}
        for client in (known.anna, known.otto, known.admin)
    }
    assert {"anna › hangar.txt", "anna › wire.txt"} <= sources[known.anna]
    assert {"otto › tunnel.txt", "otto › wire.txt"} <= sources[known.otto]
    assert not sources[known.anna] & sources[known.otto]
    assert sources[known.admin] > sources[known.anna] | sources[known.otto]
    assert "77 million" in ask(known.anna, "What does the hangar cost?").text
    assert "12 million" in ask(known.otto, "What does the tunnel cost?").text


def test_same_report_of_two_users_is_quoted_from_ones_own(known):
    for name, client in (("anna", known.anna), ("otto", known.otto)):
        found = client.post("/v1/search", json={"query": "Why was the northern ferry delayed?"}).json()["data"]
        assert found[0]["source"] == f"{name} › wire.txt"
        assert found[0]["also_in"] == []
        draft = client.post("/v1/check-draft", json={"text": "“The northern ferry was delayed by fog on Monday.”"})
        assert f"{name} › wire.txt" in draft.text
        assert draft.text.count("› wire.txt") == draft.text.count(f"{name} › wire.txt")


def test_name_of_anothers_notebook_cannot_be_told_from_none(known):
    answers = [
        known.otto.get("/v1/documents", params={"where": f"notebook = '{name}'"})
        for name in ("Zeppelin plans", "Nonsense!")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    messages = [answer.json()["error"]["message"] for answer in answers]
    assert messages[0].replace("Zeppelin plans", "") == messages[1].replace("Nonsense!", "")


def test_shared_notebook_can_be_read_and_not_changed_until_it_is_shared_no_more(known):
    place, document = f"/v1/notebooks/{known.notebook}", f"/v1/documents/{known.document}"
    for users in (["OTTO"], ["*"]):
        assert known.anna.patch(place, json={"shared_with": users}).json()["shared_with"] == [users[0].lower()]
        assert known.otto.get(document).status_code == 200
        assert known.otto.get(place).json()["shared_with"] == []
        assert (
            "77 million"
            in ask(known.otto, "What does the Quillon hangar cost?", where="notebook = 'anna/Zeppelin plans'").text
        )
        assert known.otto.delete(document).status_code == 403
        assert known.otto.patch(place, json={"name": "x"}).status_code == 403
        mine = known.otto.post("/v1/notebooks", json={"name": f"Copies {users[0]}".replace("*", "2")}).json()["id"]
        assert (
            known.otto.post(f"/v1/notebooks/{mine}/documents", json={"documents": [known.document]}).status_code == 403
        )
        assert known.anna.patch(place, json={"shared_with": []}).status_code == 200
        assert known.otto.get(document).status_code == 404
        assert "77 million" not in ask(known.otto, "What does the Quillon hangar cost?").text


def test_document_leaves_its_last_notebook_only_when_it_is_deleted(known):
    made = known.anna.post("/v1/notebooks", json={"name": "Short"}).json()
    place = f"/v1/notebooks/{made['id']}"
    document = upload(known.anna, "short.txt", "The lighthouse blinks twice.", notebook="Short")["id"]
    assert known.anna.delete(f"{place}/documents/{document}").json()["error"]["code"] == "last_notebook"
    assert known.anna.delete(place).json()["error"]["code"] == "not_empty"
    other = known.anna.post("/v1/notebooks", json={"name": "Other"}).json()["id"]
    put = known.anna.post(f"/v1/notebooks/{other}/documents", json={"documents": [document]})
    assert put.json()["n_documents"] == 1
    assert known.anna.delete(f"{place}/documents/{document}").json()["n_documents"] == 0
    assert known.anna.delete(place).json()["deleted"] is True
    assert known.anna.delete(f"/v1/documents/{document}").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": ""}, 409, "notebook_name"),
        ({"name": "a/b"}, 409, "notebook_name"),
        ({"name": "Zeppelin Plans"}, 409, "notebook_name"),
        ({"name": "y", "shared_with": ["a b"]}, 400, "invalid_value"),
        ({"name": "y", "owner": "otto"}, 400, "unknown_field"),
    ],
)
def test_notebook_that_cannot_be_is_refused_with_a_sentence(known, body, status, code):
    answer = known.anna.post("/v1/notebooks", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert " - " in answer.json()["error"]["message"]


def test_what_nobody_handed_over_is_for_all_only_where_that_is_said(known, keys, tmp_path):
    assert "green" not in ask(known.otto, "What colour is the city hall?").text
    (tmp_path / "common.txt").write_text(COMMON, encoding="utf-8")
    with Assistant.open(tmp_path / "store", Settings(embedder="hashing", llm="none", verifier="rules")) as assistant:
        assistant.add([tmp_path / "common.txt"])
        with running(assistant, keys=keys[0], has_common=True) as server:
            anna, otto = ({"X-Api-Key": keys[1][name]} for name in ("anna", "Otto"))
            files = {"file": ("hangar.txt", HERS.encode())}
            assert server.http.post("/v1/documents", files=files, headers=anna).status_code == 200
            found = server.http.post("/v1/search", json={"query": "hall hangar", "k": 100}, headers=otto).text
    assert "green" in found
    assert "Quillon" not in found


def test_everything_else_is_refused_to_a_user(known):
    """What an assistant learns to do is nothing for one user until somebody has thought of it."""
    own = UserAssistant(known.server.service.assistant.assistant, "otto", has_common=False)
    names = {name for name in dir(Assistant) if not name.startswith("_")}
    for name in names - LIMITED:
        with pytest.raises(SettingsError, match="for one user"):
            getattr(own, name)()
