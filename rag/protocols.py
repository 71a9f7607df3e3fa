"""The sockets, on one page: what each interchangeable backend takes, gives and promises.

A backend is one file in the folder named after its socket, one line in `rag.assembly.backends` and one line in
`tests/contracts/`. The promises below are checked for every backend by the contracts in `rag.testing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.types import Document, Evidence, Failure, Hit, Span, Tokens, Turn, Verdict

__all__ = [
    "CANNOT_ANSWER",
    "ClaimWithEvidence",
    "CollectionReader",
    "Embedder",
    "FloatArray",
    "Generator",
    "IdArray",
    "PassageReader",
    "PassageReading",
    "PassageVectors",
    "Reader",
    "Reranker",
    "ShownPassage",
    "TextualReader",
    "VectorIndex",
    "Verifier",
    "Waiting",
    "WordIndex",
    "waiting",
]

FloatArray: TypeAlias = NDArray[np.float32]
IdArray: TypeAlias = NDArray[np.int64]

CANNOT_ANSWER = "The evidence does not answer the question."
"""What a generator writes, and nothing else, when the evidence is not enough."""


class Reader(Protocol):
    """Turns a file into a document."""

    media_types: frozenset[str]

    def read(self, path: Path) -> Document:
        """The document in `path`, its text decoded and normalised once and for all.

        What the file says about itself (`published`, `author`, `publisher`, `url`, `language`) goes into the
        metadata. Where the format has pages, `page_starts` holds the offset at which each page begins, ascending from
        that of page 1, with commas between them: "0,1523,1523,4080" (page 2 is empty). Where other
        numbers are printed on them, `page_labels` holds those as a JSON list: ["iv", "v", "1", "A-3"].

        Raises:
            ReadError: the file is empty, too large, of another kind, damaged or out of reach.
        """


class TextualReader(Protocol):
    """A `Reader` of text that may be in any encoding, and that takes the word of whoever sent it.

    takes_charset: True says that the reader is one.
    """

    media_types: frozenset[str]
    takes_charset: bool

    def read(self, path: Path, *, charset: str = "") -> Document:
        """As `Reader.read`; `charset` goes before what the file says itself, unless its bytes contradict it."""


class CollectionReader(Protocol):
    """Turns a file that holds many documents, such as a mailbox or a news feed, into documents."""

    media_types: frozenset[str]

    def read_each(self, path: Path) -> Iterator[Document | Failure]:
        """The documents in `path`, one after the other, and in place of one that cannot be read the reason.

        A document's source is the path, "#" and a key that stays with the entry: its id, address or message id, else
        its position from 1. Keys are distinct within a file. What the file itself is, such as a mail that holds others,
        has the path alone. For the rest as `Reader.read`.

        Raises:
            ReadError: the file as a whole is empty, too large, of another kind, damaged or out of reach.
        """


class PassageVectors(NamedTuple):
    """Vectors of passages and of the sentences inside them, rows of length 1.

    passages: float32 (n, dim), row i belongs to text i.
    sentences: one float32 (number of spans, dim) array for each text, row j belongs to its span j.
    """

    passages: FloatArray
    sentences: list[FloatArray]


class Embedder(Protocol):
    """Turns texts into vectors of length 1, whose inner product says how close the meanings are.

    id: names the model and its revision; vectors of different ids are never compared.
    dim: numbers per vector.
    max_tokens: tokens of one text that the model reads; a text of at most that many by `count_tokens` is read whole.

    Rows keep the input order; the same text gives the same row in any batch, to 1e-5; no texts give (0, dim). Several
    threads may call at once.
    """

    id: str
    dim: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens of the model each text takes, without the model's own marks around it."""

    def embed_questions(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each question."""

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """float32 (n, dim), one row for each passage."""

    def embed_sentences(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> PassageVectors:
        """Each passage's vector as `embed_passages` gives it, and one for each of its sentence spans.

        A span that is blank, or beyond what the model reads, still gets a row of length 1. The vector of a sentence
        may know its neighbours: backends that can read a whole passage at once average its token vectors over each
        span, which costs nothing on top of the passage.
        """


class VectorIndex(Protocol):
    """Finds passages by vector. Disposable: storage can always rebuild it.

    generation: the store's generation that the files last loaded or saved were made from, 0 when there are none.
    is_exact: whether hits and scores are those of the vectors that were added. Where they are only close to them, as
        in a large quantised index, whoever searches asks for more than needed and scores those by the stored vectors.
    is_shared: whether other processes search and change the same passages, as in a server, and not a copy of their own.
    """

    generation: int
    is_shared: bool

    @property
    def is_exact(self) -> bool:
        """Whether the scores are the inner products themselves."""

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Make the passages findable; an id that is known already, or comes twice, gets its last vector."""

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""

    def search(self, vectors: FloatArray, k: int, *, among: IdArray | None = None) -> list[list[Hit]]:
        """For each row of `vectors` at most `k` hits by inner product, best first, equal scores by id.

        Several threads may search at once, and while another one adds or removes.

        among: int64 (m,), ascending: the only ids that may be found; None for all. Unknown ids are ignored.
        """

    def clear(self) -> None:
        """Forget everything."""

    def ids(self) -> list[int]:
        """The ids of all passages in the index, ascending."""

    def newest(self) -> int:
        """An id that none in the index goes beyond, though it may have been removed; -1 when there are none."""

    def save(self, folder: Path, *, embedder_id: str, generation: int) -> None:
        """Write the index into `folder` in one step: a crash leaves the old files or the new ones.

        Raises:
            StoreFullError: the disk is full. StoreError: the folder cannot be written to for another reason.
        """

    def load(self, folder: Path, *, embedder_id: str) -> bool:
        """Read what `save` wrote; False, and an empty index, when it is missing, torn or of another embedder.

        Bad files are never an error.
        """

    def __len__(self) -> int: ...


class WordIndex(Protocol):
    """Finds passages by the words in them and in what stands above them."""

    def add(self, ids: Sequence[int], texts: Sequence[str], *, headings: Sequence[str] = ()) -> None:
        """Make the passages findable; an id that is known already, or comes twice, gets its last text.

        headings: for each passage what stands above it, such as its document's title; () for none. Its words find the
        passage as those of the text do.
        """

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the passages; an unknown id is ignored."""

    def search(self, question: str, k: int, *, among: IdArray | None = None) -> list[Hit]:
        """At most `k` passages that share a word with the question, best first, equal scores by id.

        Any text is a question: operators and quotation marks in it have no meaning.

        among: int64 (m,), ascending: the only ids that may be found; None for all. Unknown ids are ignored.
        """

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """In how many passages each word occurs, in any form that `search` takes for the same."""

    def holding(self, word: str) -> IdArray:
        """int64 (m,), ascending: the ids of all passages in which the word occurs, as `document_frequencies` counts."""

    def clear(self) -> None:
        """Forget everything."""

    def compact(self) -> bool:
        """Leave no word of a forgotten passage behind, unless that takes seconds; whether none is."""

    def compact_partly(self, *, is_roomy: bool = False) -> bool:
        """Do a part of what leaves none behind, in a transaction after that which removed; whether there is more to do.

        is_roomy: a part of some hundredths of a second; else a small one, in little space.
        """

    def is_sound(self, passages: Iterable[tuple[Sequence[int], Sequence[str]]]) -> bool:
        """Whether the passages, ids and texts a batch at a time, can be found by these texts, as far as it can tell."""

    def __len__(self) -> int: ...


class Reranker(Protocol):
    """Scores how well each text fits a question."""

    def score(self, question: str, texts: Sequence[str]) -> FloatArray:
        """float32 (n,), aligned with `texts`; higher is better. It never sorts, cuts or drops."""


class ShownPassage(NamedTuple):
    """Neighbouring sentences of one document as a reader sees them, under the heading of the document.

    heading: title, publisher, author and date as far as they are known; empty when nothing is.
    """

    heading: str
    sentences: tuple[str, ...]


class PassageReading(NamedTuple):
    """What a reader says about a question beside a passage, all as log-odds.

    answers: float32 (n,), whether each of the first n sentences answers; those behind did not fit and were not read.
    any_answers: whether one of them does.
    unmet: words of the question, as it was given, that the passage says nothing of; () also where nothing is known.
    """

    answers: FloatArray
    any_answers: float
    unmet: tuple[str, ...] = ()


class PassageReader(Protocol):
    """Reads a question together with passages: which sentence answers, and whether any does.

    A reranker that has this method too is asked for whole passages, not for one sentence after the other.
    """

    def read(self, question: str, passages: Sequence[ShownPassage]) -> list[PassageReading]:
        """One reading for each passage, in order; what is said of one depends on no other."""


class Generator(Protocol):
    """Phrases a draft from numbered evidence.

    id: names the generator and its model.
    prompt_id: names the prompt; empty when there is none.
    """

    id: str
    prompt_id: str

    def generate(self, question: str, evidence: Sequence[Evidence], history: Sequence[Turn]) -> Iterator[str]:
        """Pieces of a text with `[n]` markers, n being `Evidence.number`.

        A line of markers alone asks for the sentences themselves: the code copies them, nobody rewrites them.
        `CANNOT_ANSWER` alone says that the evidence does not answer.

        Raises:
            GeneratorError: the language model behind it cannot be asked, or writes what is no answer.
        """

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """The question so that it can be understood without the conversation; unchanged when it cannot tell.

        Raises:
            GeneratorError: the language model behind it cannot be asked.
        """


class Waiting:
    """Who waits for an answer: whether still, and how many tokens of language models it took.

    A model is asked far below, by whatever socket has one. What asks it finds this with `waiting()`, ends the request
    when nobody waits any more, and says what it took.

    >>> whole = Waiting()
    >>> with whole.here():
    ...     waiting().count(Tokens(200, 20))
    >>> whole.tokens
    Tokens(read=200, written=20)
    """

    def __init__(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        self.is_stopped = is_stopped
        self.tokens: Tokens | None = Tokens(0, 0)

    @contextmanager
    def here(self) -> Iterator[None]:
        """What is called inside works for whoever waits here."""
        token = _WAITING.set(self)
        try:
            yield
        finally:
            _WAITING.reset(token)

    def count(self, tokens: Tokens | None) -> None:
        """Add what one request took; None where that is not known, and so the sum is not."""
        known = self.tokens
        self.tokens = Tokens(known.read + tokens.read, known.written + tokens.written) if known and tokens else None


_WAITING: ContextVar[Waiting] = ContextVar("_WAITING")


def waiting() -> Waiting:
    """Who waits for what is done here; nobody that can stop, where it is not known."""
    return _WAITING.get(None) or Waiting()


class Surroundings(NamedTuple):
    """What stands around a quoted sentence in its document, so that "This is a lie." right after it is seen.

    before, after: the neighbouring sentences in the order of the text; empty where nothing is known.
    heading: the title above it, empty for none.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    heading: str = ""


class ClaimWithEvidence(NamedTuple):
    """A claim and the quotes that it cites.

    speakers: who says each quote, as the document names them, so that "Rubio said …" can be checked against a quote
        that only says "he"; empty for nobody, and the whole tuple is empty when nothing is known.
    surroundings: what stands around each quote; the whole tuple is empty when nothing is known.
    """

    evidence: tuple[str, ...]
    claim: str
    speakers: tuple[str, ...] = ()
    surroundings: tuple[Surroundings, ...] = ()


class Verifier(Protocol):
    """Judges whether evidence supports claims."""

    id: str

    def verify(self, pairs: Sequence[ClaimWithEvidence]) -> list[Verdict]:
        """One verdict for each pair, in order; the score is the probability of support, 0 to 1."""
