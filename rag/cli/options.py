"""Options that commands share, and the assistant that they open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import platformdirs
import typer

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings

__all__ = [
    "DEFAULT_STORE",
    "ApiBaseOption",
    "JsonOption",
    "LlmOption",
    "LlmOptions",
    "ModelOption",
    "QuietOption",
    "RayOption",
    "SettingsOption",
    "SourcesOption",
    "StoreOption",
    "WhereOption",
    "open_assistant",
    "read_settings",
    "shown_store",
]

DEFAULT_STORE = str(Path(platformdirs.user_data_dir("chapter-and-verse")) / "store")

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="RAG_STORE",
        metavar="PLACE",
        help="Folder of the store, or postgresql+psycopg://user@host/database; `add`, `sync`, `watch` and `import`"
        " make it.",
        show_default="in your user data folder",
    ),
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file with settings.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WhereOption = Annotated[
    str,
    typer.Option(
        "--in",
        "--where",
        metavar="FILTER",
        help="Only documents that fit, such as 'published >= 2025-03-01 and media_type = pdf'.",
        show_default=False,
    ),
]
SourcesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="PATTERN", help="Only documents from there, such as 'reports/*'; may come several times."
    ),
]
RayOption = Annotated[
    str | None,
    typer.Option("--ray", metavar="ADDRESS", help="Ray cluster that reads, cuts and embeds: host:port, or auto."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say only what failed.")]
LlmOption = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="NAME",
        help="Language model that phrases the answer: auto, none, local, openai-like, or module:Class.",
    ),
]
ApiBaseOption = Annotated[
    str | None,
    typer.Option(
        "--api-base", metavar="URL", help="Server with the OpenAI protocol, ends in /v1; means --llm openai-like."
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Model, as the server or `rag models list` calls it.")
]


class LlmOptions(NamedTuple):
    """What the command line says about the language model; None where it says nothing."""

    llm: str | None = None
    api_base: str | None = None
    model: str | None = None

    def values(self) -> dict[str, str]:
        """Settings that these options stand for; an address alone asks for the server behind it.

        >>> LlmOptions(model="m").values()
        {'llm_model': 'm'}
        >>> LlmOptions("none").values()
        {'llm': 'none', 'generator': 'auto'}
        """
        llm = self.llm if self.llm is not None or self.api_base is None else "openai-like"
        values = {"llm": llm, "llm_api_base": self.api_base, "llm_model": self.model}
        given = {name: value for name, value in values.items() if value is not None}
        return given | ({"generator": "auto"} if llm is not None else {})  # or else a file's generator would go first


@contextmanager
def open_assistant(
    store: str,
    settings_file: Path | None,
    llm: LlmOptions | None = None,
    *,
    may_make: bool = False,
    ray: str | None = None,
) -> Iterator[Assistant]:
    """The assistant that the options describe; they go before the environment, and that before the file.

    may_make: make the store when it is missing, as only those commands do that fill it. ray: a cluster that works too.
    """
    from rag.assistant import Assistant  # here, so that help does not wait for what opens a store

    with Assistant.open(store, read_settings(settings_file, llm, ray=ray), must_exist=not may_make) as assistant:
        yield assistant


def read_settings(settings_file: Path | None, llm: LlmOptions | None = None, *, ray: str | None = None) -> Settings:
    """What the options, the environment and the file say, the options before the others."""
    from rag.settings import Settings

    values = (llm.values() if llm is not None else {}) | ({} if ray is None else {"ray": ray})
    return Settings(**values) if settings_file is None else Settings.from_file(settings_file, **values)


def shown_store(store: str) -> str:
    """The store as people may see it: of an address no password."""
    from rag.assembly.library import shown_place

    return shown_place(store)
