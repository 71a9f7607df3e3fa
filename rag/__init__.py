"""Answers questions only with what the documents say, and shows the sentences that prove it.

    from rag import Assistant

    with Assistant.open("path/to/store") as assistant:
        assistant.add(["articles/"])
        answer = assistant.ask("what did Rubio say about territory?")

`Assistant` is the whole machine. `rag.public` lists the public interface: the records that go in and come out, the
settings, and the errors; nothing else is promised to stay.

`import rag` alone loads nothing: the command line, which is a part of it, would else take a second to print its help.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.public import *  # noqa: F403 - the names that type checkers and editors see


def __getattr__(name: str) -> object:
    """A part of the package, a public name, or `__all__`, when it is first used."""
    if name.startswith("_") and name != "__all__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec(f"{__name__}.{name}"):  # before the public names, which need every part
        return import_module(f"{__name__}.{name}")
    public = import_module(f"{__name__}.public")
    globals().update({promised: getattr(public, promised) for promised in public.__all__}, __all__=public.__all__)
    if name not in globals():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = globals()[name]
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(f"{__name__}.public").__all__})
