"""The plots of cost against size, each a line of ours beside those of the peers, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.reports.plots import lines
from eval.speed.probing import Probe
from eval.speed.scale_peers import PeerProbe

__all__ = ["plots"]

_OURS = "Chapter and Verse"


def plots(ours: Sequence[Probe], peers: Sequence[Sequence[PeerProbe]]) -> dict[str, str]:
    """Name → SVG file. peers: those measured at the size of each of `ours`.

    question: median milliseconds, beside the peers'. memory: most megabytes held, likewise. stages: medians of what a
    question is made of. changes: seconds to open, to add and to remove a document. disk: megabytes.
    """
    sizes = [probe.n_passages for probe in ours]
    names = list(dict.fromkeys(peer.name for each in peers for peer in each))

    def beside(mine: Sequence[float], cost: str) -> Mapping[str, Mapping[int, float]]:
        theirs = {
            name: {peer.n_passages: _cost(peer, cost) for each in peers for peer in each if peer.name == name}
            for name in names
        }
        return {_OURS: dict(zip(sizes, mine, strict=True)), **theirs}

    def of_ours(**costs: Sequence[float]) -> Mapping[str, Mapping[int, float]]:
        return {name.replace("_", " "): dict(zip(sizes, values, strict=True)) for name, values in costs.items()}

    return {
        "question": lines(
            beside([float(np.median(probe.question_ms)) for probe in ours], "question_ms"),
            x_label="passages",
            y_label="milliseconds for a question, median",
        ),
        "memory": lines(
            beside([probe.peak_memory_mb for probe in ours], "peak_memory_mb"),
            x_label="passages",
            y_label="megabytes, most held",
        ),
        "stages": lines(
            of_ours(
                all_of_a_question=[float(np.median(probe.question_ms)) for probe in ours],
                by_vector=[float(np.median(probe.dense_ms)) for probe in ours],
                by_word=[float(np.median(probe.lexical_ms)) for probe in ours],
                reading_passages=[float(np.median(probe.load_ms)) for probe in ours],
            ),
            x_label="passages",
            y_label="milliseconds, median",
        ),
        "changes": lines(
            of_ours(
                open=[probe.open_seconds for probe in ours],
                add_a_document=[float(np.median(probe.add_seconds)) for probe in ours],
                remove_a_document=[float(np.median(probe.remove_seconds)) for probe in ours],
            ),
            x_label="passages",
            y_label="seconds, median",
        ),
        "disk": lines(
            of_ours(store=[probe.store_mb for probe in ours], index=[probe.index_mb for probe in ours]),
            x_label="passages",
            y_label="megabytes on disk",
        ),
    }


def _cost(peer: PeerProbe, name: str) -> float:
    return float(np.median(peer.question_ms)) if name == "question_ms" else peer.peak_memory_mb
