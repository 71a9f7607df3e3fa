"""Documents by HTTP: added, listed page by page, read, deleted, and followed in a folder; never a file by its path."""

from __future__ import annotations

import pytest


def upload(server, *files):
    return server.http.post("/v1/documents", files=[("file", each) for each in files])


def message_of(answer):
    return answer.json()["error"]["message"]


def test_upload_is_searched_at_once_and_deletion_is_for_good(own_server):
    own = own_server()
    answer = upload(own, ("zebra.txt", b"The zebra sleeps at noon."), ("lion.txt", b"The lion hunts at night."))
    assert answer.status_code == 200
    assert sorted(answer.json()["added"]) == ["lion.txt", "zebra.txt"]
    by_source = {each["source"]: each for each in answer.json()["data"]}
    found = own.http.post("/v1/search", json={"query": "When does the zebra sleep?", "k": 1}).json()["data"]
    assert found[0]["quote"] == "The zebra sleeps at noon."
    zebra = by_source["zebra.txt"]["id"]
    assert own.http.delete(f"/v1/documents/{zebra}").json() == {
        "id": zebra,
        "object": "document.deleted",
        "deleted": True,
    }
    assert own.http.get(f"/v1/documents/{zebra}").status_code == 404
    assert own.http.delete(f"/v1/documents/{zebra}").status_code == 404
    found = own.http.post("/v1/search", json={"query": "When does the zebra sleep?"}).json()["data"]
    assert not any("zebra" in each["quote"] for each in found)


def test_new_version_takes_the_place_of_the_older_one_which_stays_readable(own_server):
    own = own_server()
    (old,) = upload(own, ("a.txt", b"The door is green.")).json()["data"]
    report = upload(own, ("a.txt", b"The door is blue.")).json()
    assert report["superseded"] == ["a.txt"]
    assert report["data"][0]["id"] != old["id"]
    assert own.http.get(f"/v1/documents/{old['id']}").json()["text"] == "The door is green."
    assert upload(own, ("a.txt", b"The door is blue.")).json()["unchanged"] == ["a.txt"]


def test_list_is_read_page_by_page(own_server):
    own = own_server()
    upload(own, *((f"{n}.txt", f"Sentence number {n} stands here.".encode()) for n in range(7)))
    seen, after = [], ""
    while True:
        page = own.http.get("/v1/documents", params={"limit": 3, "after": after}).json()
        seen += [each["id"] for each in page["data"]]
        assert page["n_total"] == 8
        if not page["has_more"]:
            break
        after = page["last_id"]
    assert len(seen) == len(set(seen)) == 8
    assert own.http.get("/v1/documents", params={"where": 'source = "3.txt"'}).json()["n_total"] == 1


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": "x"}, {"limit": 10**9}, {"after": "none"}, {"where": "((("}, {"where": "x" * 3000}],
)
def test_wrong_page_is_refused(server, params):
    answer = server.http.get("/v1/documents", params=params)
    assert answer.status_code == 400
    assert " - " in message_of(answer)


def test_part_of_a_text_is_in_code_points(server):
    listed = server.http.get("/v1/documents").json()["data"]
    mayor = next(each["id"] for each in listed if each["source"].endswith("mayor.txt"))
    text = server.http.get(f"/v1/documents/{mayor}").json()["text"]
    start = text.index("東")
    part = server.http.get(f"/v1/documents/{mayor}", params={"start": start, "end": start + 8}).json()
    assert part["text"] == "東京の橋は赤い。"
    assert part["n_characters"] == len(text)
    beyond = server.http.get(f"/v1/documents/{mayor}", params={"start": 10**9, "end": 10**9}).json()
    assert (beyond["text"], beyond["start"]) == ("", len(text))
    assert server.http.get(f"/v1/documents/{mayor}", params={"start": 5, "end": 1}).status_code == 400


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "a\0b.txt", "x" * 3000 + ".txt", "😀.txt"]
)
def test_name_of_an_upload_leads_nowhere(own_server, tmp_path, name):
    own = own_server()
    answer = upload(own, (name, b"The evil file says nothing."))
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        (source,) = answer.json()["added"]
        assert "/" not in source
        assert "\\" not in source
    assert not list(tmp_path.parent.glob("evil*"))


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.exe", b"MZ"), ("a.pdf", b"no pdf"), ("a.txt", b""), ("a.docx", b"PK\x03\x04"), ("noname", b"text")],
)
def test_what_cannot_be_read_is_named_with_the_reason(own_server, name, data):
    answer = upload(own_server(), (name, data))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("unreadable_document", "invalid_body")
    assert len(message_of(answer)) > 20


def test_bad_file_does_not_keep_the_good_one_out(own_server):
    report = upload(own_server(), ("a.pdf", b"no pdf"), ("b.txt", b"The lamp is on.")).json()
    assert report["added"] == ["b.txt"]
    assert [each["source"] for each in report["failed"]] == ["a.pdf"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"{}", "application/json"),
        (b"file=1", "application/x-www-form-urlencoded"),
    ],
)
def test_form_that_is_none_is_refused(server, body, kind):
    answer = server.http.post("/v1/documents", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert " - " in message_of(answer)


def test_folder_is_followed_when_one_was_named(own_server, tmp_path):
    folder = tmp_path / "followed"
    folder.mkdir()
    (folder / "a.txt").write_text("The tower is tall.", encoding="utf-8")
    own = own_server(folder=folder)
    planned = own.http.post("/v1/documents/sync", json={"dry_run": True}).json()
    assert len(planned["added"]) == 1
    assert own.http.get("/v1/documents").json()["n_total"] == 1
    assert len(own.http.post("/v1/documents/sync", json={}).json()["added"]) == 1
    assert own.http.get("/v1/documents").json()["n_total"] == 2
    (folder / "a.txt").unlink()
    emptied = own.http.post("/v1/documents/sync", json={})
    assert emptied.status_code == 409
    assert own.http.post("/v1/documents/sync", json={"folder": "/etc"}).status_code == 400
    assert len(own.http.post("/v1/documents/sync", json={"allow_empty": True}).json()["removed"]) == 1


def test_no_folder_is_followed_unless_one_was_named(server):
    answer = server.http.post("/v1/documents/sync", json={})
    assert answer.status_code == 409
    assert "--sync FOLDER" in message_of(answer)


@pytest.mark.parametrize("named", ["bridge.txt", "*", "%2F", "..", "%00", "a" * 5000, "%F0%9F%98%80", "%ff"])
def test_only_an_id_names_a_document(server, named):
    for method in ("GET", "DELETE"):
        answer = server.http.request(method, f"/v1/documents/{named}")
        assert answer.status_code in (404, 405)
    assert server.http.get("/v1/documents").json()["n_total"] == 2


def test_claim_is_verified_beside_its_evidence(server):
    def label(claim, evidence, **more):
        answer = server.http.post("/v1/verify", json={"claim": claim, "evidence": evidence, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["label"]

    evidence = "The harbour bridge opened in 1932."
    assert label(evidence, evidence) == "supported"
    assert label(evidence, [evidence], strict=True) == "supported"
    assert label("The harbour bridge opened in 1933.", evidence) != "supported"
    assert label(evidence, []) != "supported"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"claim": "x"},
        {"claim": "", "evidence": "x"},
        {"claim": 1, "evidence": "x"},
        {"claim": "x", "evidence": [1]},
        [],
        "x",
        None,
    ],
)
def test_claim_that_is_none_is_refused(server, body):
    answer = server.http.post("/v1/verify", json=body)
    assert answer.status_code == 400
    assert " - " in message_of(answer)


def test_search_gives_places(server):
    found = server.http.post("/v1/search", json={"query": "What is painted grey?", "k": 2}).json()["data"]
    assert len(found) == 2
    for each in found:
        text = server.http.get(f"/v1/documents/{each['document_id']}").json()
        assert text["text"][each["start"] : each["end"]] == each["quote"]
        assert each["sha256"] == text["sha256"]
    assert server.http.post("/v1/search", json={"query": "", "k": 2}).status_code == 400
    assert server.http.post("/v1/search", json={"query": "x", "k": 0}).status_code == 400
    assert server.http.post("/v1/search", json={"query": "x", "k": "2"}).status_code == 400
