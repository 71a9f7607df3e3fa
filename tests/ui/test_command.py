"""`rag-ui` before a server starts: what it refuses, and how it says so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ui.server.access import PASSWORD_VARIABLE, USER_VARIABLE, Users, hash_password


def run(*arguments, text="", **variables):
    return subprocess.run(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        input=text,
        capture_output=True,
        text=True,
        env=os.environ | variables,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "desk.example"])
def test_another_address_than_this_machine_is_refused_without_users(tmp_path, host):
    result = run("--host", host, "--store", tmp_path / "store")
    assert result.returncode == 1
    assert f"cannot listen on '{host}' without users" in result.stderr
    assert "--hash-password" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--users", "/nowhere/users"], {}, "cannot read users from '/nowhere/users'"),
        ([], {USER_VARIABLE: "anna"}, f"{PASSWORD_VARIABLE} is not set"),
        ([], {USER_VARIABLE: "anna", PASSWORD_VARIABLE: "secret"}, "password of 'anna': it is not a hash"),
        (["--settings", "/nowhere.toml"], {}, "cannot read settings '/nowhere.toml'"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path, arguments, variables, said):
    result = run(*arguments, "--store", tmp_path / "store", **variables)
    assert result.returncode == 1
    assert said in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


def test_wrong_use_names_the_option(tmp_path):
    result = run("--prot", "1", "--store", tmp_path / "store")
    assert result.returncode == 2
    assert "--prot" in result.stderr
    assert "see `rag-ui --help`" in result.stderr


def test_store_that_is_none_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no store")
    result = run("--store", tmp_path / "file")
    assert result.returncode == 1
    assert "it is a file - name a folder" in result.stderr


def test_hash_of_a_password_opens_the_app():
    result = run("--hash-password", text="correct horse\n")
    assert result.returncode == 0
    assert Users({"anna": result.stdout.strip()}).allows("anna", "correct horse")
    assert "correct" not in result.stdout
    assert hash_password("x") != result.stdout


def test_help_names_every_option():
    said = run("--help").stdout
    for option in (
        "--host",
        "--port",
        "--store",
        "--new",
        "--users",
        "--max-upload",
        "--mcp",
        "--open",
        "--hash-password",
    ):
        assert option in said


def test_store_that_is_not_there_is_said_and_not_made(tmp_path):
    result = run("--store", tmp_path / "stroe")
    assert result.returncode == 1
    assert f"there is no store in '{tmp_path}/stroe' - " in result.stderr
    assert "--new makes one here" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_app_that_gets_no_answer_from_itself_says_so(tmp_path):
    """A proxy, or a machine with no time to spare, ended in a traceback."""
    result = run("--store", tmp_path / "store", "--new", "--port", "0", HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("rag-ui: cannot start on port ")
    assert "set NO_PROXY=localhost,127.0.0.1" in result.stderr
    assert result.stderr.count("\n") == 1


ENDS_AMID_LOADING = """
import threading
from importlib.resources import files
import onnxruntime
from ui.__main__ import _fail

model = next(str(path) for path in files("rag.model.evidence").iterdir() if path.name.endswith(".onnx"))
is_loading = threading.Event()

def load():
    while is_loading.set() is None:
        onnxruntime.InferenceSession(model)

for _ in range(4):
    threading.Thread(target=load, daemon=True).start()
is_loading.wait()
_fail("the port is taken", 1)
"""


def test_what_ends_the_app_while_models_are_loaded_is_said_and_no_crash():
    """Threads in C++ abort the process, with status 134, when the interpreter ends under them."""
    result = subprocess.run(
        [sys.executable, "-c", ENDS_AMID_LOADING], capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stderr) == (1, "rag-ui: the port is taken\n")
