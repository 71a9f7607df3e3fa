"""`python -m eval new`, and the files for continuous integration: their own steps, run as they stand there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from eval import __main__ as eval_main
from eval.questions.drafting import UNANSWERABLE
from eval.questions.files import State, read_questions
from eval.questions.new import CI_FILES
from tests.eval.questions.conftest import ARTICLES

ROOT = Path(__file__).parents[3]


@pytest.fixture
def begun(documents, monkeypatch) -> Path:
    """A folder that `new` made, over documents with more to ask about."""
    for name, text in ARTICLES.items():
        (documents / name).write_text(text, encoding="utf-8")
    assert eval_main.run(["new", "my-eval", "--documents", "documents", "--n", "10"]) == 0
    return Path("my-eval")


def test_drafts_are_sentences_of_the_documents_and_nobody_has_accepted_them(begun, documents):
    drafts = read_questions(begun / "questions.jsonl")
    assert 0 < len(drafts) <= 10
    assert {draft.state for draft in drafts} == {State.DRAFT}
    for draft in drafts:
        assert draft.answerable is (draft.kind != UNANSWERABLE) is bool(draft.gold)
        for gold in draft.gold:
            assert gold.quote in (documents / gold.document).read_text(encoding="utf-8")


def test_the_same_documents_give_the_same_drafts(begun):
    assert eval_main.run(["new", "again", "--documents", "documents", "--n", "10"]) == 0
    assert Path("again/questions.jsonl").read_bytes() == (begun / "questions.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["my-eval", "--documents", "missing"], "there is no such folder"),
        (["documents/eval", "--documents", "documents"], "would be found as answers"),
        (["made", "--documents", "documents"], "has a questions.jsonl already"),
        (["my-eval", "--documents", "empty"], "holds no document"),
    ],
)
def test_what_cannot_be_begun_is_said(documents, capsys, arguments, message):
    Path("made").mkdir()
    Path("made/questions.jsonl").touch()
    Path("empty").mkdir()
    assert eval_main.run(["new", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not Path("my-eval/questions.jsonl").exists()


def job(file: Path) -> tuple[dict[str, str], list[str]]:
    """The variables and the shell commands of the file's only job, in order."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    if file.name == "gitlab-ci.yml":
        (only,) = written.values()
        return only["variables"], only["script"]
    (only,) = written["jobs"].values()
    return only["env"], [step["run"] for step in only["steps"] if "run" in step]


@pytest.mark.parametrize("name", CI_FILES)
def test_the_steps_of_the_ci_files_run_in_a_clean_clone(begun, tmp_path, name):
    line = '{"version": 1, "id": "opened", "question": "When was the bridge opened, and what did it cost?", '
    line += '"gold": [{"quote": "The bridge opened in 1932 and cost 12 million crowns."}]}'
    with (begun / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "eval").mkdir()
    (clone / "eval" / "__init__.py").write_text("raise ImportError('a folder of theirs')")
    for folder in ("documents", "my-eval"):
        ignored = shutil.ignore_patterns("store")
        shutil.copytree(folder, clone / folder, ignore=ignored)
    variables, commands = job(clone / "my-eval" / name)
    summary = tmp_path / "summary.md"
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PIP_NO_INDEX": "1",  # what is to be installed is there
        "RAG_EMBEDDER": "hashing",
        "GITHUB_STEP_SUMMARY": str(summary),
        **variables,
    }
    for command in commands:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=clone, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert 'name="opened: When was the bridge opened' in (clone / "junit.xml").read_text(encoding="utf-8")
    assert (clone / "runs" / "gate" / "gate.md").is_file()
    if name.startswith("github"):
        assert "passed" in summary.read_text(encoding="utf-8")


def test_folders_that_were_named_stand_in_the_ci_files(documents):
    Path("texts").mkdir()
    shutil.copy(documents / "bridge.txt", "texts/bridge.txt")
    assert eval_main.run(["new", "checks/answers", "--documents", "texts", "--n", "1"]) == 0
    for name in CI_FILES:
        variables, _ = job(Path("checks/answers") / name)
        assert variables["QUESTIONS"] == "checks/answers/questions.jsonl"
        assert variables["FLOORS"] == "checks/answers/floors.toml"
        assert variables["DOCUMENTS"] == "texts"
