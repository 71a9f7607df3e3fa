"""Imports point one way, and `import rag` stays light."""

import ast
import graphlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("rag", "ui", "eval") for path in (ROOT / package).rglob("*.py"))

BASE = {"types", "errors", "protocols", "language"}
METHODS = {"attribution", "conversation", "retrieval", "storage"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "types": {"errors"},
    "protocols": {"types"},
    "language": {"types"},
    "settings": {"errors"},
    "model": {"errors", "protocols", "types"},
    **dict.fromkeys(("attribution", "checking", "indexes", "testing"), BASE),
    "storage": BASE | {"attribution"},
    "retrieval": BASE | {"attribution", "storage"},
    "conversation": BASE | {"attribution"},
    "ingestion": BASE | {"attribution", "storage"},
    "answering": BASE | METHODS | {"checking"},
    "newsroom": BASE | METHODS | {"answering", "checking"},
    **dict.fromkeys(("embedders", "generators", "readers", "rerankers"), BASE | {"model"}),
    "verifiers": BASE | {"checking", "model"},
    "assembly": BASE | METHODS | {"answering", "ingestion", "model", "newsroom", "settings"},
    "assistant": BASE | {"answering", "assembly", "settings", "storage"},
    "integrations": BASE | {"answering", "assistant"},
    "serving": BASE | {"answering", "assistant", "newsroom", "settings", "storage"},
    "cli": BASE | {"answering", "assembly", "assistant", "model", "newsroom", "serving", "settings"},
}
"""Entry at the top of `rag` → the others that it may import, so that imports point one way. Sockets never import each
other, and nothing but `cli`, `integrations`, `serving` and the package itself imports the assistant. `assembly` stands
below it: it makes the parts that the assistant is made of, and knows no assistant."""
MOST_ENTRIES = 30
MOST_FILES = 20
"""A folder of more files hides a second subject."""

MAY_LOOK_INTO = {
    "eval/questions": {"answering"},
    "eval/speed": {"assembly", "protocols", "settings", "storage", "types"},
    "eval/training/ranking": {"assembly", "attribution", "retrieval", "settings", "types"},
    "eval/training/reader": {"model"},
    "eval/training/verifier": {"model", "protocols", "verifiers"},
    "ui/server": {"serving"},
}
"""Folders outside of `rag` → the parts of it that they may import beside its public names: questions are drafted by the
rules that make the chat's examples, stores are filled and timed below the assistant, what fits a part reads it with the
code that runs it, and the chat is kept by the same locks as the server."""


@cache
def imported_modules(path: Path) -> tuple[str, ...]:
    return tuple(_imported_modules(path))


def _imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    """The part of `rag` that a module, or a name in one, belongs to: the innermost folder, or the file at the top."""
    names: list[str] = []
    for name in module.split(".")[1:]:
        if not (ROOT / "rag").joinpath(*names, name).is_dir():
            return ".".join(names) or name
        names.append(name)
    return ".".join(names)


OF_RAG = [path for path in SOURCES if path.is_relative_to(ROOT / "rag")]
PARTS = sorted(
    {part_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in OF_RAG} - {"__init__", "public"}
)


def imported_by(part: str) -> dict[str, Path]:
    """The other parts that a part imports, each with a file that does."""
    folder = (ROOT / "rag").joinpath(*part.split("."))
    paths = folder.glob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    found = {part_of(name): path for path in paths for name in imported_modules(path) if name.startswith("rag.")}
    return {other: path for other, path in found.items() if other != part}


def test_no_folder_holds_more_files_than_one_subject_needs() -> None:
    counts = Counter(path.parent for path in SOURCES)
    assert {folder: n for folder, n in counts.items() if n > MOST_FILES} == {}


ACROSS = {"contracts", "injection", "project", "ui/browser"}
"""Folders of tests about more than one part, or about what lies outside of the code."""


def test_tests_lie_where_what_they_test_lies() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    parts = {folder for folder in folders if any((ROOT / place / folder).is_dir() for place in (".", "rag"))}
    files = {folder for folder in folders if (ROOT / "rag" / f"{folder}.py").is_file()}
    assert {folder.as_posix() for folder in folders - parts - files} == ACROSS


@pytest.mark.parametrize("part", PARTS)
def test_parts_of_rag_import_only_what_is_below_them(part: str) -> None:
    own = part.split(".")[0]
    found = {other.split(".")[0]: path for other, path in imported_by(part).items()}
    assert {other: path for other, path in found.items() if other not in MAY_IMPORT[own] | {own}} == {}


def test_every_part_has_a_rule_and_every_rule_is_needed() -> None:
    assert set(MAY_IMPORT) == {part.split(".")[0] for part in PARTS}
    assert set[str]().union(*MAY_IMPORT.values()) <= set(MAY_IMPORT)


def test_the_top_of_rag_is_read_at_a_glance() -> None:
    entries = {path.name for path in (ROOT / "rag").iterdir() if not path.name.startswith(("_", "."))}
    assert len(entries | {"__init__.py"}) <= MOST_ENTRIES, sorted(entries)


def test_no_circle_between_parts() -> None:
    graph = {part: set(imported_by(part)) & set(PARTS) for part in PARTS}
    tuple(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def test_ui_and_eval_import_only_public_names() -> None:
    import rag

    wrong = {}
    for path in SOURCES:
        imported = {name.split(".")[1] for name in imported_modules(path) if name.startswith("rag.")}
        folders = [folder.relative_to(ROOT).as_posix() for folder in path.parents if folder.is_relative_to(ROOT)]
        may_look_into = set[str]().union(*(MAY_LOOK_INTO.get(folder, set()) for folder in folders))
        wrong[path] = imported - {"testing", *may_look_into, *rag.__all__}
    assert {path: names for path, names in wrong.items() if names and path not in OF_RAG} == {}


def test_only_the_page_imports_gradio() -> None:
    importing = {path for path in SOURCES if any(name.split(".")[0] == "gradio" for name in imported_modules(path))}
    page = ROOT / "ui" / "page"
    assert importing == {
        ROOT / "ui" / "app.py",
        *(
            page / f"{name}.py"
            for name in ("conversations", "desk", "layout", "library", "offering", "parts", "questions")
        ),
    }


HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "gradio", "llama_index", "sklearn", "trafilatura")


@pytest.mark.parametrize("statement", ["import rag", "import rag.cli"])
def test_import_loads_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
