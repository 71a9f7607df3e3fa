"""`.ragignore` means what `.gitignore` means: held against git itself, where it is installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.ingestion.finding import IgnoreRules, inside, parse_rules

PATHS = (
    "a.txt", "b.txt", "ab.txt", "a b.txt", "a[1].txt", "#a.txt", "!a.txt", "docs/a.txt", "docs/b.md", "docs/x/a.txt",
    "docs/x/y/c.txt", "x/docs/a.txt", "x/a", "build/a.txt", "build/x/a.txt", "x/build/b.txt", "ab", "abc", "b",
)  # fmt: skip
PIECES = (
    "*",
    "**",
    "?",
    "/",
    "a",
    "b",
    "x",
    "docs",
    "build",
    ".txt",
    ".md",
    "[ab]",
    "[!a]",
    "[a-c]",
    "[",
    "]",
    "\\",
    "!",
    "#",
    " ",
    "-",
)


def _ignored(folder, rules_text):
    """The paths that are left out of a folder with those rules."""
    found = {path.relative_to(folder).as_posix() for path in inside(folder, [".txt"]).files}
    return sorted(set(PATHS) - found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ignored")
    for name in PATHS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Text.")
    if shutil.which("git"):
        subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


@pytest.mark.parametrize(
    ("rules", "ignored"),
    [
        ("*.md", ["docs/b.md"]),
        ("/a.txt", ["a.txt"]),
        ("docs/", ["docs/a.txt", "docs/b.md", "docs/x/a.txt", "docs/x/y/c.txt", "x/docs/a.txt"]),
        ("docs/*.txt", ["docs/a.txt"]),
        ("docs/**/a.txt", ["docs/a.txt", "docs/x/a.txt"]),
        ("# nothing\n\n   \n", []),
        ("*.txt\n!a.txt", sorted(p for p in PATHS if p.endswith(".txt") and p.rpartition("/")[2] != "a.txt")),
        ("build\n!build/a.txt", ["build/a.txt", "build/x/a.txt", "x/build/b.txt"]),
        (r"\#a.txt", ["#a.txt"]),
        ("a\\[1\\].txt", ["a[1].txt"]),
    ],
)
def test_rules_leave_out_what_they_say(folder, rules, ignored):
    (folder / ".ragignore").write_text(rules)
    assert _ignored(folder, rules) == ignored


def test_rules_of_an_inner_folder_go_before_those_above(tmp_path):
    for name in ("a.txt", "x/a.txt", "x/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    (tmp_path / ".ragignore").write_text("a.txt")
    (tmp_path / "x" / ".ragignore").write_text("!a.txt\nb.txt")
    assert [path.relative_to(tmp_path).as_posix() for path in inside(tmp_path, [".txt"]).files] == ["x/a.txt"]


def test_many_stars_take_no_time(tmp_path):
    rules = IgnoreRules(tmp_path, parse_rules("a*" * 100 + "b"))
    assert rules.says(tmp_path / ("a" * 250), is_folder=False) is None


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join), min_size=1, max_size=3))
@example(lines=["a\\ "])
@example(lines=["[]a].txt"])
def test_same_files_as_git(folder, lines):
    text = "\n".join(lines)
    for name in (".ragignore", ".gitignore"):
        (folder / name).write_text(text)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    by_git = sorted(set(PATHS) - set(listed.split("\0")))
    assert _ignored(folder, text) == by_git, text
