"""What the READMEs say is true: commands are understood, examples run, links lead somewhere, tables are the code's."""

import argparse
import doctest
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement

from eval.__main__ import TASKS
from rag import Settings
from rag.cli import app as rag_app
from tests.project.readmes import READMES, ROOT, blocks, commands, with_tables
from ui.__main__ import app as ui_app

TOP = ROOT / "README.md"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

each_readme = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.relative_to(ROOT).as_posix())


def test_top_readme_is_short() -> None:
    assert len(TOP.read_text(encoding="utf-8").splitlines()) <= 200
    assert TOP.stat().st_size <= 14_000


def test_first_two_commands_are_ask_and_test() -> None:
    assert list(commands(TOP))[:2] == [["make", "ask"], ["make", "test"]]


# Links


def anchors(text: str) -> set[str]:
    """What the headings of a Markdown text are called in links to them, as GitHub makes it."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_readme
def test_links_lead_to_what_is_there(readme: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", readme.read_text(encoding="utf-8"))
    for target in targets:
        if not target.startswith(("https://", "http://")):
            path, _, anchor = target.partition("#")
            linked = (readme.parent / path).resolve() if path else readme
            assert linked.exists(), target
            if anchor:
                assert anchor in anchors(linked.read_text(encoding="utf-8")), target


@each_readme
def test_every_readme_is_linked_from_the_top(readme: Path) -> None:
    assert readme == TOP or f"]({readme.relative_to(ROOT).as_posix()}" in TOP.read_text(encoding="utf-8")


# Commands


def understand(words: list[str]) -> None:
    """Nothing, when the program that a command names would take its arguments; nothing is run."""
    match words:
        case ["make", target, *variables]:
            assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), target
            assert {each.partition("=")[0] for each in variables} <= set(
                re.findall(r"^(\w+) \?=", MAKEFILE, re.MULTILINE)
            )
        case ["rag", *arguments]:
            parse(typer.main.get_command(rag_app), arguments)
        case ["rag-ui", *arguments]:
            parse(typer.main.get_command(ui_app), arguments)
        case ["python", "-m", "eval", task]:
            assert task in TASKS
        case ["python", "-m", "eval", task, *arguments]:
            parser = argparse.ArgumentParser(exit_on_error=False)
            importlib.import_module(TASKS[task]).add_arguments(parser)
            parser.parse_args(arguments)
        case ["python", "-m", module, *_]:
            assert find_spec(module), module
        case ["pip", "install", "-c", "constraints.txt", "-e", extras]:
            assert set(extras.strip(".[]").split(",")) <= set(PROJECT["optional-dependencies"])
        case ["export", *variables]:
            known = {f"RAG_{name.upper()}" for name in Settings.model_fields} | {"RAG_STORE"}
            assert {each.partition("=")[0] for each in variables} <= known
        case ["pip", "install", named] if named.startswith("chapter-and-verse["):
            assert set(named.partition("[")[2].strip("]").split(",")) <= set(PROJECT["optional-dependencies"])
        case ["pip", "wheel", "--no-deps", "-w", _, "."] | ["docker", "compose", "build"]:
            pass
        case ["docker", "compose", "up", "--detach"]:
            pass
        case ["docker", "compose", "exec" | "run", *arguments]:
            service, *inside = [word for word in arguments if word not in ("--rm", "--no-deps")]
            assert f"\n  {service}:\n" in (ROOT / "compose.yaml").read_text(encoding="utf-8"), service
            understand(inside)
        case ["pipx", "run", "--pip-args=-c constraints.txt", "--spec", spec, *inside]:
            assert set(spec.partition("[")[2].strip("]").split(",")) <= set(PROJECT["optional-dependencies"])
            understand(inside)
        case _:
            raise AssertionError(f"nothing is known about {words}")


def parse(command, arguments: list[str]) -> None:
    name = "command"
    while hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(name, list(arguments))


@each_readme
def test_commands_are_understood(readme: Path) -> None:
    shown = list(commands(readme))
    assert shown
    for words in shown:
        try:
            understand(words)
        except (KeyError, typer.TyperException, argparse.ArgumentError) as error:
            raise AssertionError(f"{' '.join(words)}: {error}") from error


@pytest.mark.parametrize(
    "words",
    [
        ["make", "nothing"],
        ["make", "ask", "LANGUAGE=none"],
        ["rag", "list", "--colour", "red"],
        ["rag", "models", "fetch", "qwen2.5-1.5b"],
        ["rag", "remove"],
        ["rag-ui", "--prot", "8000"],
        ["python", "-m", "eval", "guess"],
        ["python", "-m", "eval.nothing"],
        ["pip", "install", "-c", "constraints.txt", "-e", ".[gpu]"],
        ["curl", "https://example.org"],
    ],
)
def test_wrong_command_is_noticed(words: list[str]) -> None:
    with pytest.raises((AssertionError, KeyError, typer.TyperException)):
        understand(words)


def test_every_rag_command_is_documented() -> None:
    def names(group) -> set[tuple[str, ...]]:
        return {
            (name, *rest)
            for name, command in group.commands.items()
            for rest in (names(command) if hasattr(command, "commands") else {()})
        }

    shown = [words[1:] for words in commands(ROOT / "rag/README.md") if words[0] == "rag"]
    missing = {
        name
        for name in names(typer.main.get_command(rag_app))
        if not any(tuple(each[: len(name)]) == name for each in shown)
    }
    assert missing == set()


def test_every_make_target_and_eval_task_is_documented() -> None:
    shown = [words for readme in READMES for words in commands(readme)]
    targets = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE))
    assert targets - {words[1] for words in shown if words[0] == "make"} == set()
    assert set(TASKS) - {words[3] for words in shown if words[:3] == ["python", "-m", "eval"]} == set()


# Examples


def shown_runs() -> list[tuple[list[str], str]]:
    """The commands that the top README shows with their output, as words, and that output."""
    consoles = "".join(text for language, text in blocks(TOP) if language == "console")
    runs = [run.partition("\n") for run in re.split(r"^\$ ", consoles, flags=re.MULTILINE)[1:]]
    return [(shlex.split(command), f"{output.rstrip()}\n") for command, _, output in runs]


@pytest.mark.model
def test_make_prints_what_the_top_readme_shows(tmp_path: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make here")
    ours = ["-s", "-o", ".venv/installed", f"RUN={Path(sys.executable).parent}", f"STORE={tmp_path / 'store'}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    for words, shown in shown_runs():
        assert words[0] == "make"
        said = "" if (tmp_path / "store").exists() else f"Adding the seed documents to {tmp_path / 'store'} (once) …\n"
        result = subprocess.run(
            [make, *words[1:], *ours], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert (result.stderr, result.returncode) == (said, 0)
        assert doctest.OutputChecker().check_output(shown, result.stdout, doctest.ELLIPSIS), result.stdout


def python_examples() -> Iterator[tuple[str, str]]:
    """Each example and what it prints; but that of the chat, which is run beside a running app."""
    for readme in READMES:
        shown = blocks(readme)
        for number, (language, code) in enumerate(shown):
            if language == "python" and readme.parent.name != "ui":
                yield code, shown[number + 1].text if "print(" in code else ""


@pytest.mark.model
@pytest.mark.parametrize(("code", "printed"), list(python_examples()))
def test_python_example_prints_what_stands_below_it(
    code: str, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = code.replace('"path/to/store"', repr(str(tmp_path / "store")))
    assert script != code
    monkeypatch.chdir(ROOT)
    exec(script, {})
    assert capsys.readouterr() == (printed, "")


@each_readme
def test_settings_in_examples_are_settings(readme: Path, tmp_path: Path) -> None:
    for number, (language, text) in enumerate(blocks(readme)):
        if language == "toml":
            path = tmp_path / f"{number}.toml"
            path.write_text(text, encoding="utf-8")
            assert Settings.from_file(path) != Settings()


# Tables


@each_readme
def test_tables_are_as_the_code_is(readme: Path) -> None:
    assert readme.read_text(encoding="utf-8") == with_tables(readme), "run `python -m tests.project.readmes`"


# Dependencies


def test_versions_in_constraints_satisfy_the_project() -> None:
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )
    by_name = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(by_name[requirement.name.lower().replace("_", "-")]), requirement
