"""Begin questions of your own: drafts from your documents, floors, and files for continuous integration.

Everything goes into one new folder, which can be kept beside the documents' repository or in it. The drafts are not
measured until a person has accepted them, in the Questions tab of the chat.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from eval.cases import DataError
from eval.questions.drafting import UNANSWERABLE, draft_questions
from eval.questions.files import Question, write_questions
from eval.questions.places import add_folder
from eval.run import settings_of
from rag import Assistant, RagError, Settings

__all__ = ["CI_FILES", "add_arguments", "begin", "main"]

CI = Path(__file__).with_name("ci")
CI_FILES = ("github-actions.yml", "gitlab-ci.yml")
_FLOORS = "floors.toml"
_QUESTIONS = "questions.jsonl"
_STORE = "store"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval new`."""
    parser.add_argument("folder", type=Path, help="the folder to make, such as ./my-eval")
    parser.add_argument("--documents", type=Path, required=True, metavar="FOLDER", help="what is asked about")
    parser.add_argument("--n", type=_number, default=30, help="how many drafts, a fifth of them without an answer")
    parser.add_argument("--settings", type=Path, help="TOML file with settings")
    parser.add_argument("--seed", type=int, default=0, help="another one gives other drafts")


def _number(text: str) -> int:
    if not 1 <= int(text) <= 1_000:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 1000")
    return int(text)


def main(options: argparse.Namespace) -> int:
    """Make the folder and say what comes next; 2 when it cannot be made."""
    try:
        drafts = begin(options.folder, options.documents, settings_of(options.settings), n=options.n, seed=options.seed)
    except RagError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped - nothing was written", file=sys.stderr)
        return 130
    n_unanswerable = sum(draft.kind == UNANSWERABLE for draft in drafts)
    print(f"{options.folder / _QUESTIONS}: {len(drafts)} drafts, {n_unanswerable} of them without an answer")
    if not drafts:
        print("  No rule could draft a question from these documents: write questions, as eval/README.md shows.")
    for name, what in (
        (_FLOORS, "how good the figures have to be"),
        (CI_FILES[0], "for .github/workflows/"),
        (CI_FILES[1], "for .gitlab-ci.yml"),
    ):
        print(f"{options.folder / name}: {what}")
    print("Next, look at the drafts one by one, and accept what is right (in the tab Questions):")
    print(f"  rag-ui --store {options.folder / _STORE} --questions {options.folder / _QUESTIONS}")
    print("Then, here and in your continuous integration:")
    print(
        f"  python -m eval gate --questions {options.folder / _QUESTIONS} --documents {options.documents}"
        f" --floors {options.folder / _FLOORS} --junit junit.xml"
    )
    return 0


def begin(folder: Path, documents: Path, settings: Settings, *, n: int, seed: int = 0) -> list[Question]:
    """Make the folder with drafts, floors and files for continuous integration; the drafts.

    Raises:
        DataError: the folder has questions already, lies inside of the documents, or cannot be written; or there are
            no documents.
        RagError: the store or a model cannot be used.
    """
    if (folder / _QUESTIONS).exists():
        raise DataError(str(folder), f"it has a {_QUESTIONS} already - name another folder, or remove that file")
    if folder.absolute().is_relative_to(documents.absolute()):
        raise DataError(
            str(folder),
            f"it lies inside of {str(documents)!r}, where questions would be found as answers - name another",
        )
    if not documents.is_dir():
        raise DataError(str(documents), "there is no such folder - name the one with the documents")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Assistant.open(folder / _STORE, settings) as assistant:
            names, report = add_folder(assistant, documents)
            for failure in report.failed:
                print(f"left out: {failure.source}: {failure.reason}", file=sys.stderr)
            with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
                shown = bar.add_task("drafting questions", total=n)
                drafts = draft_questions(assistant, names, n=n, seed=seed, on_draft=lambda: bar.advance(shown))
        _copy(folder, documents)
        write_questions(folder / _QUESTIONS, drafts)
    except OSError as error:
        raise DataError(str(folder), f"{error.strerror or error} - name a folder that can be written") from error
    return drafts


def _copy(folder: Path, documents: Path) -> None:
    """The floors, and the files for continuous integration with the folders' names in them."""
    shutil.copyfile(CI / _FLOORS, folder / _FLOORS)
    (folder / ".gitignore").write_text(f"/{_STORE}/\n", encoding="utf-8")
    for name in CI_FILES:
        text = (CI / name).read_text(encoding="utf-8")
        text = text.replace("my-eval/", f"{folder.as_posix()}/").replace(": documents\n", f": {documents.as_posix()}\n")
        (folder / name).write_text(text, encoding="utf-8")
