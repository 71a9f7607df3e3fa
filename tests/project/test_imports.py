"""Imports point one way, and `import rag` stays light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("rag", "ui", "eval") for path in (ROOT / package).rglob("*.py"))

BASE = {"types", "errors", "protocols", "words", "stopwords", "countries", "filters", "headings"}
BASE |= {"named_classes", "silence"}
SOCKETS = {"readers", "embedders", "indexes", "rerankers", "generators", "verifiers", "integrations"}
METHODS = {"segmentation", "storage", "retrieval", "citation", "attribution", "conversation"}
PATHS = {"ingestion", "answering"}
MAY_IMPORT = {
    **dict.fromkeys(BASE, BASE),
    **dict.fromkeys(METHODS, BASE | METHODS),
    **{socket: BASE | {socket} for socket in SOCKETS},
    "language_models": BASE | {"language_models"},
    "claim_facts": BASE | {"evidence_model", "verifiers"},
    "evidence_model": BASE | {"evidence_model", "weights"},
    "generators": BASE | {"generators", "language_models"},
    "rerankers": BASE | {"rerankers", "evidence_model"},
    "verifiers": BASE | {"verifiers", "evidence_model", "language_models", "weights"},
    "embedders": BASE | {"embedders", "weights"},
    "integrations": BASE | {"assistant", "serialisation"},
    "testing": BASE | {"testing", "attribution", "library", "retrieval", "settings", "storage"},
    "weights": BASE | {"weights"},
    "settings": {"errors"},
    "factory": {"errors"},
    "generator_choice": {"errors", "settings", "weights"},
    "verifier_choice": {"generator_choice", "settings", "weights"},
    "serialisation": {"types"},
    **{path: BASE | METHODS | {path} for path in PATHS},
    "embedder_choice": {"settings", "weights"},
    "library": BASE | METHODS | PATHS | {"embedder_choice", "factory", "settings"},
    "respondent": BASE | METHODS | PATHS | {"factory", "generator_choice", "library", "settings", "verifier_choice"},
    "assistant": BASE | METHODS | {"library", "respondent", "settings", "serialisation"},
    "cli": {
        "cli",
        "assistant",
        "citation",
        "errors",
        "serialisation",
        "settings",
        "types",
        "weights",
        "generator_choice",
    },
}
"""Part of `rag` → the parts that it may import. Sockets never import each other, and nothing but `cli` and the
package itself imports the assistant."""


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            if node.module in ("rag", "ui", "eval"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT / "rag")
    return relative.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", [path for path in SOURCES if path.is_relative_to(ROOT / "rag")], ids=str)
def test_parts_of_rag_import_only_what_is_below_them(path: Path) -> None:
    part = part_of(path)
    if part in {"__init__", "public"}:
        return
    imported = {name.split(".")[1] for name in imported_modules(path) if name.startswith("rag.")}
    assert imported <= MAY_IMPORT[part], f"{path} imports {sorted(imported - MAY_IMPORT[part])}"


@pytest.mark.parametrize("path", [path for path in SOURCES if not path.is_relative_to(ROOT / "rag")], ids=str)
def test_ui_and_eval_import_only_public_names(path: Path) -> None:
    import rag

    imported = {name.partition(".")[2] for name in imported_modules(path) if name.startswith("rag.")}
    assert {name for name in imported if not name.startswith("testing.")} <= set(rag.__all__)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_the_app_imports_gradio(path: Path) -> None:
    if path != ROOT / "ui" / "app.py":
        assert not any(name.split(".")[0] == "gradio" for name in imported_modules(path))


def test_every_part_has_a_rule() -> None:
    parts = {part_of(path) for path in SOURCES if path.is_relative_to(ROOT / "rag")} - {"__init__", "public"}
    assert parts <= set(MAY_IMPORT)


HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "gradio", "llama_index", "sklearn", "trafilatura")


@pytest.mark.parametrize("statement", ["import rag", "import rag.cli"])
def test_import_loads_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
