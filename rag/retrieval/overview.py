"""What documents are about: the sentences that stand for the whole of one, or for each of several.

A question for an overview names nothing to search for. Of one document the sentences that lead it and that lie nearest
to the mean of all its sentences are taken, none that says again what another one says; of several, the best of each,
from documents that differ. Lines that name what stands below them, rows of tables, questions and what belongs to the
page or the licence and not to the matter never stand for a document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.language.english import POINTING_BACK, SUBJECTS, one_of
from rag.language.words import content_stems
from rag.protocols import FloatArray
from rag.retrieval.ranking import Candidate, Ranked, candidates_of, is_question
from rag.retrieval.whole import DECIDES, is_label
from rag.storage import Store
from rag.storage.filters import Comparison, Filter, Operator
from rag.storage.passages import StoredPassage

__all__ = ["central_sentences", "overview_topic", "sentences_for", "with_decisions_first"]


def overview_topic(question: str) -> str | None:
    """What an overview is asked of: "" for whatever there is, else the words for it; None where none is asked for.

    >>> overview_topic("What is this about?"), overview_topic("Summarise the article about the strike.")
    ('', 'the strike')
    >>> overview_topic("What is the strike about?") is None
    True
    """
    if len(question) > _MOST_CHARACTERS:
        return None
    asked = " ".join(question.lower().replace("’", "'").split()).strip(" ?!.")
    match = next((found for pattern in _OVERVIEWS if (found := pattern.fullmatch(asked))), None)
    return None if match is None else (match.groupdict().get("topic") or "").strip()


class _Document(NamedTuple):
    """The sentences of a document that may stand for it, with their vectors, float32 (n, dim), in reading order."""

    candidates: list[Candidate]
    vectors: FloatArray


def sentences_for(store: Store, dim: int, where: Filter | None, sources: Sequence[str] = ()) -> list[Candidate]:
    """The sentences that stand for the documents, at most `_N_SENTENCES`, in reading order.

    where: which documents. sources: those of them that are meant, the most fitting first; empty for all.
    """
    names = [*sources] or [info.source for info in store.documents.all(where)]
    step = max(1, -(-len(names) // _N_DOCUMENTS))
    documents = [document for name in names[::step] if (document := _read(store, dim, name)) is not None]
    if not documents:
        return []
    if len(documents) == 1:
        return central_sentences(*documents[0], n=_N_SENTENCES)
    means = np.stack([_unit(document.vectors.mean(axis=0)) for document in documents])
    chosen = sorted(_spread(means @ _unit(means.mean(axis=0)), means, _N_SENTENCES))
    best = [central_sentences(*documents[place], n=1)[0] for place in chosen]
    return [*{(each.sentence.document_id, each.sentence.ordinal): each for each in best}.values()]


def _read(store: Store, dim: int, source: str) -> _Document | None:
    """The beginning of a document; None when nothing of it can stand for it, as of a licence."""
    ids = store.passages.ids_where(Comparison("source", Operator.EQUAL, source))
    passages = store.passages.load([int(each) for each in ids[:_N_PASSAGES]], dim).passages
    return _document_of(passages)


def _document_of(passages: Sequence[StoredPassage]) -> _Document | None:
    if not passages:
        return None
    dim = passages[0].vectors.shape[1]
    found = candidates_of(passages, [0.0] * len(passages), np.zeros(dim, dtype=np.float32))
    n_of_the_page = sum(_OF_THE_PAGE.search(candidate.quote) is not None for candidate in found)
    if n_of_the_page > _MOST_OF_THE_PAGE * len(found):
        return None
    found = [candidate for candidate in found if _says_something(candidate)]
    if not found:
        return None
    first = {id(each): each.passage.first_sentence for each in passages}
    rows = [each.passage.vectors[each.sentence.ordinal - first[id(each.passage)]] for each in found]
    return _Document(found, np.stack(rows))


def _says_something(candidate: Candidate) -> bool:
    quote = candidate.quote
    return (
        len(quote.split()) >= _FEWEST_WORDS
        and _ENDED.search(quote) is not None
        and not is_question(quote)
        and not is_label(candidate)
        and "\t" not in quote
        and _ROW.match(quote) is None
        and _LEANS.match(quote) is None
        and quote.count("“") == quote.count("”")
        and quote.count('"') % 2 == 0
        and _OF_THE_PAGE.search(quote) is None
    )


def central_sentences(candidates: Sequence[Candidate], vectors: FloatArray, *, n: int) -> list[Candidate]:
    """The `n` sentences that stand for all of them, in reading order.

    vectors: float32 (len(candidates), dim), rows of length 1. The first sentence counts as the lead; those behind it
    the less, the later they come; one that has the words of the title counts more.
    """
    title = content_stems(candidates[0].passage.title)
    shared = [len(title & content_stems(each.quote)) / len(title) if title else 0.0 for each in candidates]
    lead = 1 / (1 + np.arange(len(candidates), dtype=np.float32))
    central = vectors @ _unit(vectors.mean(axis=0))
    scores: FloatArray = (central + _LEAD * lead + _TITLE * np.array(shared)).astype(np.float32)
    return [candidates[place] for place in sorted(_spread(scores, vectors, n))]


def _spread(scores: FloatArray, vectors: FloatArray, n: int) -> list[int]:
    """The places of the `n` best scores, each lowered by its likeness to what was taken before it.

    Source: maximal marginal relevance, Carbonell and Goldstein 1998.
    """
    taken: list[int] = []
    for _ in range(min(n, len(scores))):
        like = (vectors @ vectors[taken].T).max(axis=1) if taken else np.zeros(len(scores))
        worth = np.array(scores - _APART * like)
        worth[taken] = -np.inf
        taken.append(int(np.argmax(worth)))
    return taken


def with_decisions_first(question: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The places in their order; where the question asks for all that was decided, what says so in one document first.

    That document has the most such sentences among the best places; they are lifted well above all others.
    """
    if not ranked or not _ASKS_FOR_DECISIONS.match(question):
        return [*ranked]
    found = [place for place in ranked if place.score > 0 and DECIDES.search(place.candidate.quote)]
    counts = Counter(place.candidate.sentence.document_id for place in ranked[:_N_NEAR])
    for document, _ in counts.most_common():
        own = [place for place in found if place.candidate.sentence.document_id == document]
        if len(own) >= _FEWEST_DECISIONS:
            score = min(1.0, ranked[0].score + _LIFT)
            first = [place._replace(score=score) for place in own[:_N_SENTENCES]]
            return [*first, *(place for place in ranked if place not in own[:_N_SENTENCES])]
    return [*ranked]


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector)) or 1.0
    unit: FloatArray = (vector / length).astype(np.float32)
    return unit


_ASKS_FOR_DECISIONS = re.compile(
    r"\W*(?:what|which) (?:decisions?\b|(?:was|were|has been|have been|got) (?:decided|agreed|resolved|adopted)"
    r"|(?:did|has) (?:the |this |that )?(?:[\w-]+ ){1,4}?(?:decided?|resolved?|agreed? on)"
    r"\W*(?:$|at\b|in\b|on\b|during\b))"
    r"(?!.* (?:about|regarding|concerning)\b)",
    re.IGNORECASE,
)
_N_NEAR = 10
_FEWEST_DECISIONS = 2
_LIFT = 0.2
_MOST_CHARACTERS = 200
"""Of a question for an overview."""
_N_SENTENCES = 4
"""Of an overview."""
_N_DOCUMENTS = 64
"""Documents that are looked at; of more, every second, third … of them."""
_N_PASSAGES = 40
"""Passages of a document that are looked at, from its beginning."""
_LEAD = 0.6
_TITLE = 0.2
_APART = 0.7
"""What leading, the title's words and likeness to what is taken count beside the centrality of a sentence."""
_FEWEST_WORDS = 6
_MOST_OF_THE_PAGE = 0.3
"""Share of such sentences from which on a document is taken for a licence."""
_ENDED = re.compile(r"[.!?…。！？।؟]\W*$")
_ROW = re.compile(r"(?:[^:;\n]{1,60}: [^;\n]+; ?){2}")
_LEANING = (POINTING_BACK - {"both"}) | SUBJECTS
_LEANS = re.compile(
    rf"[“\"„«]|(?:but|and|yet|still|asked|speaking|if|had|were|should|however|then|also|{one_of(_LEANING)})\b",
    re.IGNORECASE,
)
"""Opens what needs the sentence before it, words of somebody, or what is only supposed."""
_OF_THE_PAGE = re.compile(
    r"\b(?:licen[cs](?:e[ds]?|ing|or)|copyright(?:ed)?|all rights reserved"
    r"|(?:permission|rights) (?:is|are) (?:hereby )?granted|warrant(?:y|ies)|without limitation|merchantability"
    r"|redistribut\w+|liab(?:le|ility)|as is|terms (?:of use|of service|and conditions)"
    r"|privacy policy|cookies?|subscri(?:be|bers?|ption)|newsletters?|sign (?:up|in)|log in|click here|read more"
    r"|follow us|share this|unsubscribe|advertisements?|this (?:article|story|page) (?:was|has been|is)"
    r"|an earlier version of this"
    r"|corrections?:|photo(?:graph)?s?:|getty images)\b|©|^sir, ",
    re.IGNORECASE,
)
_ALL = r"(?:(?:all|all of|the|this|that|these|those|my|our|whole|entire|news|attached|uploaded) )*"
_THING = (
    rf"(?:{_ALL}(?:articles?|documents?|docs?|texts?|files?|pages?|reports?|stor(?:y|ies)|pieces?|papers?|contents?"
    r"|collection|news|sources?|material|folder|e-?mails?|letters?)|it|this|that|these|those|everything|them)"
)
_TOPIC = r"(?: (?:about|on|regarding|concerning) (?P<topic>.+?))"
_PLEASE = r"(?:(?:please|can you|could you|would you|i want|i need|i'd like|give me|show me|write|make|tell me|to) )*"
_SUMMARY = r"(?:(?:a|an|the|short|brief|quick|very) )*(?:summary|overview|outline|gist|synopsis|digest|abstract)"
_POINTS = (
    r"(?:the )?(?:main|key|central|most important|principal|major)"
    r" (?:points?|ideas?|topics?|subjects?|themes?|takeaways?|findings?|messages?|facts?|things?)"
)
_SUBJECTS = r"(?:subjects?|topics?|themes?|matters?)"
_COVER = r"(?:cover|discuss|treat|deal with|describe|contain|report|say|talk about)"
_OVERVIEWS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline|recap|condense)(?: {_THING})?{_TOPIC}?(?: please| for me| briefly)*",
        rf"{_PLEASE}{_SUMMARY}(?: (?:of|for) {_THING})?{_TOPIC}?(?: please)?",
        rf"(?:so |and )?what(?:'s| is| are|s) {_THING}{_TOPIC}? (?:(?:all|mainly|mostly|really) )?about",
        rf"what (?:do|does) {_THING} {_COVER}",
        rf"what(?:'s| is| are) (?:(?:said|written|described) )?in {_THING}",
        rf"(?:what(?:'s| is| are) |list |{_PLEASE}){_POINTS}(?: (?:of|in|from|made in|covered in) {_THING}{_TOPIC}?)?",
        rf"(?:what|which) {_SUBJECTS} (?:do|does) {_THING} {_COVER}",
        rf"(?:what|which) {_SUBJECTS} (?:are|is) (?:covered|discussed|treated|described) in {_THING}",
        r"tl;?dr|in a nutshell|the gist",
    )
)
"""What asks for an overview, whole questions in small letters."""
