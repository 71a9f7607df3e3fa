"""`rag notebook`: collections made, filled, searched and forgotten from the command line."""

from __future__ import annotations

import json

import pytest

from rag.cli.notebooks import notebook_app

COMMANDS = ["list", "make", "put", "take-out", "rename", "remove"]


def test_every_command_of_notebooks_has_help_with_an_example(rag):
    assert [command.name for command in notebook_app.registered_commands] == COMMANDS
    for command in COMMANDS:
        code, out, err = rag("notebook", command, "--help")
        assert (code, err) == (0, "")
        assert f"rag notebook {command}" in out.partition("Example:")[2]
        assert all(option in out for option in ("--store", "--settings", "--json"))
    assert rag("notebook").code == 2


def test_notebook_is_filled_listed_searched_and_forgotten(rag, write):
    ferry, bridge = write("sea/ferry.txt", "The ferry costs 14 euros."), write("bridge.txt", "The bridge opened.")
    assert rag("add", ferry, "--notebook", "Ferries").out == "1 added.\n"
    rag("add", bridge)
    assert rag("notebook", "list").out == "Ferries: 1 document\n1 notebook.\n"
    assert "14 euros" in rag("ask", "What does the ferry cost?", "--in", "notebook = ferries").out
    assert rag("notebook", "put", "ferries", "--in", "title ~ bridge").out == "Ferries: 2 documents\n"
    assert rag("notebook", "take-out", "ferries", ferry.parent).out == "Ferries: 1 document\n"
    assert rag("notebook", "rename", "Ferries", "Crossings").out == "Crossings: 1 document\n"
    assert rag("list", "--in", "notebook = crossings").out.splitlines()[-1].startswith("1 document in ")
    assert rag("notebook", "make", "Ferries", "--owner", "anna").out == "Ferries: 0 documents, of anna\n"
    assert rag("notebook", "put", "New", bridge).out == "New: 1 document\n"
    assert rag("notebook", "remove", "new").out == "Removed notebook new; its documents stay.\n"
    assert rag("list").out.splitlines()[-1].startswith("2 documents in ")


def test_notebooks_as_json(rag, empty_store):
    made = json.loads(rag("notebook", "make", "Ferries", "--json").out)
    assert (made["name"], made["owner"], made["shared_with"], made["n_documents"]) == ("Ferries", "", [], 0)
    assert json.loads(rag("notebook", "list", "--json").out) == {"notebooks": [made]}
    assert json.loads(rag("notebook", "remove", "Ferries", "--json").out) == {"removed": "Ferries"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["put", "Ferries"], 2, "name documents, or give a filter with --in"),
        (["put", "Ferries", "a.txt", "--in", "title ~ a"], 2, "name documents, or give a filter with --in"),
        (["put", "Ferries", "a.txt"], 1, "cannot put into a notebook 'a.txt': the store does not have it"),
        (["remove", "Ferries"], 1, "no notebook is called 'Ferries' - see `rag notebook list`, or make it"),
        (["make", "a/b"], 2, "cannot call a notebook 'a/b'"),
    ],
    ids=str,
)
def test_wrong_use_is_one_sentence(rag, empty_store, arguments, code, said):
    result = rag("notebook", *arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert result.err.count("\n") == 1
