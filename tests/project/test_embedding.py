"""A project beside this one that uses the package gets its types, as it is installed."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import rag

CONFIGURATION = """
[mypy]
strict = True
follow_imports = skip
[mypy-rag.*]
follow_imports = silent
"""
"""What other packages say of their types is not read: it takes three times as long, and nothing here needs it."""

PROJECT = """
from rag import Answer, Assistant, Citation, Event, Settings, Turn
from rag import Asistant  # type: ignore[attr-defined]


def ask(folder: str, question: str) -> Answer:
    with Assistant.open(folder, Settings(llm="none")) as assistant:
        assistant.add(["articles"])
        assistant.ask(None)  # type: ignore[arg-type]
        assistant.ask(question, history=[("q", "a")])  # type: ignore[list-item]
        assistant.ask(question, histroy=[])  # type: ignore[call-arg]
        answer = assistant.ask(question, history=[Turn(question="q", answer="a")])
        Turn(question="q", answer=answer)  # type: ignore[arg-type]
        return answer


def first(answer: Answer) -> Citation:
    understood: str = answer.standalone_question
    seconds: float = answer.timings_ms["total"] / 1000
    number: int = answer.text  # type: ignore[assignment]
    return answer.citations[0]


def events(assistant: Assistant) -> list[Event]:
    return list(assistant.stream("What is new?"))
"""


def test_types_are_found_by_a_project_beside_this_one(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PROJECT)
    (tmp_path / "mypy.ini").write_text(CONFIGURATION)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=mypy.ini", "--cache-dir=cache", "app.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert "import-not-found" not in checked.stdout, "the package hides from type checkers: install it anew"
    assert (checked.returncode, checked.stdout) == (0, "Success: no issues found in 1 source file\n")


def test_package_says_that_it_is_typed() -> None:
    assert (Path(rag.__file__).parent / "py.typed").exists()


def test_editable_install_is_a_path_and_no_hook() -> None:
    """A hook of imports, which setuptools makes of such an install otherwise, is nothing that a type checker runs."""
    installed = Path(sysconfig.get_path("purelib"))
    assert list(installed.glob("__editable___chapter_and_verse*_finder.py")) == []
