"""The networks that find lines in a picture and read them, from the wheel of rapidocr, whose bytes are proved first.

Its own pipeline is not used: that one fetches what it lacks from the network, and this must never.
"""

from __future__ import annotations

import hashlib
import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import WeightsError

if TYPE_CHECKING:
    import onnxruntime  # type: ignore[import-untyped]

__all__ = ["Box", "Networks", "Picture", "ReadLine", "networks", "session"]

Picture: TypeAlias = NDArray[np.uint8]
"""Grey values (height, width) of a page; 0 is black."""

_WEIGHTS = {
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    "ch_ppocr_mobile_v2.0_cls_mobile.onnx": "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c",
}
"""Files in the wheel of rapidocr 3.10.0, and the SHA-256 that its makers publish."""

_MOST_FOUND_PIXELS = 1_250_000
"""Where lines stand is looked for in a smaller picture: 110 dots an inch of a page of A4."""
_MOST_LINES = 3000
_LINE_HEIGHT = 48
_LEAST_CONFIDENCE = 0.5
"""What is read with less is no writing: the makers' own limit."""
_MOST_THREADS = 4
_UPRIGHT = 1.5
"""A line that is so many times as high as wide runs up or down."""
_ASIDE = 2.0
"""In heights of the usual line: what is higher, and narrow, is no single sign."""


class Box(NamedTuple):
    """The corners of a line in the picture: float32 (4, 2), from its upper left one, clockwise."""

    corners: NDArray[np.float32]
    runs_aside: bool = False

    @property
    def width(self) -> float:
        """Of its upper side, in pixels."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @property
    def height(self) -> float:
        """Of its left side, in pixels."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))

    @property
    def thickness(self) -> float:
        """How high its letters stand."""
        return self.width if self.runs_aside else self.height


class ReadLine(NamedTuple):
    """The words of a line, each with where it begins and ends in shares of the line, and its confidence."""

    words: tuple[tuple[str, float, float, float], ...]
    confidence: float

    @property
    def is_writing(self) -> bool:
        """Whether a letter or a digit was read, and not too doubtfully."""
        has_sign = any(sign.isalnum() for text, *_ in self.words for sign in text)
        return has_sign and self.confidence >= _LEAST_CONFIDENCE


class Networks:
    """The networks, one thread each: lines are read side by side, which wastes less than two threads on one line."""

    def __init__(self) -> None:
        from rapidocr.ch_ppocr_det.utils import DBPostProcess

        self.lock = threading.Lock()
        self._find = session("PP-OCRv6_det_small.onnx", n_threads=_n_threads())
        self._read = session("PP-OCRv6_rec_small.onnx", n_threads=1)
        self._turn = session("ch_ppocr_mobile_v2.0_cls_mobile.onnx", n_threads=1)
        characters = self._read.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters = ["", *characters, " "]
        self._boxes = DBPostProcess(
            thresh=0.3, box_thresh=0.5, max_candidates=_MOST_LINES, unclip_ratio=1.6, use_dilation=True
        )
        self.pool = ThreadPoolExecutor(_n_threads(), thread_name_prefix="recognising")

    def find(self, picture: Picture) -> list[Box]:
        """The lines of the picture, from the top."""
        height, width = picture.shape
        scale = min(1.0, math.sqrt(_MOST_FOUND_PIXELS / (height * width)))
        across, down = (max(32, 32 * round(side * scale / 32)) for side in (width, height))
        scores = _run(self._find, _resized(picture, across, down))
        corners, _ = self._boxes(scores, (height, width))
        boxes = [Box(np.asarray(four, np.float32)) for four in corners]
        usual = median(min(box.width, box.height) for box in boxes) if boxes else 0.0
        # A page number of one digit is high and narrow too, but no higher than a line.
        aside = [box.height >= max(_UPRIGHT * box.width, _ASIDE * usual) for box in boxes]
        marked = [box._replace(runs_aside=is_aside) for box, is_aside in zip(boxes, aside, strict=True)]
        return sorted(marked, key=lambda box: float(box.corners[0, 1]))

    def read(self, line: Picture) -> ReadLine:
        """What stands in a picture of one line."""
        width = max(_LINE_HEIGHT, math.ceil(line.shape[1] * _LINE_HEIGHT / line.shape[0]))
        scores = _run(self._read, _resized(line, width, _LINE_HEIGHT))[0]
        return _decoded(scores, self._characters)

    def is_upside_down(self, line: Picture) -> bool:
        """Whether a line seems to stand on its head."""
        width = min(192, max(_LINE_HEIGHT, round(line.shape[1] * _LINE_HEIGHT / line.shape[0])))
        padded = np.full((_LINE_HEIGHT, 192), 128, np.uint8)
        padded[:, :width] = _resized(line, width, _LINE_HEIGHT)
        upright, upside_down = _run(self._turn, padded)[0]
        return bool(upside_down > upright)


@cache
def networks() -> Networks:
    """The networks, loaded once."""
    return Networks()


def _n_threads() -> int:
    """How many threads read lines side by side."""
    return max(1, min(_MOST_THREADS, os.cpu_count() or 1))


def session(name: str, *, n_threads: int) -> onnxruntime.InferenceSession:
    """The network in a file of the wheel, made from the very bytes whose hash was proved."""
    import onnxruntime

    data = files("rapidocr").joinpath("models", name).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != _WEIGHTS[name]:
        raise WeightsError(
            f"cannot recognise pages with {name!r}: its SHA-256 is {found}, not {_WEIGHTS[name]} - "
            "install rapidocr 3.10.0 again"
        )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = n_threads
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, sess_options=options, providers=["CPUExecutionProvider"])


def _run(session: onnxruntime.InferenceSession, picture: Picture) -> NDArray[np.float32]:
    """What the network says of a picture: grey on three channels, from -1 to 1."""
    values = picture.astype(np.float32) / 127.5 - 1
    batch = np.repeat(values[None, None], 3, axis=1)
    output: Any = session.run(None, {session.get_inputs()[0].name: batch})[0]
    found: NDArray[np.float32] = output
    return found


def _resized(picture: Picture, width: int, height: int) -> Picture:
    import cv2

    how = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_CUBIC
    resized: Picture = cv2.resize(picture, (width, height), interpolation=how).astype(np.uint8)
    return resized


def _decoded(scores: NDArray[np.float32], characters: Sequence[str]) -> ReadLine:
    """The words that the scores of a line's columns, (columns, characters), spell.

    Source: Graves et al., "Connectionist temporal classification" (2006), section 3.2, best path decoding.
    """
    best = scores.argmax(axis=1)
    confidence = scores.max(axis=1)
    is_new = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
    columns = np.flatnonzero(is_new)
    words: list[tuple[str, float, float, float]] = []
    pending: list[int] = []
    for column in [*columns.tolist(), -1]:
        if column < 0 or characters[best[column]].isspace():
            if pending:
                text = "".join(characters[best[i]] for i in pending)
                letters = [i for i in pending if characters[best[i]].isalnum()] or pending
                lowest = float(min(confidence[i] for i in letters))
                words.append((text, (pending[0] - 0.5) / len(best), (pending[-1] + 1.5) / len(best), lowest))
            pending = []
        else:
            pending.append(column)
    return ReadLine(tuple(words), fmean(confidence[columns].tolist()) if len(columns) else 0.0)
