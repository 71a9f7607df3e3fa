"""README is true: its Python runs, its commands exist, its tree is the tree."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = re.search(r"## The tree\n.*?```\n(.*?)```", README, re.DOTALL)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def paths_in_tree() -> list[str]:
    """The paths that the tree in README names, one a line, children indented by two blanks."""
    assert TREE is not None
    parents: list[str] = []
    paths = []
    for line in TREE[1].splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        parents = [*parents[:depth], name]
        paths.append("".join(parents))
    return paths


def test_tree_names_only_what_exists() -> None:
    assert [path for path in paths_in_tree() if not (ROOT / path).exists()] == []


def test_tree_names_every_file_of_the_packages_but_private_ones() -> None:
    named = paths_in_tree()
    in_tree = {path for path in named if path.endswith(".py")} | {
        f"{folder}{name}" for folder in named if folder.endswith("/") for name in ("__init__.py",)
    }
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in ("rag", "ui", "eval")
        for path in (ROOT / package).rglob("*.py")
        if not path.name.startswith("_")
    }
    assert sources - in_tree == set()


def test_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets
    commands = set(re.findall(r"^(?:\.venv/bin/)?rag ([a-z]+)", README, re.MULTILINE))
    from rag.cli import app

    known = {group.name for group in app.registered_groups} | {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    assert commands <= known
    assert len(commands) >= 5


def test_first_two_commands_are_ask_and_test() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("make ")]
    assert [re.split(r"[\s#]+", command)[1] for command in commands if "Q=" not in command][:2] == ["ask", "test"]


@pytest.mark.model
def test_python_example_prints_what_readme_says(tmp_path: Path) -> None:
    (code,) = blocks("python")
    (printed,) = blocks("text python-output")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    script = code.replace('"path/to/store"', repr(str(tmp_path / "store")))
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (result.stderr, result.stdout.strip()) == ("", printed.strip())


def test_versions_in_constraints_satisfy_the_project() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
    )
    by_name = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(by_name[requirement.name.lower().replace("_", "-")]), requirement
