"""Bytes of a file, and the text they mean.

Finding an encoding by its statistics is charset-normalizer's work. Ours is what it cannot know: the marks and
declarations that come first, damaged UTF-8, and which of the Western and Central European encodings fits, where
charset-normalizer sees equally clean candidates.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from rag.errors import ReadError

__all__ = ["DEFAULT_MAX_BYTES", "Decoded", "decode", "decoded_with_notice", "likely_encoding", "read_bytes"]

DEFAULT_MAX_BYTES = 50_000_000
MAX_SAMPLE_BYTES = 65_536

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = {
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x7fELF": "a program",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"%PDF-": "a PDF",
    b"\x1f\x8b\x08": "a gzip archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"SQLite format 3\0": "a database",
    b"{\\rtf": "a rich text document",
}
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))

# Bytes 0x80-0x9f are controls in ISO 8859-1 and quotation marks in Windows-1252; writers mean the latter.
# Source: WHATWG Encoding Standard, section 4.2 (names and labels).
_WIDER_BY_DECLARED = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_DECLARABLE = re.compile(r"utf-8|ascii|tis-620|(cp|iso8859-|koi8-|mac-|gb|hz|big5|euc_|shift_jis|iso2022_).*")
_SHIFTING = re.compile(r"iso2022_.*|hz")

_CANDIDATES = [
    *("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman"),
    *("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "cp1253", "iso8859_7", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
# Letters beyond a-z of the languages that were written in each encoding; the first encoding wins a draw.
# Source: Unicode CLDR, main exemplar characters.
_ALPHABETS_BY_LATIN_ENCODING = {
    "cp1252": (
        "àâæçéèêëîïôœùûüÿ",
        "äöüßé",
        "áéíñóúüàèòïç",
        "ãáàâçéêíóôõúü",
        "àèéìíîòóùú",
        "åäöéü",
        "æøåéèêóòâôü",
        "áéíóúýþæöð",
    ),
    "cp1250": ("áäčďéěíĺľňóôŕřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ"),
    "iso8859_2": ("áäčďéěíĺľňóôŕřšťúůýž", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ"),
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äöõüšž"),
}
_WESTERN = frozenset("".join(_ALPHABETS_BY_LATIN_ENCODING["cp1252"])) - {"ÿ"}
for _encoding, _model in (("mac_roman", "cp1252"), ("cp850", "cp1252"), ("cp852", "cp1250"), ("mac_latin2", "cp1250")):
    _ALPHABETS_BY_LATIN_ENCODING[_encoding] = _ALPHABETS_BY_LATIN_ENCODING[_model]
_TYPOGRAPHY = frozenset("“”„‘’‚‹›«»–—…•·€£¥§©®™°¿¡ºª½¼¾†‡ \u00a0\u00ad\u0307")

_CAPITALS = "".join(filter(str.isupper, map(chr, range(0xC0, 0x250))))
_MISPLACED = re.compile(
    # A capital inside a word of small letters, and a mark inside a word, are letters of another encoding.
    rf"(?<=[a-zß-öø-ÿ])[{_CAPITALS}ƒ](?![A-Z{_CAPITALS}])"
    r"|(?<=[A-Za-z])[“”„‘‚‹›«»…•€£¥§©®™°¿¡ºª½¼¾†‡¬¨´¸¯˜ˆ˙˚˝˛ˇ·–—](?=[a-z])|(?<=[A-Z])[À-ÖØ-Þ](?=[a-z]{2})"
)
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_WITH_WINDOWS_1252 = "readers-windows-1252"
_MIXED = "It mixes UTF-8 with another encoding, which was taken to be Windows-1252."
_TWICE = "It was encoded as UTF-8 twice, which was undone."
_CONTINUING = "\u0080-¿ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"
_DOUBLED = re.compile(f"[ÃÄÅÐÑ][{_CONTINUING}]|â[€‚„][{_CONTINUING}]|Â[\u00a0-¿]")
_WITHOUT_LAST_BYTE = re.compile(f"â€(?![{_CONTINUING}\x81-\x9d])")
"""A closing quotation mark whose last byte is no letter in Windows-1252, and was dropped."""
_BEGINS_DOUBLED = "ÃÄÅÐÑâÂ"
_FEWEST_DOUBLED = 2
_ASSUMED = "It does not say in which encoding it is; {} was assumed from its letters."
_NAME_BY_ENCODING = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1254": "Windows-1254",
    "iso8859_2": "ISO 8859-2",
    "mac_roman": "Mac Roman",
    "cp850": "DOS code page 850",
    "cp852": "DOS code page 852",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "cp949": "EUC-KR",
    "big5": "Big5",
    "koi8_r": "KOI8-R",
}
_FEWEST_UTF_16_BYTES = 8
_FEW = 4
"""So few characters beyond ASCII may mean one thing in one encoding, and as well another in the next."""


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of an ordinary file.

    Raises:
        ReadError: there is no such file, it is a folder, a pipe or a device, it is out of reach, empty, or too large.
    """
    try:
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(status.st_mode):
                raise ReadError(str(path), "it is a pipe or a device - copy its content into a file")
            # One byte more than allowed: the file may grow between the look and the read.
            data = file.read(max_bytes + 1) if status.st_size <= max_bytes else b""
            size_bytes = max(status.st_size, len(data))
    except FileNotFoundError as error:
        raise ReadError(str(path), "there is no such file - check the name") from error
    except IsADirectoryError as error:
        raise ReadError(str(path), "it is a folder - name the files in it") from error
    except PermissionError as error:
        raise ReadError(str(path), "it may not be opened - ask for the right to read it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(str(path), f"it cannot be opened ({reason}) - check the name and the disk") from error
    if size_bytes > max_bytes:
        raise ReadError(
            str(path),
            f"it has {size_bytes:,} bytes, more than the {max_bytes:,} allowed - split it, or raise max_file_bytes",
        )
    if not data.strip():
        raise ReadError(str(path), "it is empty - leave it out, or save it again with its text")
    return data


class Decoded(NamedTuple):
    """The text, and a sentence on what was assumed where that is not sure; empty otherwise."""

    text: str
    notice: str


def decode(data: bytes, path: Path, *, declared: str = "") -> str:
    """The text alone of `decoded_with_notice`.

    Raises:
        ReadError: the file is not text, or its bytes fit no known encoding.
    """
    return decoded_with_notice(data, path, declared=declared).text


def decoded_with_notice(data: bytes, path: Path, *, declared: str = "", sent_as: str = "") -> Decoded:
    """The text that the bytes mean, not normalised yet.

    First what marks itself (byte-order marks, valid UTF-8), then the declared encoding, then mostly valid UTF-8 with
    what other programs put between and U+FFFD for each damaged byte, then what the letters look like.

    Args:
        declared: the encoding that the file names itself; ignored when the bytes contradict it.
        sent_as: the encoding that whoever sent it names, which goes before; ignored in the same way.

    Raises:
        ReadError: the file is not text, or its bytes fit no known encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(_decode_marked(data.removeprefix(mark), encoding, path), "")
    named = [codec for label in (sent_as, declared) if label and (codec := _codec_of(label))]
    if encoding := _unmarked_utf_16(data):
        return Decoded(data.decode(encoding), "")
    _refuse_binary(data, path)
    shifting = next(filter(_SHIFTING.fullmatch, named), "iso2022_jp" if b"\x1b$" in data else "")
    for encoding in filter(None, (shifting, "utf-8", *named)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        once = _encoded_once(text) if encoding == "utf-8" else ""
        return Decoded(once, _TWICE) if once else Decoded(text, "")
    damaged = data.decode("utf-8", "replace")
    n_damaged, n_beyond_ascii = damaged.count("\ufffd"), len(re.findall("[^\x00-\x7f]", damaged))
    n_alone = len(_ALONE.findall(data))
    if n_damaged * 8 <= n_beyond_ascii or (n_alone == n_damaged and n_beyond_ascii - n_damaged >= n_damaged / 4):
        text = data.decode("utf-8", _WITH_WINDOWS_1252)
        return Decoded(text, _MIXED if n_alone and text != damaged else "")
    guess = _detect(data, path)
    notice = "" if guess.is_sure else _ASSUMED.format(_NAME_BY_ENCODING.get(guess.encoding, guess.encoding))
    return Decoded(data.decode(guess.encoding, "replace"), notice)


def _encoded_once(text: str) -> str:
    """The text that was taken for Windows-1252 when it was UTF-8 already, and encoded again; empty for any other.

    >>> _encoded_once("The cafÃ© â€œÃ‰lanâ€ owes 5 â‚¬."), _encoded_once("Ã and Â are letters, and café is a word.")
    ('The café “Élan” owes 5 €.', '')
    """
    if text.isascii() or not any(sign in text for sign in _BEGINS_DOUBLED):
        return ""
    if len(_DOUBLED.findall(text)) < _FEWEST_DOUBLED:
        return ""
    try:
        # Five bytes are no letters there, and programs keep them as controls.
        whole = _WITHOUT_LAST_BYTE.sub("â€\x9d", text)
        pieces = [sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252") for sign in whole]
        return b"".join(pieces).decode("utf-8")
    except UnicodeError:
        return ""


def _from_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8 read as Windows-1252, where it stands alone and is a letter or a mark of the West."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start, end = error.object, error.start, error.end
    character = data[start : start + 1].decode("cp1252", "replace")
    is_alone = end - start == 1 and data[start - 1 : start].isascii() and data[end : end + 1].isascii()
    is_likely = character.lower() in _WESTERN or character in _TYPOGRAPHY
    beside = data[max(0, start - 1) : start] + data[end : end + 1]
    return (character if is_alone and is_likely and beside.strip() else "\ufffd"), end


codecs.register_error(_WITH_WINDOWS_1252, _from_windows_1252)


def _unmarked_utf_16(data: bytes) -> str:
    """UTF-16 in either order, when the bytes are that without its mark; empty otherwise."""
    sample = data[: MAX_SAMPLE_BYTES & ~1]
    if len(data) % 2 or len(data) < _FEWEST_UTF_16_BYTES or b"\0" not in sample:
        return ""
    n_even, n_odd = sample[::2].count(0), sample[1::2].count(0)
    n_plain = len(re.findall(rb"[ -~\t\r\n]", sample))
    if n_plain * 10 > len(sample) * 9:  # plain text with a stray NUL
        return ""
    encoding = "utf-16-le" if n_odd > n_even else "utf-16-be"
    if min(n_even, n_odd) * 20 > max(n_even, n_odd):
        return ""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    shown = text[: MAX_SAMPLE_BYTES // 2]
    n_strange = sum(unicodedata.category(sign) in ("Cc", "Cn", "Co") and sign not in "\t\n\r\f\v" for sign in shown)
    n_usual = sum(sign.isalnum() or sign.isspace() for sign in shown)
    return encoding if n_strange * 50 <= len(shown) and n_usual * 2 > len(shown) else ""


def _decode_marked(data: bytes, encoding: str, path: Path) -> str:
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") * 8 > len(text):
        raise ReadError(str(path), f"it starts as {encoding} and goes on as something else - save it as UTF-8")
    return text


def _refuse_binary(data: bytes, path: Path) -> None:
    kind = next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), "")
    if kind:
        raise ReadError(str(path), f"it is {kind}, not text - give it its right name, or save it as text")
    n_controls = len(data) - len(data.translate(None, delete=_CONTROL_BYTES))
    if n_controls > max(8, len(data) // 50):
        raise ReadError(str(path), "it holds bytes that are not text - leave it out, or save it as UTF-8 text")


def _codec_of(label: str) -> str:
    """Python's name for a declared encoding; empty for one that is unknown or that no document may ask for."""
    try:
        name = codecs.lookup(label.strip().lower()).name
    except (LookupError, ValueError):
        return ""
    # Python also knows utf-7, unicode_escape and others that turn harmless bytes into something else.
    return _WIDER_BY_DECLARED.get(name, name) if _DECLARABLE.fullmatch(name) else ""


def likely_encoding(data: bytes, path: Path) -> str:
    """Python's name of the encoding that the letters look like.

    Raises:
        ReadError: they fit none.
    """
    return _detect(data, path).encoding


class _Guess(NamedTuple):
    encoding: str
    is_sure: bool


def _detect(data: bytes, path: Path) -> _Guess:
    """The encoding that the letters of a bounded sample look like."""
    first = re.search(rb"[\x80-\xff]", data)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    if first and first.start() - start > MAX_SAMPLE_BYTES // 2:
        start = data.rfind(b" ", start, first.start()) + 1 or first.start()
    sample = data[start : start + MAX_SAMPLE_BYTES]
    if start + MAX_SAMPLE_BYTES < len(data):
        # A sample must not end inside a character: a line feed or a space is a whole one in every candidate.
        sample = sample[: max(sample.rfind(b"\n"), sample.rfind(b" ")) + 1] or sample
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    strange = {encoding: _n_strange_characters(sample, encoding) for encoding in _ALPHABETS_BY_LATIN_ENCODING}
    latin = min(strange, key=strange.__getitem__)
    n_beyond_ascii = len(re.findall(rb"[\x80-\xff]", sample))
    if best is None and strange[latin] * 4 > n_beyond_ascii:
        raise ReadError(str(path), "its bytes fit no known text encoding - open it in its program and save it as UTF-8")
    # A lone pound sign in an English text is a valid, and likelier, half-width bracket to the statistics.
    is_nearly_ascii = n_beyond_ascii * 20 < len(sample)
    is_latin = strange[latin] == 0 and _are_letters_of_words(sample)
    if best is None or is_nearly_ascii or is_latin or best.encoding in _ALPHABETS_BY_LATIN_ENCODING:
        text = sample.decode(latin, "replace")
        rivals = [encoding for encoding in strange if strange[encoding] == strange[latin]]
        is_open = any(sample.decode(encoding, "replace") != text for encoding in rivals) and n_beyond_ascii < _FEW
        return _Guess(latin, is_sure=strange[latin] * 10 <= n_beyond_ascii and not is_open)
    return _Guess(best.encoding, is_sure=n_beyond_ascii >= _FEW)


def _are_letters_of_words(sample: bytes) -> bool:
    """Whether the bytes beyond ASCII stand one or two at a time among plain letters, as accents do."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    n_letters = len(re.findall(rb"[A-Za-z]", sample))
    n_beyond_ascii = sum(map(len, runs))
    return n_beyond_ascii * 2 <= n_letters and all(len(run) <= 3 for run in runs)


def _n_strange_characters(sample: bytes, encoding: str) -> int:
    """How many characters no single language of the encoding explains; 0 is the best fit."""
    beyond_ascii = [character for character in sample.decode(encoding, "replace").lower() if character > "\x7f"]
    letters = [character for character in beyond_ascii if character.isalpha() and character not in _TYPOGRAPHY]
    n_symbols = sum(1 for character in beyond_ascii if not character.isalpha() and character not in _TYPOGRAPHY)
    n_misplaced = len(_MISPLACED.findall(sample.decode(encoding, "replace")))
    return (
        n_symbols
        + n_misplaced
        + min(
            sum(1 for letter in letters if letter not in alphabet)
            for alphabet in _ALPHABETS_BY_LATIN_ENCODING[encoding]
        )
    )
