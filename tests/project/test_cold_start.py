"""What is loaded before a person sees something: nothing for help, and no deep-learning library for an answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag import Assistant, Settings

NEVER = {
    "gradio",
    "huggingface_hub",
    "llama_index",
    "matplotlib",
    "mcp",
    "onnx",
    "openai",
    "pandas",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "torch",
    "trafilatura",
    "transformers",
}
NOT_FOR_HELP = NEVER | {
    "faiss",
    "httpx",
    "numpy",
    "nupunkt",
    "onnxruntime",
    "pydantic_settings",
    "sqlalchemy",
    "tokenizers",
}


def loaded_by(statement: str) -> set[str]:
    """The libraries that a new process has loaded when it ends."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr))\n"
        f"{statement}"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def command(*arguments: str) -> str:
    return f"from rag.cli import main\nmain({list(arguments)!r})"


@pytest.mark.parametrize(
    "statement", ["import rag", "import rag.cli", command("--help"), command("ask", "--help"), command("--version")]
)
def test_help_loads_no_library_of_the_machine(statement):
    loaded = loaded_by(statement)
    assert "rag" in loaded
    assert loaded & NOT_FOR_HELP == set()


def test_using_the_package_loads_no_backend():
    assert loaded_by("from rag import Assistant, Settings") & (NEVER | {"faiss", "onnxruntime"}) == set()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cold")
    article = folder / "news.txt"
    article.write_text("The harbour opened in 1932. The mayor praised the fishermen.\n", encoding="utf-8")
    with Assistant.open(folder / "store", Settings(llm="none")) as assistant:
        assistant.add([article])
    return folder / "store"


@pytest.mark.model
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_answer_is_given_without_a_deep_learning_library(store, more):
    asked = command("ask", "When did the harbour open?", "--llm", "none", "--store", str(store), *more)
    loaded = loaded_by(asked)
    assert {"onnxruntime", "faiss"} <= loaded
    assert loaded & NEVER == set()


@pytest.mark.model
def test_plain_text_is_added_without_a_deep_learning_library(store, tmp_path):
    article = tmp_path / "more.txt"
    article.write_text("A storm closed the harbour in 1951.\n", encoding="utf-8")
    assert loaded_by(command("add", str(article), "--store", str(store))) & NEVER == set()
