"""The `rag` command: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from rag import NOT_IN_DOCUMENTS, NotFoundError, answer_schema
from rag.cli import app

ARTICLE = "The bridge opened in 1932.\nIt is painted grey.\nThe ferry stopped in spring.\n"
COMMANDS = [
    "add",
    "sync",
    "watch",
    "remove",
    "list",
    "ask",
    "chat",
    "show",
    "bundle",
    "cite",
    "quotes",
    "speakers",
    "check-draft",
    "serve",
    "diff",
    "timeline",
    "watch-question",
    "conflicts",
    "check",
    "prune",
    "export",
    "import",
    "move",
    "rebuild",
]


# The main job, for people


def test_answer_is_printed_with_the_place_and_the_quote_of_each_citation(rag, article):
    result = rag("ask", "When did the bridge open?")
    assert result == (
        0,
        f"The bridge opened in 1932. [1]\n\n[1] {article}, line 1, characters 0-26\n    The bridge opened in 1932.\n",
        "",
    )


def test_what_is_only_planned_is_said_beside_the_citation(rag, write):
    rag("add", write("plan.txt", "The town plans to open a bridge in May.\n"))
    result = rag("ask", "what does the town plan to open?")
    assert "line 1, characters 0-39 (planned)\n" in result.out


def test_title_stands_before_the_path_and_paths_are_short(rag, write, monkeypatch, tmp_path):
    path = write("bridge.md", "# The old bridge\n\nThe bridge opened in 1932.\n")
    monkeypatch.chdir(tmp_path)
    rag("add", path)
    assert "[1] The old bridge · documents/bridge.md, line 2, characters " in rag("ask", "bridge opened 1932").out


PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842]
  /Resources <</Font <</F <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /Contents 5 0 R>> endobj
4 0 obj <</Type /Page /Parent 2 0 R /Contents 6 0 R>> endobj
5 0 obj <</Length 51>> stream
BT /F 12 Tf 72 700 Td (It is painted grey.) Tj ET
endstream endobj
6 0 obj <</Length 58>> stream
BT /F 12 Tf 72 700 Td (The bridge opened in 1932.) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
"""


def test_page_stands_in_the_place_of_a_citation_from_a_pdf(rag, tmp_path):
    path = tmp_path / "bridge.pdf"
    path.write_bytes(PDF)
    rag("add", path)
    expected = f"[1] {path}, page 2, line 3, characters 21-47\n    The bridge opened in 1932."
    assert expected in rag("ask", "When did the bridge open?").out


def test_abstention_shows_the_nearest_sentences_as_such(rag, article, monkeypatch):
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "1")
    code, out, err = rag("ask", "Who baked the grey bread?")
    assert (code, err) == (0, "")
    assert out.startswith(f"{NOT_IN_DOCUMENTS}\n\nThe nearest sentences, which do not answer it:\n")
    assert out.count(str(article)) == 3
    assert "    It is painted grey.\n" in out
    assert "[1]" not in out


def test_partial_answer_says_that_something_was_left_out(rag, article, scripted):
    scripted("[1]\nIt burned down. [1]")
    out = rag("ask", "When did the bridge open?").out
    assert "(1 statement left out, because the sentences cited do not support it.)\n" in out
    assert "burned" not in out


def test_empty_store_says_how_to_fill_it(rag, empty_store):
    assert rag("ask", "Anything?") == (
        0,
        "There are no documents to answer from yet - add some with `rag add PATH`.\n",
        "",
    )
    assert rag("list").out.startswith("0 documents in ")
    assert rag("check").out.startswith("The store is sound.\n")


def test_question_may_begin_with_a_dash(rag, article):
    assert rag("ask", "--", "-1?").code == 0


def test_add_counts_and_names_failures_with_reasons(rag, write, tmp_path):
    write("a.txt", "One.")
    write("b.md", "Two.")
    write("c.bin", "Three.")
    empty = write("empty.txt", "")
    missing = tmp_path / "missing.txt"
    code, out, err = rag("add", tmp_path / "documents", missing)
    assert code == 1
    assert out == "2 added, 1 skipped (no reader for their kind), 2 failed.\n"
    assert sorted(err.splitlines()) == [
        f"failed: {empty}: it is empty - leave it out, or save it again with its text",
        f"failed: {missing}: there is no such file or folder - check the path",
    ]
    assert rag("add", tmp_path / "documents" / "a.txt") == (0, "1 unchanged.\n", "")
    write("a.txt", "Another one.")
    assert rag("add", tmp_path / "documents" / "a.txt").out.startswith("1 superseded.\nChanged since it was added:\n")


def test_add_says_what_readers_say_of_their_files(rag, write):
    paths = [write(f"{name}.txt", "") for name in "abcde"]
    for i, path in enumerate(paths):
        path.write_bytes(f"The café number {i} is open.\n".encode("cp1252"))
    said = "It does not say in which encoding it is; Windows-1252 was assumed from its letters."
    code, out, err = rag("add", *paths[:1])
    assert (code, out, err) == (0, "1 added.\n", f"{paths[0]}: {said}\n")
    named = ", ".join(map(str, paths[1:4]))
    assert rag("add", *paths[1:]).err == f"{named} and 1 more: {said}\n"
    assert rag("add", *paths).err == ""


def test_quiet_add_says_only_what_failed(rag, write, tmp_path):
    assert rag("add", "--quiet", write("a.txt", "One.")) == (0, "", "")
    code, out, err = rag("add", "--quiet", tmp_path / "missing.txt")
    assert (code, out) == (1, "")
    assert "missing.txt" in err


def test_list_remove_check_and_rebuild(rag, article):
    out = rag("list").out
    assert f"  {article}\n    3 sentences, added 20" in out
    assert out.splitlines()[-1].startswith("1 document in ")
    assert rag("check") == (0, "The store is sound.\n", "")
    assert rag("rebuild") == (0, "Rebuilt 1 document.\n", "")
    assert rag("remove", article.parent) == (0, "Removed 1 document.\n", "")
    assert rag("list").out.startswith("0 documents")


def test_check_tells_what_is_wrong(rag, article, store_folder):
    import sqlite3

    with sqlite3.connect(store_folder / "store.db") as connection:
        connection.execute("UPDATE documents SET text = 'Something else.'")
    connection.close()
    code, out, err = rag("check")
    assert (code, err) == (1, "")
    assert out.strip()
    code, out, _ = rag("check", "--json")
    assert code == 1
    assert json.loads(out)["problems"]


def test_list_names_only_documents_that_fit_a_filter(rag, write):
    rag("add", write("notes/a.txt", "The bridge opened in 1932."), write("b.md", "The ferry stopped."))
    for options, named, count in (
        (("--where", "media_type = text/markdown"), {"b.md"}, "1 document"),
        (("--source", "*/notes/*"), {"a.txt"}, "1 document"),
        ((), {"a.txt", "b.md"}, "2 documents"),
    ):
        out = rag("list", *options).out
        assert {name for name in ("a.txt", "b.md") if name in out} == named
        assert out.splitlines()[-1].startswith(f"{count} in ")
    code, _, err = rag("list", "--where", "colour = red")
    assert (code, "colour" in err) == (2, True)


def test_show_gives_the_quote_in_its_place(rag, write):
    before = "".join(f"Sentence {number} stands before. " for number in range(50))
    after = "".join(f" Sentence {number} stands after." for number in range(50))
    path = write("long.txt", f"Paragraph.\n\n{before}\nThe bridge opened in 1932.{after}\n\nAnother paragraph.\n")
    rag("add", path)
    rag("ask", "When did the bridge open in 1932?")
    code, out, err = rag("show", "1")
    assert (code, err) == (0, "")
    place, blank, *context = out.splitlines()
    assert place.startswith(f"[1] {path}, line 4, characters ")
    assert blank == ""
    shown = "\n".join(context)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "49 stands before. \nThe bridge opened in 1932. Sentence 0 stands" in shown
    assert len(shown) < 900
    assert "aragraph" not in shown


def test_show_starts_long_context_at_a_line(rag, write):
    lines = "".join(f"Line {number} of the text.\n" for number in range(100))
    rag("add", write("lines.txt", f"{lines}The bridge opened in 1932.\n{lines}"))
    rag("ask", "When did the bridge open in 1932?")
    context = rag("show", "1").out.splitlines()[2:]
    assert "The bridge opened in 1932." in context
    assert all(line.startswith(("Line ", "The bridge")) for line in context)
    assert len(context) > 10


# For machines


def test_json_of_every_command_is_one_line_of_json(rag, write, tmp_path):
    path = write("bridge.txt", ARTICLE)
    missing = tmp_path / "missing.txt"

    def run(*arguments: str | Path) -> dict[str, object]:
        _, out, err = rag(*arguments, "--json")
        assert (out.count("\n"), err) == (1, "")
        return json.loads(out)

    assert run("add", path, missing) == {
        "added": [str(path)],
        "unchanged": [],
        "superseded": [],
        "skipped": [],
        "failed": [{"source": str(missing), "reason": "there is no such file or folder - check the path"}],
        "removed": [],
        "renamed": [],
        "duplicates": [],
        "notices": [],
        "replaced": [],
        "edits": [],
        "questions": [],
    }
    (document,) = run("list")["documents"]
    assert (document["source"], document["n_sentences"], document["n_characters"]) == (str(path), 3, len(ARTICLE))
    answer = run("ask", "When did the bridge open?")
    jsonschema.validate(answer, answer_schema())
    assert (answer["status"], answer["citations"][0]["quote"]) == ("answered", "The bridge opened in 1932.")
    shown = run("show", "1")
    assert shown["before"] + shown["quote"] + shown["after"] == ARTICLE
    assert run("check") == {"problems": [], "answers": 1}
    assert run("rebuild") == {"documents": 1}
    assert run("remove", path) == {"removed": [str(path)]}
    jsonschema.validate(run("ask", "When did the bridge open?"), answer_schema())


def test_json_is_complete_where_the_output_has_no_unicode(rag, write, run_process):
    rag("add", write("a.txt", "東京 is “large” 😀."))
    result = run_process("ask", "Tokyo large", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(result.stdout)["citations"][0]["quote"] == "東京 is “large” 😀."
    result = run_process("ask", "Tokyo large", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert "is \\u201clarge\\u201d" in result.stdout


# Help and options


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_an_example_and_the_options_of_every_command(rag, command, option):
    code, out, err = rag(command, option)
    assert (code, err) == (0, "")
    assert "Example:" in out
    assert f"rag {command}" in out.partition("Example:")[2]
    assert all(name in out for name in ("--store", "--settings", "RAG_STORE"))
    assert ("--json" in out) == (command not in ("chat", "serve"))


def test_every_command_is_tested_above_and_in_the_help(rag):
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert names == COMMANDS
    out = rag("--help").out
    assert "Example:" in out
    assert all(f"\n  {name} " in out for name in COMMANDS)
    assert "..." not in out.partition("Commands:")[2].partition("Example")[0]


def test_application_inside_another_program_raises_what_went_wrong(store_folder):
    result = CliRunner().invoke(app, ["remove", "nothing.txt", "--store", str(store_folder)])
    assert isinstance(result.exception, NotFoundError)
    assert CliRunner().invoke(app, ["--version"]).exit_code == 0


def test_version(rag):
    code, out, err = rag("--version")
    assert (code, err) == (0, "")
    assert out.startswith("Chapter and Verse ")


def test_store_option_goes_before_the_variable(rag, article, tmp_path):
    other = tmp_path / "other"
    assert rag("add", article, "--store", other).code == 0
    assert rag("remove", article, "--store", other).code == 0
    assert rag("list", "--store", other).out.startswith("0 documents")
    assert "1 document in" in rag("list").out


def test_settings_file_is_used_by_every_command(rag, article, tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text('embedder = "hashing"\nmax_citations = 1\n')
    assert rag("ask", "--settings", settings, "bridge grey ferry").out.count("characters") == 1
    settings.write_text("nonsense = 1\n")
    for command in (
        ["add", article],
        ["remove", article],
        ["list"],
        ["ask", "x"],
        ["chat"],
        ["show", "1"],
        ["check"],
        ["rebuild"],
    ):
        code, out, err = rag(*command, "--settings", settings)
        assert (code, out) == (2, "")
        assert err.startswith("rag: no setting is called 'nonsense' - the settings are: ")


# Errors: one sentence on standard error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: rag"),
        (["ask"], "rag: missing argument 'QUESTION' - see `rag ask --help`\n"),
        (["add"], "rag: missing argument 'PATH...' - see `rag add --help`\n"),
        (["ask", ""], "rag: cannot answer an empty question - write what you want to know\n"),
        (["ask", " \n"], "rag: cannot answer an empty question"),
        (["ask", "x" * 100_000], "rag: cannot answer a question of 100,000 characters, the limit is 10,000"),
        (["ask", "--nonsense", "x"], "rag: no such option: --nonsense"),
        (["ask", "one", "--nonsense"], "rag: no such option: --nonsense"),
        (["show", "one"], "rag: invalid value for 'CITATION'"),
        (["nonsense"], "rag: no such command 'nonsense' - see `rag --help`\n"),
        (["lst"], "Did you mean 'list'?"),
        (["list", "--settings", "missing.toml"], "rag: cannot read settings 'missing.toml': No such file"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_use_ends_with_two_and_one_sentence(rag, empty_store, arguments, said):
    code, out, err = rag(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not arguments or err.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("RAG_N_PASSAGES", "many", "cannot use n_passages = 'many'"),
        ("RAG_EMBEDDER", "nope", "no embedder is called 'nope' - use one of "),
        ("RAG_EMBEDER", "hashing", "write RAG_EMBEDDER"),
    ],
)
def test_wrong_setting_in_the_environment_is_wrong_use(rag, empty_store, monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    code, out, err = rag("ask", "x")
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "1"], "nothing was asked yet"),
        (["remove", "nothing.txt"], "cannot remove 'nothing.txt': the store does not have it - see `rag list`"),
        (["list", "--store", __file__], "it is a file - name a folder"),
        (["list", "--store", str(Path(__file__).parent)], "the folder holds other files and no store"),
    ],
)
def test_failure_ends_with_one_and_one_sentence(rag, empty_store, arguments, said):
    code, out, err = rag(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("rag: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        *(["ask", "x"], ["chat"], ["check"], ["check", "--repair"], ["list"], ["prune"], ["rebuild"], ["show", "1"]),
        *(["remove", "x"], ["export", "x.zip"]),
    ],
    ids=" ".join,
)
def test_store_that_is_not_there_is_said_and_not_made(rag, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    typo = tmp_path / "stroe"
    code, out, err = rag(*command, "--store", typo)
    assert (code, out) == (1, "")
    assert err == f"rag: there is no store in {str(typo)!r} - make one with `rag add PATH`, or check where it is\n"
    assert list(tmp_path.iterdir()) == []


def test_citation_that_does_not_exist(rag, article):
    rag("ask", "When did the bridge open?")
    assert "cannot show citation 99: the answer has 1 citation - choose one of them" in rag("show", "99").err


def test_other_writer_is_named(rag, article, store_folder, monkeypatch, write):
    monkeypatch.setenv("RAG_LOCK_TIMEOUT_SECONDS", "0.1")
    with FileLock(store_folder / "write.lock"):
        code, out, err = rag("add", write("other.txt", "Other."))
        assert rag("ask", "When did the bridge open?").code == 0
    assert (code, out) == (1, "")
    assert "is writing to it - wait until it ends" in err


def test_other_embedder_says_what_to_run(rag, article, monkeypatch, write):
    backend = ModuleType("other_backend")
    from rag.embedders.hashing import HashingEmbedder

    backend.embedder = lambda: HashingEmbedder(dim=32)
    monkeypatch.setitem(sys.modules, "other_backend", backend)
    monkeypatch.setenv("RAG_EMBEDDER", "other_backend:embedder")
    for command in (["ask", "x"], ["add", write("other.txt", "Other.")]):
        code, out, err = rag(*command)
        assert (code, out) == (1, "")
        assert "run `rag rebuild`" in err
    assert rag("rebuild").code == 0
    assert rag("ask", "When did the bridge open?").code == 0
