"""Reading, cutting and embedding on a Ray cluster, ahead of the one process that stores.

A task is one file: its bytes go there, sentences, passages and vectors come back. What a node that dies was at is done
again on another one, and by this process when there is none. The nodes need this package in the same version, and the
model's weights. As every cluster of Ray they run whatever a client sends them: nobody else is to reach them.

Source: https://docs.ray.io/en/latest/ray-core/patterns/limit-pending-tasks.html (bounded tasks under way);
https://docs.ray.io/en/latest/ray-core/fault_tolerance/tasks.html (retries).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to its makers

import ray
from ray.exceptions import RayError, RayTaskError

from rag.assembly.choices import choose_embedder
from rag.assembly.workbench import Workbench
from rag.errors import RagError, SettingsError
from rag.ingestion import Done, SourceFile, recipe_of, work
from rag.settings import Settings

__all__ = ["RayWorkers"]

_LOG = logging.getLogger(__name__)
_TASKS_PER_CPU = 3  # under way: enough that no node waits, and few enough for their results to fit into memory
_RETRIES = 5
_SECONDS = 5.0


class RayWorkers:
    """The tasks of one process on a cluster."""

    def __init__(self, address: str, settings: Settings) -> None:
        """Join the cluster.

        address: host:port of its head, or `auto` for the one that runs on this machine.

        Raises:
            SettingsError: there is no cluster.
        """
        try:
            _knock(address)
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
        except (OSError, ValueError, RuntimeError, RayError) as error:
            raise SettingsError(
                f"cannot join a Ray cluster at {address!r}: {_first_line(error)} - start one with `ray start --head`, "
                "or leave out --ray"
            ) from error
        self._settings = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
        self._recipe = _recipe(settings)
        cpus: float = ray.cluster_resources().get("CPU", 1.0)  # type: ignore[no-untyped-call]
        self._most = max(1, int(_TASKS_PER_CPU * cpus))
        self._expected: Iterator[SourceFile] = iter(())
        self._under_way: dict[SourceFile, tuple[ray.ObjectRef[Done], str]] = {}

    def expect(self, files: Iterable[SourceFile]) -> None:
        """See `Workers.expect`."""
        self._expected = iter(files)
        self._under_way.clear()
        self._send_more()

    def take(self, file: SourceFile) -> tuple[Done, str] | None:
        """See `Workers.take`."""
        found = self._under_way.pop(file, None)
        self._send_more()
        if found is None:
            return None
        task, file_hash = found
        try:
            return ray.get(task), file_hash
        except RayTaskError as error:
            if isinstance(error.cause, RagError):
                raise SettingsError(str(error.cause)) from error
            _LOG.warning("a Ray task failed with %s: its file is read here", _first_line(error.cause))
        except RayError as error:
            _LOG.warning("the Ray cluster gave no result (%s): the file is read here", type(error).__name__)
        return None

    def close(self) -> None:
        """Leave the cluster; what is under way is dropped."""
        ray.shutdown()

    def _send_more(self) -> None:
        while len(self._under_way) < self._most and (file := next(self._expected, None)) is not None:
            try:
                content = file.path.read_bytes()
            except OSError:  # which is said when it is read here
                continue
            task = _work.remote(self._settings, self._recipe, file, content)
            self._under_way[file] = task, hashlib.sha256(content).hexdigest()


@ray.remote(num_cpus=1, max_retries=_RETRIES, scheduling_strategy="SPREAD")
def _work(settings: str, recipe: str, file: SourceFile, content: bytes) -> Done:
    bench = _bench(settings)
    if _recipe(Settings(**json.loads(settings))) != recipe:
        raise SettingsError(
            f"cannot work for a store whose documents are made by {recipe!r} on a node of the Ray cluster with another "
            "version of this package - install the same one everywhere"
        )
    reader = bench.reader_for(file.path.suffix.lower())
    if reader is None:
        return Done(None, [], {}, f"no reader for {file.path.suffix!r} on a node of the Ray cluster - install it there")
    passage_tokens = Settings(**json.loads(settings)).passage_tokens
    return work(
        file, content, reader=reader, embedder=bench.embedder, budget=bench.budget, passage_tokens=passage_tokens
    )


@lru_cache(maxsize=2)
def _bench(settings: str) -> Workbench:
    """Once for each process of a node; Ray gives a task one core."""
    return Workbench(Settings(**json.loads(settings)), n_threads=1)


def _recipe(settings: Settings) -> str:
    return recipe_of(settings.passage_tokens, choose_embedder(settings).recipe)


def _knock(address: str) -> None:
    """Raises OSError or ValueError when nothing listens there; Ray itself would try for minutes."""
    if address != "auto":
        host, _, port = address.rpartition(":")
        with socket.create_connection((host.removeprefix("ray://"), int(port)), timeout=_SECONDS):
            pass


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
