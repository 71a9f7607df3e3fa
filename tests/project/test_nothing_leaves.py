"""Nothing leaves the machine, and nothing is written where it does not belong: seen from outside of the processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

import rag
from tests.project.observing import Observed, Observer, compiler

SEED = next((Path(__file__).parents[2] / "seeds").glob("000_*.txt"))
CHAT_SECONDS = 30
LONGER_THAN_A_COLLECTOR_WAITS = 8  # onnxruntime's first look-up comes after five seconds

USE = """
import sys, time
from rag.cli import main
page, store, scan, feed, seconds = sys.argv[1:]
for words in (["add", page, scan, feed], ["ask", "what did Rubio say about territory?"], ["list"], ["check"]):
    try:
        main([*words, "--store", store])
    except SystemExit as ended:
        assert not ended.code, words
time.sleep(float(seconds))
"""
FEED = """<rss version="2.0"><channel><title>News</title><item><title>The mill</title>
<link>http://192.0.2.1/mill</link><enclosure url="http://192.0.2.1/mill.mp3" type="audio/mpeg"/>
<description>&lt;img src="http://192.0.2.1/mill.png"&gt; The mill closed in spring.</description></item>
</channel></rss>"""
WITHOUT = "import os, time, rag\nos.environ.pop({switch!r})\n{code}\ntime.sleep({seconds})\n"
TALKATIVE = {
    "GRADIO_ANALYTICS_ENABLED": "import gradio\ngradio.Blocks()",
    "HF_HUB_DISABLE_TELEMETRY": "from huggingface_hub.utils import send_telemetry\nsend_telemetry('topic')",
    "ORT_DISABLE_TELEMETRY": "import onnxruntime",
}
"""Switch → what tells its makers something without it."""
ALL = "import time, rag\n{code}\ntime.sleep({seconds})\n"

Start = Callable[..., Observer]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts `python ARGUMENTS` in a place of its own under observation; it is killed at the end of the module."""
    with ExitStack() as started:

        def start(*arguments: object, compiler: str | None = compiler()) -> Observer:
            observer = Observer(tmp_path_factory.mktemp("observed") / "place", compiler=compiler)
            words = [str(observer.place.store) if word == "STORE" else str(word) for word in arguments]
            observer.start(*words)
            started.callback(observer.process.wait)
            started.callback(observer.process.kill)
            return observer

        yield start


@pytest.fixture(scope="module")
def runs(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Observer]:
    """All long runs, at the same time: most of each is waiting."""
    scan = tmp_path_factory.mktemp("scan") / "scan.png"
    picture = Image.new("L", (500, 60), 255)
    ImageDraw.Draw(picture).text(
        (20, 15), "The bridge was opened in 1932.", fill=0, font=ImageFont.load_default(size=28)
    )
    picture.save(scan)
    feed = tmp_path_factory.mktemp("feed") / "feed.xml"
    feed.write_text(FEED)
    seconds = LONGER_THAN_A_COLLECTOR_WAITS
    every = "\n".join(code for switch, code in sorted(TALKATIVE.items()))
    runs = {
        "chat": start("-m", "ui", "--store", "STORE", "--new", "--port", "0"),
        "import": start("-c", ALL.format(code="import rag.public, rag.cli", seconds=0)),
        "use": start("-c", USE, SEED, "STORE", scan, feed, seconds),
        "all switches": start("-c", ALL.format(code=every, seconds=seconds)),
    }
    return runs | {
        switch: start("-c", WITHOUT.format(switch=switch, code=code, seconds=seconds))
        for switch, code in TALKATIVE.items()
    }


@pytest.mark.parametrize("kind", ["of the C library", "of the interpreter"])
def test_observer_sees_look_ups_connections_packets_and_files(start, kind):
    if kind == "of the C library" and compiler() is None:
        pytest.skip("there is no C compiler here")
    code = """
import socket
from contextlib import suppress
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, socket.socket() as stream:
    for call in (
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.gethostbyname("example.net"),
        lambda: stream.connect(("192.0.2.1", 80)),
        lambda: datagrams.sendto(b"x", ("192.0.2.2", 53)),
    ):
        with suppress(OSError):
            call()
            print("it went out")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
open("left.txt", "w").close()
"""
    observer = start("-c", code, compiler=compiler() if kind == "of the C library" else None)
    seen = observer.ended()
    assert observer.said() == ""
    assert seen.network == [
        "connection 192.0.2.1:80",
        "look-up example.net",
        "look-up example.org",
        "packet 192.0.2.2:53",
    ]
    assert seen.files == [str(observer.place.work / "left.txt")]


def test_import_reaches_nothing(runs):
    assert runs["import"].ended() == Observed([], [])


@pytest.mark.model
def test_adding_asking_and_checking_reach_nothing(runs):
    assert runs["use"].ended() == Observed([], [])


@pytest.mark.model
def test_chat_reaches_nothing_in_half_a_minute(runs):
    pytest.importorskip("gradio", reason="gradio is not installed")
    from gradio_client import Client

    observer = runs["chat"]
    url = _address(observer)
    ready = time.monotonic()
    client = Client(url, verbose=False, analytics_enabled=False)
    assert client.predict("what did Rubio say about territory?", api_name="/ask")["status"] == "abstained"
    client.close()
    time.sleep(max(0.0, CHAT_SECONDS - (time.monotonic() - ready)))
    observer.process.terminate()
    assert observer.ended() == Observed([], [])


def _address(observer: Observer) -> str:
    for _ in range(3000):
        for line in observer.said().splitlines(keepends=True):
            if line.startswith("Ready at ") and line.endswith("\n"):
                return line.split()[2]
        assert observer.process.poll() is None, observer.said()
        time.sleep(0.1)
    pytest.fail("the app did not start")


def test_every_switch_has_something_to_silence(runs):
    assert set(TALKATIVE) == set(rag.TELEMETRY_OFF)


def test_all_switches_together_are_silence(runs):
    assert runs["all switches"].ended() == Observed([], [])


@pytest.mark.parametrize("package", ["rag", "ui", "eval"])
def test_each_package_sets_the_switches_before_anything_else(package):
    code = f"import os, sys, {package}, rag; print(rag.TELEMETRY_OFF.items() <= os.environ.items(), *sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    are_set, *loaded = result.stdout.split()
    assert are_set == "True"
    assert not {"onnxruntime", "huggingface_hub", "gradio"} & set(loaded)


@pytest.mark.parametrize("switch", sorted(TALKATIVE))
def test_one_switch_taken_away_is_seen(runs, switch):
    seen = runs[switch].ended()
    assert seen.network or seen.files


def test_processes_that_read_files_have_the_switches_too(monkeypatch):
    from rag.readers import isolated

    assert set(rag.TELEMETRY_OFF) <= set(isolated._environment())
