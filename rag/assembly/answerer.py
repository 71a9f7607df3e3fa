"""What answers from a library as the settings say: the language model or none, the verifier, the thresholds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest

from rag.answering.answering import Answering, Thresholds
from rag.answering.suggestions import Example, Kind, make_examples
from rag.assembly.backends import Parts, build, built_once
from rag.assembly.choices import GeneratorChoice, VerifierChoice, choose_generator, choose_verifier
from rag.assembly.library import Library
from rag.protocols import Generator, Verifier
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import Span

__all__ = ["Answerer"]

_QUOTED_OF_A_READING = {"margin": 1.0, "share": 0.5}
"""Which sentences stand beside the best one where their scores are probabilities by a reader."""

_N_EXAMPLE_DOCUMENTS = 8
_N_TRIED = 6
"""Questions that are tried for each that is wanted: the rest are not worth waiting for."""
_MOST_CHARACTERS_A_TOKEN = 16
"""No language has longer ones on average: what a model writes beyond it, it was not allowed to write."""


class Answerer(Parts):
    """The parts that make an answer, each built when it is first needed. Safe to share between threads."""

    def __init__(self, library: Library, settings: Settings) -> None:
        super().__init__()
        self._library = library
        self._settings = settings

    def example_questions(self, k: int) -> tuple[str, ...]:
        """See `Assistant.example_questions`."""
        offered = list(self._offered(2 * k))
        found: dict[str, Kind] = {}
        for _ in range(min(_N_TRIED * k, len(offered))):
            if len(found) == k:
                break
            n_of = Counter(found.values())
            best = min(range(len(offered)), key=lambda nth: n_of[offered[nth][0].kind])
            example, document_id, span = offered.pop(best)
            if self.answering.would_cite(example.question, document_id, span):
                found[example.question] = example.kind
        return tuple(found)

    def _offered(self, most: int) -> Iterator[tuple[Example, str, Span]]:
        """Examples, and the place that each was made from: the first of each of the newest documents, then the second.

        most: examples of one document.
        """
        newest = sorted(self._library.documents(), key=lambda info: info.added_at, reverse=True)[:_N_EXAMPLE_DOCUMENTS]
        by_document = []
        for info in newest:
            text = self._library.document(info.id).text
            sentences = self._library.store.documents.sentences(info.id)
            examples = make_examples((sentence.span.slice(text), sentence.speaker) for sentence in sentences)
            by_document.append(
                [(example, info.id, sentences[example.position].span) for example in islice(examples, most)]
            )
        yield from (each for row in zip_longest(*by_document) for each in row if each is not None)

    @built_once
    def verifier(self) -> Verifier:
        """What decides whether a claim may be shown."""
        choice = self._verifier_choice
        verifier: Verifier = build("verifier", choice.backend, **choice.arguments)
        return build("verifier", "rules-then-model", model=verifier) if choice.is_behind_rules else verifier

    @built_once
    def judge(self) -> Verifier:
        """What judges claims of other people."""
        choice = self._verifier_choice
        if choice.judging is None:
            return self.verifier
        judge: Verifier = build("verifier", choice.backend, **choice.judging)
        return judge

    @built_once
    def _verifier_choice(self) -> VerifierChoice:
        return choose_verifier(self._settings)

    @built_once
    def _choice(self) -> GeneratorChoice:
        return choose_generator(self._settings)

    @built_once
    def _extractive(self) -> Generator:
        is_read = self._settings.reranker != "overlap"
        extractive: Generator = build(
            "generator",
            "extractive",
            max_citations=self._settings.max_citations,
            **_QUOTED_OF_A_READING if is_read else {},
        )
        return extractive

    @built_once
    def _generator(self) -> Generator:
        if self._choice.backend == "extractive":
            return self._extractive
        generator: Generator = build("generator", self._choice.backend, **self._choice.arguments)
        return generator

    @built_once
    def answering(self) -> Answering:
        """The read path."""
        return self._reading(self._library.retriever, self._generator)

    @built_once
    def quoting(self) -> Answering:
        """The read path without a language model: the same documents give the same sentences."""
        return self._reading(self._library.retriever, self._extractive)

    @built_once
    def surveying(self) -> Answering:
        """The read path over more passages than an answer needs."""
        return self._reading(self._library.wide_retriever, self._extractive)

    def _reading(self, retriever: Retriever, generator: Generator) -> Answering:
        settings = self._settings
        return Answering(
            retriever,
            generator,
            self.verifier,
            extractive=self._extractive,
            document_of=self._library.document,
            n_evidence=settings.n_evidence,
            n_drafted_from=settings.llm_evidence,
            thresholds=Thresholds(abstain_below=settings.abstain_below, quote_instead_from=settings.quote_instead_from),
            max_question_characters=settings.max_question_characters,
            max_draft_characters=settings.llm_output_tokens * _MOST_CHARACTERS_A_TOKEN,
            settings_fingerprint=settings.fingerprint(),
            notice=self._choice.notice,
        )
