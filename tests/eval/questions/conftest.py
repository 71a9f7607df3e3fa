"""A folder of documents, and questions about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval import __main__ as eval_main

DOCUMENTS = {
    "bridge.txt": "The bridge opened in 1932 and cost 12 million crowns.\n\nIt rests on two piers of granite.\n",
    "ferry/fleet.md": "# The fleet\n\nThe Lomvi was sold to a buyer in Estonia in 2019.\n\n"
    "“We will miss her,” Anna Nowak, the harbour master, said about the old ferry.\n",
}
ARTICLES = {
    "mill.txt": "The mill was built by Lewis Carter in 1871.\n\nThe flood of March destroyed the old mill.\n\n"
    "The council bought forty pumps in May.\n\n"
    "Maria Hill said that the village had talked about insurance for years.\n",
    "fair.txt": "The fair was opened by Eva Brandt on 3 June 2024.\n\nThe fair drew 5,200 visitors.\n\n"
    "Peter Lang said there had been complaints about parking near the fair.\n",
}
"""Articles with sentences that questions can be made of."""
QUESTIONS = (
    {"version": 1, "id": "opened", "question": "When was the bridge opened, and what did it cost?", "gold": [
        {"quote": "The bridge opened in 1932 and cost 12 million crowns.", "document": "bridge.txt"}]},
    {"version": 1, "id": "sold", "question": "Who was the Lomvi sold to in 2019?", "gold": [
        {"quote": "The Lomvi was sold to a buyer in Estonia in 2019."}]},
    {"version": 1, "id": "nothing", "question": "Zebra xylophone quartz?", "answerable": False},
    {"version": 1, "id": "draft", "question": "Who is it?", "answers": ["she"], "state": "draft"},
    {"version": 1, "id": "wrong", "question": "Who was it?", "answers": ["she"], "state": "rejected"},
)  # fmt: skip

Gate = Callable[..., int]


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; the working directory is the one above, and no model is used."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    for name, text in DOCUMENTS.items():
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "documents"


@pytest.fixture
def gate(documents: Path, tmp_path: Path) -> Gate:
    """Runs the gate over these questions, with `floors` as the text of their file; the JUnit file is `junit.xml`."""

    def run(*questions: object, floors: str = "", arguments: tuple[str, ...] = ()) -> int:
        lines = [each if isinstance(each, str) else json.dumps(each) for each in questions]
        (tmp_path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "floors.toml").write_text(floors, encoding="utf-8")
        named = ["--floors", "floors.toml"] if floors else []
        given = ["--questions", "questions.jsonl", "--documents", "documents", "--junit", "junit.xml"]
        return eval_main.run(["gate", *given, *named, *arguments])

    return run
