"""Pages drawn from public sentences and made worse, recognised: words right, where they stand, doubt, seconds a page.

A page is drawn in one of five fonts that matplotlib and Pillow carry, 9 to 13 points, in one column or two, at 200
dots an inch, from documents of `segmentation/documents.jsonl` (PUD; English, German, French). The same pages are then
blurred, made noisy, turned by one or two degrees, saved as a coarse JPEG, several of these at once ("copy"), or shrunk
to 100 and 75 dots an inch. Halves are those of the documents' ids.

- words: 1 - (words put in, left out and replaced) / words of the page, over all pages, a word being what stands between
  blanks; quotation marks, apostrophes and dashes count as their plain forms. Order counts.
- placed: of the lines drawn, those whose middle lies within a rectangle of their page's recognised lines.
- seconds: a page, from its file to the store, the start of the process that reads shared by all; and how long
  processors worked for it, which other load on the machine changes less.
- doubt: of the recognised lines with a wrong word, and of those without, how many are below the confidence from which
  a citation is sure. A line is right when it stands so in the page.

Drawn pages are cleaner than scans even when they are made worse: ink, paper and bindings are not in them.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from eval.cases import Split
from eval.halves import half
from eval.tasks.segmentation import read_documents
from rag import SURE_RECOGNITION, Assistant, RecognisedLine, Settings

__all__ = ["DEGRADATIONS", "Drawn", "Tally", "add_arguments", "degraded", "drawn_pages", "main", "word_errors"]

DEGRADATIONS = ("clean", "blur", "noise", "skew", "jpeg", "100 dpi", "copy", "75 dpi")
LANGUAGES = ("en", "de", "fr")
_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf", "")
_WIDTH, _HEIGHT, _MARGIN, _GAP = 1654, 2339, 170, 60
_DPI = 200
_N_TEXTS = 8
_PLAIN = str.maketrans({**dict.fromkeys("“”„«»″", '"'), **dict.fromkeys("‘’‚`´", "'"), **dict.fromkeys("–—‐‑", "-")})


class Drawn(NamedTuple):
    """A page as it was drawn. lines: each with the middle of where it stands, in shares of width and height."""

    picture: Image.Image
    lines: tuple[tuple[str, float, float], ...]

    @property
    def words(self) -> list[str]:
        """In reading order."""
        return [word for line, _, _ in self.lines for word in plain(line)]


@dataclass
class Tally:
    """Counts over pages of one kind."""

    n_pages: int = 0
    n_words: int = 0
    n_errors: int = 0
    n_lines: int = 0
    n_placed: int = 0
    n_wrong_lines: int = 0
    n_wrong_doubted: int = 0
    n_right_lines: int = 0
    n_right_doubted: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0


def plain(text: str) -> list[str]:
    """The words of the text, typographic marks as plain ones.

    >>> plain("“Well – no’, he said")
    ['"Well', '-', "no',", 'he', 'said']
    """
    return text.translate(_PLAIN).split()


def word_errors(found: Sequence[str], expected: Sequence[str]) -> int:
    """How many words have to be put in, left out or replaced: Levenshtein's distance over words.

    >>> word_errors(["a", "c", "d"], ["a", "b", "c"])
    2
    """
    row = list(range(len(expected) + 1))
    for i, word in enumerate(found, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(expected, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def drawn_pages(texts: Sequence[str], *, n: int, seed: int) -> Iterator[Drawn]:
    """Pages of these texts, in another font, size and number of columns each."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    for i in range(n):
        name, size = _FONTS[i % len(_FONTS)], chance.uniform(9, 13)
        yield _drawn(
            [texts[(i * _N_TEXTS + k) % len(texts)] for k in range(_N_TEXTS)], _font(name, size), n_columns=1 + i % 2
        )


def _font(name: str, points: float) -> ImageFont.FreeTypeFont:
    pixels = points * _DPI / 72
    if not name:
        font = ImageFont.load_default(size=pixels)
        assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow was built with FreeType
        return font
    return ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts", "ttf", name)), size=pixels)


def _drawn(texts: Sequence[str], font: ImageFont.FreeTypeFont, *, n_columns: int) -> Drawn:
    picture = Image.new("L", (_WIDTH, _HEIGHT), 255)
    canvas = ImageDraw.Draw(picture)
    width = (_WIDTH - 2 * _MARGIN - (n_columns - 1) * _GAP) / n_columns
    leading = font.size * 1.35
    lines: list[tuple[str, float, float]] = []
    column, y = 0, float(_MARGIN)
    for text in texts:
        for line in _wrapped(text, font, width):
            if y + leading > _HEIGHT - _MARGIN:
                column, y = column + 1, float(_MARGIN)
            if column == n_columns:
                return Drawn(picture, tuple(lines))
            x = _MARGIN + column * (width + _GAP)
            canvas.text((x, y), line, fill=20, font=font)
            lines.append((line, (x + font.getlength(line) / 2) / _WIDTH, (y + 0.6 * font.size) / _HEIGHT))
            y += leading
        y += leading
    return Drawn(picture, tuple(lines))


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def degraded(picture: Image.Image, kind: str, *, seed: int) -> Image.Image:
    """The picture made worse as `kind` says, one of `DEGRADATIONS`."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    if kind == "copy":
        for each in ("skew", "blur", "noise"):
            picture = degraded(picture, each, seed=seed)
        return _as_jpeg(picture, quality=50)
    if kind == "blur":
        return picture.filter(ImageFilter.GaussianBlur(1.3))
    if kind == "noise":
        noise = np.random.default_rng(seed).normal(0, 28, (picture.height, picture.width))
        return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
    if kind == "skew":
        angle = chance.choice((-1, 1)) * chance.uniform(1, 2)
        return picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if kind == "jpeg":
        return _as_jpeg(picture, quality=15)
    if kind.endswith(" dpi"):
        share = int(kind.split()[0]) / _DPI
        smaller = (round(share * picture.width), round(share * picture.height))
        return _as_jpeg(picture.resize(smaller, Image.Resampling.LANCZOS), quality=60)
    return picture


def _as_jpeg(picture: Image.Image, *, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval ocr`."""
    parser.add_argument("--n", type=int, default=10, help="how many pages of each language, each in every way")
    parser.add_argument("--seed", type=int, default=0, help="of fonts, sizes and what makes pages worse")
    parser.add_argument(
        "--split", type=Split, choices=[Split.TUNE, Split.REPORT], default=Split.TUNE, help="half of the documents"
    )
    parser.add_argument("--only", default="", help="ways to make pages worse, such as clean,skew; else all")


def main(options: argparse.Namespace) -> int:
    """Print a row for each way and language."""
    folder = os.environ.get("EVAL_DATA", "")
    path = Path(folder, "segmentation", "documents.jsonl")
    if not folder or not path.is_file():
        print("cannot draw pages: EVAL_DATA names no folder with segmentation/documents.jsonl - set it")
        return 1
    kinds = [kind for kind in DEGRADATIONS if not options.only or kind in options.only.split(",")]
    documents = [each for each in read_documents(path) if each.data_set == "pud" and half(each.id) == options.split]
    print(f"{'':8} {'':2}  pages  words  placed  doubted wrong  right   seconds, of a processor")
    for kind in kinds:
        for language in LANGUAGES:
            texts = [document.text for document in documents if document.language == language]
            tally = measure(list(drawn_pages(texts, n=options.n, seed=options.seed)), kind, seed=options.seed)
            print(f"{kind:8} {language}  {_row(tally)}", flush=True)
    return 0


def _row(tally: Tally) -> str:
    return (
        f"{tally.n_pages:5}  {1 - tally.n_errors / max(1, tally.n_words):.3f}  {tally.n_placed:4}/{tally.n_lines:<4}"
        f"{tally.n_wrong_doubted:6}/{tally.n_wrong_lines:<5}{tally.n_right_doubted:4}/{tally.n_right_lines:<5}"
        f"{tally.seconds / max(1, tally.n_pages):6.2f}"
        f"{tally.processor_seconds / max(1, tally.n_pages):6.2f}"
    )


def measure(pages: Sequence[Drawn], kind: str, *, seed: int) -> Tally:
    """What the pages, made worse, are read as; a page that is refused counts with all of its words."""
    tally = Tally()
    settings = Settings(embedder="hashing", max_read_seconds=600)
    before = _processor_seconds()
    with tempfile.TemporaryDirectory() as scratch, Assistant.open(Path(scratch, "store"), settings) as assistant:
        for i, page in enumerate(pages):
            path = Path(scratch, f"{i}.png")
            degraded(page.picture, kind, seed=seed + i).save(path)
            started = time.perf_counter()
            report = assistant.add([path])
            tally.seconds += time.perf_counter() - started
            tally.n_pages += 1
            tally.n_words += len(page.words)
            tally.n_lines += len(page.lines)
            if report.failed:
                tally.n_errors += len(page.words)
            else:
                _count(tally, page, assistant, str(path))
    tally.processor_seconds = _processor_seconds() - before  # of the process that read, which has ended
    return tally


def _processor_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _count(tally: Tally, page: Drawn, assistant: Assistant, source: str) -> None:
    info = next(info for info in assistant.documents() if info.source == source)
    document = assistant.document(info.id)
    tally.n_errors += word_errors(plain(document.text), page.words)
    found = RecognisedLine.all_in(document.metadata)
    drawn = {tuple(plain(line)) for line, _, _ in page.lines}
    for _, x, y in page.lines:
        places = (line.place for line in found)
        tally.n_placed += any(place.left <= x <= place.right and place.top <= y <= place.bottom for place in places)
    for line in found:
        is_doubted = line.confidence < SURE_RECOGNITION
        if tuple(plain(line.span.slice(document.text))) in drawn:
            tally.n_right_lines += 1
            tally.n_right_doubted += is_doubted
        else:
            tally.n_wrong_lines += 1
            tally.n_wrong_doubted += is_doubted
