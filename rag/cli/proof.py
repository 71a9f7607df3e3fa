"""`rag bundle` and `rag cite`: an answer in one file, with what proves it, or its references for other programs."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import DEFAULT_STORE, JsonOption, SettingsOption, StoreOption, open_assistant
from rag.cli.terminal import EXIT_FAILURE, count, print_json, print_line, short_path, write
from rag.errors import SettingsError

if TYPE_CHECKING:
    from rag.assistant import Assistant

__all__ = ["AnswerArgument", "answer_id_of", "bundle", "cite"]

LAST = "last"

AnswerArgument = Annotated[
    str, typer.Argument(metavar="ANSWER", help="Its id, as `rag answers list` has it, or last.", show_default=False)
]


def answer_id_of(assistant: Assistant, given: str) -> str:
    """The id that is meant: that of the last answer for `last`."""
    return assistant.last_answer().id if given == LAST else given


def bundle(
    answer: AnswerArgument = "",
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A new file, such as proof.zip.", show_default=False)
    ] = None,
    verify: Annotated[
        Path | None, typer.Option("--verify", metavar="BUNDLE", help="Check a bundle instead; no store is needed.")
    ] = None,
    sha256: Annotated[
        str, typer.Option("--sha256", metavar="DIGEST", help="With --verify: that of the bundle, as you were told it.")
    ] = "",
    sources: Annotated[
        Path | None, typer.Option("--sources", metavar="FOLDER", help="With --verify: compare the original files.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an answer into one file that proves its quotations to people who have nothing of ours.

    It holds the answer, the whole texts that it quotes, and a program that checks them; its README.txt says what that
    proves. Tell the SHA-256 by another way than the file.
    """
    if verify is not None:
        _verify(verify, sha256, sources, as_json=as_json)
        return
    if not answer or file is None:
        raise SettingsError("cannot bundle: no answer or no file - name both, such as `rag bundle last proof.zip`")
    with open_assistant(store, settings) as assistant:
        report = assistant.bundle(answer_id_of(assistant, answer), file)
    if as_json:
        print_json(asdict(report))
        return
    quoted = f"{count(report.n_citations, 'quotation')} of {count(report.n_documents, 'document')}"
    print_line(f"Wrote {quoted}, {count(report.size_bytes, 'byte')}, to {short_path(report.path)}.")
    print_line(f"SHA-256 {report.sha256}")


def _verify(path: Path, sha256: str, sources: Path | None, *, as_json: bool) -> None:
    """Say what the bundle proves, and end with 1 when it proves nothing."""
    from rag.newsroom.proof import examined

    result = examined(path, sha256=sha256, sources=sources)
    if as_json:
        print_json(result._asdict())
    else:
        for sentence in result.sentences:
            print_line(sentence, to_stderr=not result.is_proved)
    if not result.is_proved:
        raise typer.Exit(EXIT_FAILURE)


def cite(
    answer: AnswerArgument,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORM",
            help="markdown, csl-json, bibtex, ris, docx or web-annotation.",
        ),
    ] = "markdown",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A new file; docx needs one.")] = None,
    store: StoreOption = DEFAULT_STORE,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the references of an answer as other programs read them.

    Markdown and Word have the answer with a footnote for each citation; lists have an entry for each cited document.
    """
    from rag.assembly.proof import write_new

    with open_assistant(store, settings) as assistant:
        references = assistant.references(assistant.answer(answer_id_of(assistant, answer)), form=form)
    if out is not None:
        write_new(out, references.content)
        if as_json:
            print_json({"form": references.form.value, "path": str(out), "size_bytes": len(references.content)})
        else:
            print_line(
                f"Wrote {references.form.value}, {count(len(references.content), 'byte')}, to {short_path(str(out))}."
            )
    elif as_json:
        encoded = base64.b64encode(references.content).decode()
        print_json({"form": references.form.value, "media_type": references.media_type, "base64": encoded})
    else:
        write(references.text.replace("\r\n", "\n"))
