"""How fast the chat in the browser is: start, first page, evidence, many at once, and its memory over many questions.

Over the article of `seeds` and twenty small documents of different subjects, quoting without a language model. Each
simultaneous chat asks only about its own document, so that an answer from another one would be seen. Evidence is
timed in the page itself, from the key to the frame that shows it. Times hang on what else the machine does: its load
is printed with them, and the start's CPU time, which does not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eval.provenance import code_version, library_versions, machine_name
from eval.speed.chat_facts import FACTS, Fact
from eval.speed.running_app import App, Visitor, running_app
from rag import Assistant, Settings

__all__ = ["Figures", "add_arguments", "is_claimed", "main", "table", "together"]

_ROOT = Path(__file__).parents[2]
_LIBRARIES = ("chapter-and-verse", "gradio", "playwright", "sentence-transformers", "torch")
_STARTS = 3
_PARTS = ("gradio", "pandas", "rag", "torch", "sentence_transformers", "faiss", "sqlalchemy", "ui.app")
_QUESTIONS_AT_ONCE = 4
_QUESTIONS_A_VISIT = 10

_WATCH = """() => {
    const shown = document.querySelector("#cv-current");
    const before = shown.querySelector(".cv-exchange")?.dataset.exchange;
    window.evidenceAfter = null;
    document.addEventListener("keydown", (event) => { if (event.key === "Enter") window.enterAt = performance.now() },
                              {capture: true, once: true});
    const look = new MutationObserver(() => {
        const exchange = shown.querySelector(".cv-exchange");
        if (!exchange || exchange.dataset.exchange === before) return;
        if (!exchange.querySelector(".cv-evidence, .cv-claim")) return;
        look.disconnect();
        requestAnimationFrame(() => { window.evidenceAfter = performance.now() - window.enterAt });
    });
    look.observe(shown, {childList: true, subtree: true});
}"""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured.

    imports: seconds until a library is imported, with all that it imports, when the app starts.
    page_seconds, evidence_ms: empty where there is no browser.
    wrong: answers without the sentence asked for; mixed: answers with a sentence only another chat asked for.
    memory_mb: after the warm-up and after each tenth of the questions.
    """

    load_before: float
    ready_seconds: list[float]
    ready_cpu_seconds: list[float]
    imports: dict[str, float]
    page_seconds: list[float]
    evidence_ms: list[float]
    chat_seconds: list[float]
    n_chats: int
    wrong: int
    mixed: int
    n_questions: int
    memory_mb: list[float]
    load_after: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval chat`."""
    parser.add_argument("--chats", type=int, default=20, help=f"simultaneous chats, at most {len(FACTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="questions of each of them")
    parser.add_argument("--evidence", type=int, default=20, help="questions in a browser whose evidence is timed")
    parser.add_argument("--questions", type=int, default=1_000, help="questions over which memory is watched")
    parser.add_argument("--starts", type=int, default=_STARTS, help="starts that are timed")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all runs")


def main(options: argparse.Namespace) -> int:
    """Print the figures beside their targets and keep them in a new folder of `--runs`; 1 when an answer was wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        store = _store(Path(scratch))
        figures = _measured(store, options)
    written = table(figures)
    print(written)
    folder = options.runs / f"chat-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    record = {
        "task": "chat",
        "commit": code_version(),
        "machine": machine_name(),
        "versions": library_versions(_LIBRARIES),
        "figures": asdict(figures),
    }
    (folder / "record.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    (folder / "summary.md").write_text(written + "\n", encoding="utf-8")
    print(f"Run: {folder}")
    return 1 if figures.wrong or figures.mixed else 0


def _store(folder: Path) -> Path:
    documents = folder / "documents"
    documents.mkdir()
    for fact in FACTS:
        Path(documents, f"{fact.name}.txt").write_text(fact.text, encoding="utf-8")
    article = next((_ROOT / "seeds").glob("*.txt"))
    with Assistant.open(folder / "store", Settings(llm="none")) as assistant:
        assistant.add([documents, article])
    return folder / "store"


def _measured(store: Path, options: argparse.Namespace) -> Figures:
    load_before = os.getloadavg()[0]
    ready, cpu = [], []
    for _ in range(options.starts - 1):
        with running_app(store) as app:
            ready.append(app.ready_seconds)
            cpu.append(app.cpu_seconds)
            _say(f"ready after {app.ready_seconds:.1f} s")
    with running_app(store) as app:
        ready.append(app.ready_seconds)
        cpu.append(app.cpu_seconds)
        page, evidence = _in_browser(app, options.evidence)
        _say(f"evidence after {statistics.median(evidence or [0]):.0f} ms")
        seconds, wrong, mixed = together(app, FACTS[: options.chats], options.rounds)
        _say(f"{options.chats} chats: {len(seconds)} answers, {wrong} wrong, {mixed} mixed up")
        memory = list(_memory(app, options.questions))
    return Figures(
        load_before=load_before,
        ready_seconds=ready,
        ready_cpu_seconds=cpu,
        imports=_imports(),
        page_seconds=page,
        evidence_ms=evidence,
        chat_seconds=seconds,
        n_chats=options.chats,
        wrong=wrong,
        mixed=mixed,
        n_questions=options.questions,
        memory_mb=memory,
        load_after=os.getloadavg()[0],
    )


def _imports() -> dict[str, float]:
    """Seconds that each of the large libraries takes when the app's page is imported."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import ui.__main__, ui.app"],
        capture_output=True,
        text=True,
        check=True,
        cwd=_ROOT,
    )
    found: dict[str, float] = {}
    for line in result.stderr.splitlines():
        _, _, rest = line.partition("|")
        cumulative, _, name = rest.partition("|")
        if name.strip() in _PARTS:
            found[name.strip()] = int(cumulative) / 1e6
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _in_browser(app: App, n_questions: int) -> tuple[list[float], list[float]]:
    """Seconds until the page can be used, and milliseconds from Enter to the evidence; both empty without a browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _say("playwright is not installed: page and evidence are not timed")
        return [], []
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        _say("there is no browser: page and evidence are not timed")
        return [], []
    usable: list[float] = []
    evidence: list[float] = []
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        for _ in range(3):
            page = browser.new_context().new_page()
            started = time.perf_counter()
            page.goto(app.url)
            page.locator(".cv-in-use").wait_for()
            page.locator("#cv-question textarea").fill("ready")
            usable.append(time.perf_counter() - started)
        box = page.locator("#cv-question textarea")
        for number in range(n_questions + 2):
            page.evaluate(_WATCH)
            box.fill(FACTS[number % len(FACTS)].question)
            box.press("Enter")
            page.wait_for_function("window.evidenceAfter !== null")
            page.locator("#cv-current .cv-stage-done").wait_for()
            page.locator("#cv-ask-button").wait_for()
            evidence.append(page.evaluate("window.evidenceAfter"))
        browser.close()
    return usable, evidence[2:]


def together(app: App, facts: Sequence[Fact], n_rounds: int) -> tuple[list[float], int, int]:
    """Seconds of each answer when all chats ask at once, how many are wrong, and how many are another chat's."""
    starting = threading.Barrier(len(facts))

    def chat(fact: Fact) -> list[tuple[float, bool, bool]]:
        visitor = Visitor(app)
        answers = []
        for _ in range(n_rounds):
            starting.wait()
            started = time.perf_counter()
            told = visitor.ask(fact.question)
            seconds = time.perf_counter() - started
            others = (other for other in FACTS if other is not fact)
            is_mixed = any(is_claimed(other, told) for other in others) or fact.question not in told
            answers.append((seconds, not is_claimed(fact, told), is_mixed))
        visitor.close()
        return answers

    with ThreadPoolExecutor(len(facts)) as pool:
        answers = [answer for chatted in pool.map(chat, facts) for answer in chatted]
    seconds = [answer[0] for answer in answers]
    return seconds, sum(answer[1] for answer in answers), sum(answer[2] for answer in answers)


def is_claimed(fact: Fact, told: str) -> bool:
    """Whether the page shows the fact's sentence as a claim, which the nearest sentences found are not."""
    return f'class=\\"cv-claim-text\\">{fact.sentence}<' in told


def _memory(app: App, n_questions: int) -> Iterator[float]:
    """Megabytes after the warm-up (a tenth of the questions more), and after each tenth of the questions."""
    tenth = max(_QUESTIONS_A_VISIT, n_questions // 10)

    def visit(number: int) -> None:
        visitor = Visitor(app)
        for step in range(_QUESTIONS_A_VISIT):
            visitor.ask(FACTS[(number + step) % len(FACTS)].question)
        visitor.close()

    for part in range(11):
        with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
            list(pool.map(visit, range(part, part + tenth // _QUESTIONS_A_VISIT)))
        megabytes = app.memory_mb()
        _say(f"after {(part + 1) * tenth:,} questions: {megabytes:.0f} MB")
        yield megabytes


def table(figures: Figures) -> str:
    """The figures, each beside its target."""
    latencies = np.array(figures.chat_seconds)
    first, last = figures.memory_mb[0], figures.memory_mb[-1]
    p50, p95 = np.percentile(latencies, 50), np.percentile(latencies, 95)
    ready, cpu = statistics.median(figures.ready_seconds), statistics.median(figures.ready_cpu_seconds)
    slow = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in list(figures.imports.items())[:4])
    rows = (
        ("", "measured", "target"),
        ("---", "---", "---"),
        (f"process ready, median of {len(figures.ready_seconds)} (CPU)", f"{ready:.1f} s ({cpu:.1f} s)", "15 s"),
        ("of it, imports", slow, ""),
        ("page usable after that, median (slowest)", _middle_and_most(figures.page_seconds, "s", 1), "3 s"),
        (
            f"evidence after Enter, median of {len(figures.evidence_ms)} (slowest)",
            _middle_and_most(figures.evidence_ms, "ms", 0),
            "300 ms",
        ),
        (
            f"{figures.n_chats} chats at once, {len(latencies)} answers: p50 / p95",
            f"{p50:.2f} / {p95:.2f} s",
            "p95 2 s",
        ),
        ("wrong / mixed up", f"{figures.wrong} / {figures.mixed}", "0 / 0"),
        (
            f"memory over {figures.n_questions:,} questions",
            f"{first:.0f} → {last:.0f} MB ({100 * (last / first - 1):+.1f} %)",
            "± 5 %",
        ),
        (
            f"load of the machine before and after ({os.cpu_count()} cores)",
            f"{figures.load_before:.1f} / {figures.load_after:.1f}",
            "",
        ),
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _middle_and_most(values: Sequence[float], unit: str, digits: int) -> str:
    if not values:
        return "not measured"
    return f"{statistics.median(values):.{digits}f} ({max(values):.{digits}f}) {unit}"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
