"""The Dockerfile carried out without Docker: each stage in a root of its own, over that of this machine.

An overlay takes what a stage writes, so that its files are its layers; the Python that runs this stands in for the one
of the base image, in the same place. It has to be run by root, in a namespace of mounts of its own:

    unshare --mount python -m tests.project.image FOLDER

FOLDER gets the stages. Then the image is run as compose.yaml says: read-only but for /data and /tmp, as its user,
without any right of root. What is printed is JSON: `size_bytes` of the layers, and what came of each command.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).parents[2]
UNCHANGED = {
    "LANG": "C.UTF-8",
    "LD_LIBRARY_PATH": "/usr/local/lib",  # of the Python that stands in, which looks for it where no user may
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
}
OF_THE_MACHINE = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "PIP_CERT", "PIP_FIND_LINKS", "SSL_CERT_FILE")
"""What stands in for the network of a machine that builds images."""
DOCUMENT = "The harbour bridge opened in 1932. It is painted grey."
QUESTION = "When did the harbour bridge open?"
PASSWORD = "a password of the test"


class Stage(NamedTuple):
    """A stage: its name, and its instructions as Docker reads them."""

    name: str
    steps: Sequence[tuple[str, str]]


def stages_of(dockerfile: Path) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    stages: list[Stage] = []
    for each in DockerfileParser(path=str(dockerfile)).structure:
        instruction, value = each["instruction"], each["value"]
        if instruction == "FROM":
            stages.append(Stage(value.partition(" AS ")[2], []))
        elif instruction != "COMMENT":
            stages[-1].steps.append((instruction, value))
    return stages


class Root:
    """A root folder over that of this machine, with what stands in an image's environment."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.layer, self.root = folder / f"{name}-layer", folder / f"{name}-root"
        work = folder / f"{name}-work"
        for each in (self.layer, self.root, work):
            each.mkdir()
        mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={self.layer},workdir={work}", self.root)
        if sys.base_prefix != "/usr":
            mount("--bind", sys.base_prefix, self.root / "usr/local")
        for kernel in ("proc", "dev", "sys"):
            mount("--rbind", f"/{kernel}", self.root / kernel)
        self.environment = dict(UNCHANGED)
        self.folder = "/"
        self.user = "0:0"
        self.command: list[str] = []
        self.health: list[str] = []

    def seal(self, data: Path) -> None:
        """Only /tmp, which is empty, and /data, which is that folder, can be written to from now on."""
        shutil.copytree(self.layer / "data", data)
        owner = (self.layer / "data").stat()
        os.chown(data, owner.st_uid, owner.st_gid)
        mount("-o", "remount,ro", self.root)
        if sys.base_prefix != "/usr":
            mount("-o", "remount,bind,ro", self.root / "usr/local")
        mount("-t", "tmpfs", "tmpfs", self.root / "tmp")
        mount("--bind", data, self.root / "data")

    def start(self, command: Sequence[str], **environment: str) -> subprocess.Popen[str]:
        """Run a command inside."""
        user, _, group = self.user.partition(":")
        as_user = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        if user != "0":
            as_user += ["--bounding-set=-all", "--no-new-privs", "--inh-caps=-all"]
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        return subprocess.Popen(
            ["/usr/sbin/chroot", str(self.root), *as_user, "/bin/sh", "-c", inside],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: Sequence[str], **environment: str) -> tuple[int, str]:
        """The exit status of a command inside, and what it says."""
        process = self.start(command, **environment)
        said = process.communicate(timeout=3600)[0]
        return process.returncode, said


def mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def build(stages: Sequence[Stage], folder: Path) -> Root:
    """The root of the last stage."""
    by_name: dict[str, Root] = {}
    for number, stage in enumerate(stages):
        root = by_name[stage.name or str(number)] = Root(folder, stage.name or str(number))
        for instruction, value in stage.steps:
            carry_out(root, instruction, value, by_name)
    return root


def carry_out(root: Root, instruction: str, value: str, by_name: Mapping[str, Root]) -> None:
    """One instruction."""
    match instruction:
        case "ENV" | "ARG":
            for pair in shlex.split(value):
                name, _, said = pair.partition("=")
                root.environment[name] = said.replace("$PATH", root.environment["PATH"])
        case "WORKDIR":
            root.folder = value
            (root.root / value.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "COPY":
            *named, target = value.split()
            source = ROOT
            if named[0].startswith("--from="):
                source = by_name[named.pop(0).removeprefix("--from=")].layer
            for name in named:
                place = root.root / root.folder.lstrip("/") / target.lstrip("/") if not target.startswith("/") else None
                copy(source / name.lstrip("/"), place or root.root / target.lstrip("/"))
        case "RUN":
            kept = {name: os.environ[name] for name in OF_THE_MACHINE if name in os.environ}
            status, said = root.run(["/bin/sh", "-c", value], **kept)
            if status:
                raise SystemExit(f"RUN {value}\n{said}")
        case "USER":
            root.user = value
        case "CMD":
            root.command = json.loads(value)
        case "HEALTHCHECK":
            root.health = json.loads(value.partition("CMD ")[2])
        case "VOLUME" | "EXPOSE":
            pass
        case _:
            raise SystemExit(f"nothing here carries out {instruction} {value} - teach it that")


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=skipped if source != target else None)
    else:
        shutil.copy2(source, target / source.name if target.is_dir() else target)


def size_of(layer: Path) -> int:
    """Bytes of what is there, files that are one and the same counted once."""
    found = {(entry.lstat().st_dev, entry.lstat().st_ino): entry.lstat().st_size for entry in layer.rglob("*")}
    return sum(found.values())


def answer_of_server(root: Root) -> Any:
    """What `rag serve` answers, on a port of its own."""
    process = root.start(["rag", "serve", "--port", "0"])
    assert process.stdout is not None
    url = process.stdout.readline().split()[2]
    asked = {"model": "chapter-and-verse", "messages": [{"role": "user", "content": QUESTION}]}
    request = urllib.request.Request(
        f"{url}/chat/completions", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        said = json.load(answer)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    return said


def main(folder: Path) -> None:
    started = time.monotonic()
    root = build(stages_of(ROOT / "Dockerfile"), folder)
    found: dict[str, Any] = {"size_bytes": size_of(root.layer), "build_seconds": time.monotonic() - started}
    root.seal(folder / "data")
    (folder / "data" / "note.txt").write_text(DOCUMENT, encoding="utf-8")
    found["user"] = root.run(["id", "-u"])[1].strip()
    looking = "for place in / /opt /opt/app/bin /usr /etc /data /tmp; do test -w $place && echo $place; done"
    found["writable"] = root.run(["/bin/sh", "-c", looking])[1].split()
    status, hashed = root.run(["/bin/sh", "-c", f"echo {shlex.quote(PASSWORD)} | rag-ui --hash-password"])
    assert status == 0, hashed
    chat = root.start(root.command, RAG_UI_USER="reader", RAG_UI_PASSWORD_HASH=hashed.strip(), RAG_LLM="none")
    assert chat.stdout is not None
    found["ready"] = chat.stdout.readline()
    if chat.poll() is not None or not found["ready"].startswith("Ready at "):
        raise SystemExit(f"{shlex.join(root.command)} said\n{found['ready']}{chat.communicate(timeout=60)[0]}")
    found["health"] = root.run(root.health)
    found["add"] = root.run(["rag", "add", "/data/note.txt"])
    found["ask"] = root.run(["rag", "ask", QUESTION])
    found["served"] = answer_of_server(root)
    chat.send_signal(signal.SIGTERM)
    found["ended"] = chat.wait(60)
    found["health_without"] = root.run(root.health)[0]
    found["models"] = root.run(["rag", "models", "verify", "--json"])
    found["libraries"] = missing_libraries(root)
    found["seconds"] = time.monotonic() - started
    print(json.dumps(found))


def missing_libraries(root: Root) -> list[str]:
    """Shared libraries that the installation needs and neither brings nor finds in a slim image of Debian."""
    slim = ("ld-linux", "libc.", "libdl.", "libgcc_s.", "libm.", "libpthread.", "libresolv.", "librt.", "libstdc++.")
    if any("libgomp1" in value for _, value in stages_of(ROOT / "Dockerfile")[-1].steps):
        slim += ("libgomp.so.1",)
    slim += ("libutil.", "libz.", "linux-vdso", "libcrypt.", "libexpat.", "liblzma.", "libbz2.", "libffi.", "libuuid.")
    names: dict[str, str] = {}
    brought = {path.name for path in (root.layer / "opt").rglob("*.so*")}
    for path in (root.layer / "opt").rglob("*.so*"):
        listed = subprocess.run(["readelf", "--dynamic", str(path)], capture_output=True, text=True, check=False).stdout
        for line in listed.splitlines():
            name = line.rpartition("[")[2].rstrip("]") if "(NEEDED)" in line else ""
            if name and name not in brought and not name.startswith(slim):
                names[name] = path.name
    return [f"{name} for {file}" for name, file in sorted(names.items())]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
