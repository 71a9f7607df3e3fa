"""The words of a PDF page with the places where they stand, as PDFium finds them.

PDFium gives characters in the order in which the file draws them, with blanks where glyphs stand apart. Here they are
made words; the page is turned so that most of its text runs from left to right, whichever way it was drawn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from rag.readers._normalisation import normalise
from rag.readers.pdf.letters import LIGATURES, Letters
from rag.readers.pdf.lookups import PlacedText, beside, is_mostly_picture
from rag.readers.pdf.places import SMALLEST_SIZE, Box, TextPage
from rag.readers.shape.drawn import Word
from rag.readers.shape.raised import lowered, raised

if TYPE_CHECKING:
    from rag.readers.pdf.recognition import Recognised

__all__ = ["Page", "Turn", "Word", "words_of"]

HYPHEN_MARKS = "\x02\ufffe\u00ad"
"""What PDFium makes of a hyphen at the end of a line, and the hyphen that is only seen there."""
_WEAK_HYPHEN = "\u2010"
_RUN = re.compile(rf"[^\s{HYPHEN_MARKS}]+[{HYPHEN_MARKS}]?")
_BULLETS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→"}
"""What the fonts of signs have at code points for private use, before items of lists."""
_WRITTEN = str.maketrans(LIGATURES | _BULLETS)
_UNKNOWN = re.compile("[\ue000-\uf8ff\ufffd]")
"""Code points for private use, and the one for no character."""
_USUAL_SIZE = 10.0
_FEW_WORDS = 40
"""A page of fewer words, most of which is a picture, may be a scan with a stamp, or a slide."""
_MAY_BE_RAISED = re.compile(r"[^\W_].*\d|\d.*[^\W_]|[.,;:!?)\]%’”\"]\d")
_SMALLER = 0.85
_RISE, _SINK = 0.2, 0.08
"""In font sizes: how far a smaller sign stands above or below the line at least."""
_MARKS: Mapping[int, Callable[[str], str]] = {0: str, 1: raised, -1: lowered}
_RIGHT_TO_LEFT_LETTERS = re.compile("[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\ufb1d-\ufdff\ufe70-\ufefc]")
_STOP = re.compile(r"[.,:;!?)\]}»،؛؟]+")
_FROM_THE_LEFT = re.compile(r"[0-9a-zA-Z]+(?:[.,:/%-][0-9a-zA-Z]+)*|.", re.DOTALL)
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_IDEOGRAPH = re.compile("[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]")
_ONE_IDEOGRAPH = re.compile(_IDEOGRAPH.pattern)
_ALEFS, _LAM = frozenset("اأإآ"), "ل"
_SAME_PLACE, _SAME_LINE, _TOUCHING, _BEFORE_STOP = 0.01, 0.5, 0.05, 0.2
_TWICE = re.compile(r"([^\W_])\1")
_SAME_SIGN = 0.75
"""In widths: two of the same letter stand a width apart."""


class Turn(NamedTuple):
    """How a page was turned and mirrored to be read: quarter turns of its text, counter-clockwise, and what is seen."""

    quarter_turns: int
    visible: Box
    is_mirrored: bool

    def drawn(self, word: Word) -> Box:
        """Where the word is drawn on the page as its file has it: in points, y growing upwards.

        >>> Turn(0, Box(0, 0, 100, 200), is_mirrored=False).drawn(Word("a", 10, 20, 30, 40, 10))
        Box(left=10, bottom=160, right=30, top=180)
        """
        left, top, right, bottom = word.left, word.top, word.right, word.bottom
        if self.is_mirrored:
            left, right = -right, -left
        seen = self.visible
        if self.quarter_turns == 1:
            return Box(top + seen.left, left + seen.bottom, bottom + seen.left, right + seen.bottom)
        if self.quarter_turns == 2:
            return Box(seen.right - right, top + seen.bottom, seen.right - left, bottom + seen.bottom)
        if self.quarter_turns == 3:
            return Box(seen.right - bottom, seen.top - right, seen.right - top, seen.top - left)
        return Box(left + seen.left, seen.top - bottom, right + seen.left, seen.top - top)


class Page(NamedTuple):
    """One page as it is read.

    words: in the order of the file. height: in points, of the page as it is turned to be read.
    n_characters: how many were drawn. n_unknown: how many words hold a sign whose meaning the font does not say.
    has_pictures: only looked for where there are no words. remarks: notes of readers on the page, a line each.
    may_be_picture: whether it looks like a scan: a picture, or curves without words, is most of what is seen.
    recognised: how the words were read in a picture of the page; None where the file says them.
    turn: from the words back to where they are drawn; None where there is no such place.
    """

    number: int
    words: tuple[Word, ...]
    height: float
    n_characters: int = 0
    n_unknown: int = 0
    has_pictures: bool = False
    remarks: tuple[str, ...] = ()
    may_be_picture: bool = False
    recognised: Recognised | None = None
    turn: Turn | None = None


class _Drawn(NamedTuple):
    """A word where it is drawn: y grows upwards; `quarter_turns` counter-clockwise, -1 for a slanting word."""

    text: str
    box: Box
    size: float
    quarter_turns: int
    is_after_blank: bool
    is_known: bool


def words_of(document: pypdfium2.PdfDocument, index: int, letters: Letters) -> Page:
    """The page at `index`, from 0; `letters` are those of the document's fonts.

    Raises:
        PdfiumError: the page is damaged.
    """
    page = document[index]
    try:
        visible = Box(*page.get_cropbox())
        text_page = page.get_textpage()
        try:
            signs = TextPage(text_page.raw)
            characters = letters.named(text_page.raw, signs.characters())
            is_mirrored = _is_right_to_left("".join(characters))
            drawn = [word for word in _drawn_words(signs, characters, is_mirrored) if _is_inside(word.box, visible)]
        finally:
            text_page.close()
        around = beside(document, page)
        drawn += [_drawn_beside(text, drawn) for text in around.placed]
        has_pictures = not drawn and any(True for _ in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4))
        may_be_picture = len(drawn) < _FEW_WORDS and is_mostly_picture(page, visible, any_size=not drawn)
    finally:
        page.close()
    if any(word.quarter_turns == 3 and _IDEOGRAPH.match(word.text) for word in drawn):
        drawn = [word._replace(quarter_turns=3) if _ONE_IDEOGRAPH.fullmatch(word.text) else word for word in drawn]
    n_letters_by_turns = Counter[int]()
    for word in drawn:
        n_letters_by_turns[word.quarter_turns] += len(word.text)
    most_turns = max(0, max(n_letters_by_turns, key=n_letters_by_turns.__getitem__, default=0))
    words = [_turned(word, most_turns, visible) for word in drawn]
    if is_mirrored:
        words = list(_in_their_lines([word._replace(left=-word.right, right=-word.left) for word in words]))
    height = visible.right - visible.left if most_turns % 2 else visible.top - visible.bottom
    n_unknown = sum(not word.is_known for word in drawn)
    n_characters = len(characters) - sum(map(str.isspace, characters))
    return Page(
        index + 1,
        tuple(words),
        height,
        n_characters,
        n_unknown,
        has_pictures,
        tuple(around.remarks),
        may_be_picture,
        turn=Turn(most_turns, visible, is_mirrored),
    )


def _drawn_beside(text: PlacedText, drawn: list[_Drawn]) -> _Drawn:
    """The text as a word at its place, on the line of the word before it, so that a value stands beside its label."""
    middle = (text.bottom + text.top) / 2
    label = max(
        (word for word in drawn if word.box.right <= text.left + 2 and text.bottom <= _middle(word.box) <= text.top),
        key=lambda word: word.box.right,
        default=None,
    )
    size = label.size if label is not None else min(_USUAL_SIZE, max(SMALLEST_SIZE, 0.7 * (text.top - text.bottom)))
    bottom, top = (label.box.bottom, label.box.top) if label is not None else (middle - size / 2, middle + size / 2)
    right = min(max(text.right, text.left + 1), text.left + size * len(text.text) / 2)
    return _Drawn(text.text, Box(text.left, bottom, right, top), size, 0, is_after_blank=False, is_known=True)


def _middle(box: Box) -> float:
    return (box.bottom + box.top) / 2


def _drawn_words(text_page: TextPage, characters: list[str], is_mirrored: bool) -> Iterator[_Drawn]:
    # A sign that is several letters is no blank; it stands for itself here, so that places stay.
    signs = "".join([character if len(character) == 1 else "x" for character in characters])
    for match in _RUN.finditer(signs):
        start, end = match.span()
        text = "".join(characters[start:end])
        if signs[end - 1] in HYPHEN_MARKS:
            text = text[:-1] + _WEAK_HYPHEN
        if word := _placed(text_page, text, start, end - 1, is_mirrored):
            yield word


def _placed(text_page: TextPage, text: str, first: int, last: int, is_mirrored: bool) -> _Drawn | None:
    """The word with its place; None when it has none, or no text.

    is_mirrored: whether the page is read from right to left.
    """
    is_ascii = text.isascii()
    # Where PDFium has characters of 16 bits, an emoji is two of them.
    if not is_ascii:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if last > first and len(text) == last + 1 - first:
        indices: Sequence[int] = range(first, last + 1)
        if _TWICE.search(text):
            indices = _drawn_once(text_page, text, first)
            text = "".join(text[i - first] for i in indices)
        if not is_ascii and _RIGHT_TO_LEFT_LETTERS.search(text):
            text = _in_reading_order(text_page, text, indices)
        elif is_mirrored and not any(map(str.isalpha, text)):
            parts = sorted(_FROM_THE_LEFT.finditer(text), key=lambda part: -text_page.origin(indices[part.start()])[0])
            text = "".join(part[0] for part in parts)
        elif _MAY_BE_RAISED.search(text):
            text = _with_raised_marked(text_page, text, indices)
    if not (is_ascii and text.isprintable()):
        text = normalise(text.translate(_WRITTEN)).strip()
    box = text_page.box(first, last)
    if not text or box is None:
        return None
    size, quarter_turns = text_page.size_and_turns(first, box)
    if (
        quarter_turns == 0
        and not is_ascii
        and last > first
        and _IDEOGRAPH.match(text)
        and _runs_down(text_page, first, last, size)
    ):
        quarter_turns = 3  # lines from the top, and from the right to the left: as of a page that was turned
    box = text_page.on_its_baseline(first, box, size, quarter_turns)
    is_after_blank = first > 0 and not text_page.is_generated(first - 1)
    is_known = is_ascii or not _UNKNOWN.search(text)
    return _Drawn(text, box, size, quarter_turns, is_after_blank, is_known)


def _drawn_once(text_page: TextPage, text: str, first: int) -> list[int]:
    """The indices of the word's signs, but of those drawn a second time beside themselves, which makes them look bold.

    PDFium leaves out those that lie on each other; a narrow letter's second drawing may not.
    """
    indices = [first]
    for i, sign in enumerate(text[1:], start=first + 1):
        box = text_page.box(i, i) if sign == text[indices[-1] - first] else None
        if box is not None:
            (x, y), (before_x, before_y) = text_page.origin(i), text_page.origin(indices[-1])
            is_beside = abs(x - before_x) < _SAME_SIGN * (box.right - box.left)
            if is_beside and abs(y - before_y) < 0.3 * (box.top - box.bottom):
                continue
        indices.append(i)
    return indices


def _in_reading_order(text_page: TextPage, text: str, indices: Sequence[int]) -> str:
    """A word of a script from right to left whose letters were drawn from the left, turned round; its numbers are not.

    A ligature such as lam-alef is one sign for two letters; where the word was turned round, they were not.
    """
    places = [text_page.origin(i)[0] for i in indices]
    letters = [i for i in range(len(text)) if text[i].isalpha() and not text[i].isascii()]
    is_from_the_left = len(letters) > 1 and places[letters[0]] < places[letters[-1]]
    if not is_from_the_left:
        signs = list(text)
        for i in range(len(text) - 1):
            if text[i] in _ALEFS and text[i + 1] == _LAM and abs(places[i] - places[i + 1]) < _SAME_PLACE:
                signs[i], signs[i + 1] = signs[i + 1], signs[i]
        return "".join(signs)
    parts = _FROM_THE_LEFT.findall(text)
    return "".join(part if len(part) > 1 else part.translate(_MIRRORED) for part in reversed(parts))


def _runs_down(text_page: TextPage, first: int, last: int, size: float) -> bool:
    """Whether the signs of a word stand one below the other, as Japanese and Chinese may be written."""
    (x, y), (last_x, last_y) = text_page.origin(first), text_page.origin(last)
    return abs(x - last_x) < size and y - last_y > 0.5 * size * (last - first)


def _with_raised_marked(text_page: TextPage, text: str, indices: Sequence[int]) -> str:
    """The word with its smaller signs above or below its line marked, for `raised.resolved`."""
    places = [text_page.baseline_and_size(i) for i in indices]
    size = max(size for _, size in places)
    base = next(y for y, its_size in places if its_size == size)
    pieces = []
    pending = ""
    kind = 0
    for sign, (y, its_size) in zip(text, places, strict=True):
        shift = (y - base) / size if its_size <= _SMALLER * size else 0.0
        its_kind = 1 if shift > _RISE else -1 if shift < -_SINK else 0
        if its_kind != kind:
            pieces.append(_MARKS[kind](pending))
            pending, kind = "", its_kind
        pending += sign
    pieces.append(_MARKS[kind](pending))
    return "".join(pieces)


def _is_inside(box: Box, visible: Box) -> bool:
    """Whether the middle of the word is on the page: what is drawn beside it nobody sees."""
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return visible.left <= x <= visible.right and visible.bottom <= y <= visible.top


def _turned(word: _Drawn, most_turns: int, visible: Box) -> Word:
    left, bottom, right, top = word.box
    if most_turns == 1:  # upwards: what is read as top is the left
        box = (bottom - visible.bottom, left - visible.left, top - visible.bottom, right - visible.left)
    elif most_turns == 2:
        box = (visible.right - right, bottom - visible.bottom, visible.right - left, top - visible.bottom)
    elif most_turns == 3:  # downwards
        box = (visible.top - top, visible.right - right, visible.top - bottom, visible.right - left)
    else:
        box = (left - visible.left, visible.top - top, right - visible.left, visible.top - bottom)
    return Word(word.text, *box, word.size, word.quarter_turns == most_turns, word.is_after_blank)


def _in_their_lines(words: list[Word]) -> Iterator[Word]:
    """The words of a mirrored page, those side by side in their order, and those that touch as one.

    A ligature may be drawn after the letters that stand on both sides of it.
    """
    run: list[Word] = []
    for word in words:
        is_beside = bool(run) and abs(word.bottom - run[-1].bottom) < _SAME_LINE and word.size == run[-1].size
        if not (is_beside and word.is_upright and _has_no_left_to_right(word.text)):
            yield from _touching_joined(run)
            run = []
        run.append(word)
    yield from _touching_joined(run)


def _touching_joined(run: list[Word]) -> Iterator[Word]:
    pending: Word | None = None
    for word in sorted(run, key=lambda word: word.left):
        is_stop = _STOP.fullmatch(word.text) and not word.is_after_blank
        touching = _BEFORE_STOP if is_stop else _TOUCHING
        if pending is not None and abs(word.left - pending.right) < touching * word.size:
            pending = pending._replace(text=pending.text + word.text, right=word.right)
            continue
        if pending is not None:
            yield pending
        pending = word
    if pending is not None:
        yield pending


def _has_no_left_to_right(text: str) -> bool:
    """Whether a word may be put where it stands in a line from right to left: it is no word of another script."""
    return bool(_RIGHT_TO_LEFT_LETTERS.search(text)) or not any(map(str.isalpha, text))


def _is_right_to_left(signs: str) -> bool:
    """Whether most letters are Hebrew or Arabic; such a page is mirrored, and what is read first is then left."""
    if signs.isascii():
        return False
    n_mirrored = len(_RIGHT_TO_LEFT_LETTERS.findall(signs))
    return n_mirrored > 0 and 2 * n_mirrored > sum(map(str.isalpha, signs))
