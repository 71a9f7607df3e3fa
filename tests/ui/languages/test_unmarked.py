"""No words for people stand in the page's code without being marked: a heuristic, with what it may pass over named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).parents[3] / "ui"

FOR_PROGRAMS = {"__main__.py", "api.py", "results.py", "desk_results.py", "languages", "page/offering.py", "server"}
"""What is printed where the app is started, or told to other programs: as the command line, in English."""

MARKS = {"_", "N_", "ngettext", "pgettext"}
NOT_SHOWN = {"doing", "class_", "elem_id", "elem_classes", "id", "name", "title_class", "js"}
"""Arguments whose values nobody sees."""
NAMES = {
    "Chapter and Verse",
    "Excel",
    "Word",
    "Markdown",
    "Segoe UI",
    "Roboto",
    "Menlo",
    "noopener noreferrer nofollow",
    "not secret",
    "warm up",
}
"""Names and values that are the same in every language, or seen by nobody."""
CODE = re.compile(r"as started|const WORDS = | like | and |published [<>]?=? ?| open| selected| (title|data-)=?\"?")
FOR_THE_LOG = {"error", "warning", "info", "debug", "compile", "NewType", "TypeVar"}

WORDS = re.compile(
    r"[A-Za-z’']{2,}[,:]? [A-Za-z“]{2,}|^[A-Z][a-z]{2,}[ a-z…]*[.:]?$|^[a-z]{3,} $|^ [a-z]{3,}|^[a-z]{3,}: "
)


def sources() -> list[Path]:
    return [
        path
        for path in sorted(UI.rglob("*.py"))
        if not {path.relative_to(UI).as_posix(), path.relative_to(UI).parts[0]} & FOR_PROGRAMS
    ]


def unmarked(module: ast.Module) -> Iterator[str]:
    """The strings in a module that look like words for people and are not marked."""
    passed = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            passed |= _inside(node)
        elif isinstance(node, ast.Call):
            if _called(node) in MARKS | FOR_THE_LOG:
                passed |= _inside(node)
            passed |= {inner for named in node.keywords if named.arg in NOT_SHOWN for inner in _inside(named.value)}
        elif isinstance(node, (ast.Raise, ast.Assert, ast.Subscript)) or _is_list_of_names(node):
            passed |= _inside(node)
        elif isinstance(node, ast.Dict):
            passed |= {inner for key in node.keys if key is not None for inner in _inside(key)}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):  # in which marks are not found
            yield from (
                f"{node.lineno}: {_called(inner)} in an f-string"
                for inner in ast.walk(node)
                if isinstance(inner, ast.Call)
                and _called(inner) in MARKS
                and inner.args != []
                and _is_text(inner.args[0])
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            said = re.sub(r"<[^>]*>?|[^<]*>", "", node.value) if re.search(r"[<>]", node.value) else node.value
            is_script = "{" in said and ";" in said
            if not is_script and (WORDS.search(said) or WORDS.search(said.strip())) and not _is_code(said):
                yield f"{node.lineno}: {node.value!r}"


def _is_list_of_names(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"


def _inside(node: ast.AST) -> set[int]:
    return {id(inner) for inner in ast.walk(node)}


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)


def _is_code(said: str) -> bool:
    """Whether these are class names."""
    return said in NAMES or bool(CODE.fullmatch(said)) or all(word.startswith("cv-") for word in said.split())


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(UI).as_posix())
def test_all_words_for_people_are_marked(path):
    assert list(unmarked(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    ("code", "n_found"),
    [
        ('hint = "Write a question first."', 1),
        ('hint = _("Write a question first.")', 0),
        ('said = f"{n} of {total} files left"', 1),
        ("said = f\"{_('Saved.')}!\"", 1),
        ('said = f"{_(_SAVED)}!"', 0),
        ('gr.Button("Ask", elem_id="cv-ask")', 1),
        ('gr.Button(_("Ask"), elem_id="cv-ask")', 0),
        ('element("p", text("No text."), class_="cv-notice cv-error")', 1),
        ('html = f"<p>Searched: <b>{n}</b></p>"', 1),
        ("html = f'<p class=\"cv-in-use cv-more\">{n}</p>'", 0),
        ('"""What it is."""', 0),
        ('raise ValueError("cannot make it")', 0),
        ('sentence(error, doing="reading a filter")', 0),
    ],
)
def test_words_for_people_are_told_from_code(code, n_found):
    assert len(list(unmarked(ast.parse(code)))) == n_found


SAID_BY_SCRIPT = re.compile(r"""(?:\.(?:textContent|title|placeholder)\s*=|"aria-label",|\blabel:)\s*["'`]|\$\{_\(""")
"""Where a script says something to people that does not come out of `_(…)`, or marks it where no mark is looked for:
inside of a template."""


@pytest.mark.parametrize("path", sorted((UI / "static").glob("*.js")), ids=lambda path: path.name)
def test_words_of_scripts_are_marked(path):
    assert SAID_BY_SCRIPT.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("code", "n_found"),
    [
        ('button.textContent = "Delete?";', 1),
        ('box.setAttribute("aria-label", "Name of the conversation");', 1),
        ('button.setAttribute("aria-label", `${label}? Press again`);', 1),
        ('label: "Name",', 1),
        ('const asked = `${label}? ${_("Press again")}`;', 1),
        ('button.textContent = _("Delete?"); label: _("Name"), button.textContent = words;', 0),
    ],
)
def test_words_of_scripts_are_told_from_what_is_marked(code, n_found):
    assert len(SAID_BY_SCRIPT.findall(code)) == n_found
