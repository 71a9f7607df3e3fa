"""Answers questions only with what the documents say, and shows the sentences that prove it.

    from rag import Assistant

    with Assistant.open("path/to/store") as assistant:
        assistant.add(["articles/"])
        answer = assistant.ask("what did Rubio say about territory?")

`Assistant` is the whole machine. `rag.public` lists the public interface: the records that go in and come out, the
settings, and the errors; nothing else is promised to stay.

`import rag` alone loads nothing: the command line, which is a part of it, would else take a second to print its help.
It does set `TELEMETRY_OFF` in the environment, before any library that reads it can be loaded.
"""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

TELEMETRY_OFF = {
    "GRADIO_ANALYTICS_ENABLED": "False",  # the version of Gradio asked for at its maker's, and what a page is made of
    "HF_HUB_DISABLE_TELEMETRY": "1",  # what Gradio sends by way of the hub's library, and who asks the hub for a model
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime looks up its maker's collector after five seconds, and keeps a queue
}
"""Environment variable → value with which a library that we load tells its makers nothing.

In one place and set whatever was there before: that nothing leaves the machine is a promise. onnxruntime reads its own
while it is imported, so that a program that imports it before `rag` has to set it itself.
"""

os.environ |= TELEMETRY_OFF

if TYPE_CHECKING:
    from rag.public import *  # noqa: F403 - the names that type checkers and editors see, and no others
else:

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
        return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(f"{__name__}.public").__all__})
