"""What other documents say the same, and which of them know it by themselves."""

from __future__ import annotations

import pytest

from rag.answering.corroboration import MOST_READ, Corroboration
from rag.protocols import ClaimWithEvidence
from rag.types import Citation, Document, Evidence, SaidElsewhere, Span, Tie, Verdict, VerdictLabel

QUOTE = "Norvik bought the Calder shipyard on Monday."
OTHER = "On Monday the Calder shipyard was bought by Norvik."


class Believing:
    """A verifier that supports everything, and counts."""

    id = "believing"

    def __init__(self, label: VerdictLabel = VerdictLabel.SUPPORTED) -> None:
        self.pairs: list[ClaimWithEvidence] = []
        self.label = label

    def verify(self, pairs):
        self.pairs += pairs
        return [Verdict(label=self.label, score=1.0, verifier_id=self.id) for _ in pairs]


def report(number: int, quote: str, *, before: str = "", after: str = "", **about: str) -> tuple[Evidence, Document]:
    """A sentence in a document; about: its metadata, and what its record of evidence says."""
    text = f"{before}{quote}{after}"
    published = about.get("published", "2025-03-04")
    source = about.pop("source", f"{number}.html")
    metadata = {"publisher": f"Paper {number}", "published": published, **about}
    document = Document(
        id=f"{number:016x}", source=source, title="", media_type="text/html", text=text, metadata=metadata
    )
    sentence = Evidence(
        number=number,
        document_id=document.id,
        source=source,
        title="",
        span=Span(start=len(before), end=len(before) + len(quote)),
        quote=quote,
        score=1.0,
        published=published,
    )
    return sentence, document


def found(*reports: tuple[Evidence, Document], verifier: Believing | None = None) -> tuple[SaidElsewhere, ...]:
    """What says the same as the first of the reports."""
    documents = {document.id: document for _, document in reports}
    sentences = [sentence for sentence, _ in reports]
    return Corroboration(verifier or Believing(), documents.__getitem__).of(sentences[0], sentences)


def test_another_paper_in_other_words_is_independent():
    (place,) = found(report(1, QUOTE), report(2, OTHER, before="Workers cheered. "))
    assert (place.origin, place.tie, place.quote) == (2, Tie.NONE, OTHER)


def test_nothing_is_read_where_no_other_document_speaks_of_it():
    verifier = Believing()
    assert found(report(1, QUOTE), report(2, "The ferry stopped in spring for good."), verifier=verifier) == ()
    assert verifier.pairs == []


def test_what_the_guard_refuses_does_not_count():
    assert found(report(1, QUOTE), report(2, OTHER), verifier=Believing(VerdictLabel.UNSUPPORTED)) == ()


def test_guard_reads_the_quote_as_a_claim_on_the_other_sentence():
    verifier = Believing()
    found(report(1, QUOTE), report(2, OTHER, before="Workers cheered. "), verifier=verifier)
    (pair,) = verifier.pairs
    assert (pair.claim, pair.evidence, pair.surroundings[0].before) == (QUOTE, (OTHER,), ("Workers cheered.",))


@pytest.mark.parametrize(
    ("own", "other", "tie"),
    [
        (report(1, QUOTE), report(2, QUOTE, before="Good news. "), Tie.SAME_WORDS),
        (report(1, QUOTE, after=" (Reuters)"), report(2, OTHER, before="Reuters - "), Tie.SAME_AGENCY),
        (report(1, QUOTE), report(2, OTHER, publisher="The Paper 1"), Tie.SAME_OUTLET),
        (report(1, QUOTE, author="Ann Lee"), report(2, OTHER, author="ANN LEE"), Tie.SAME_OUTLET),
        (
            report(1, QUOTE, publisher="The Guardian"),
            report(2, OTHER, publisher="", url="https://www.theguardian.co.uk/a"),
            Tie.SAME_OUTLET,
        ),
        (report(1, QUOTE), report(2, OTHER, after=" That is what Paper 1 reported."), Tie.NAMED),
        (report(1, QUOTE), report(2, OTHER, publisher=""), Tie.UNKNOWN),
        (report(1, QUOTE, publisher=""), report(2, OTHER), Tie.UNKNOWN),
    ],
)
def test_what_is_tied_counts_as_a_source_of_the_same_origin(own, other, tie):
    (place,) = found(own, other)
    assert (place.origin, place.tie) == (1, tie)


def test_two_that_are_tied_to_each_other_are_one_origin_and_an_unknown_outlet_ties_nobody_else():
    third = "Norvik is the buyer of the Calder shipyard since Monday."
    places = found(
        report(1, QUOTE),
        report(2, OTHER, after=" (AFP)"),
        report(3, third, before="AFP - "),
        report(4, "It was Norvik that bought the Calder shipyard on Monday.", publisher=""),
    )
    assert [(place.origin, place.tie) for place in places] == [
        (2, Tie.NONE),
        (2, Tie.SAME_AGENCY),
        (1, Tie.UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (report(1, QUOTE), report(2, OTHER.replace("Norvik", "Baird"))),  # another buyer
        (report(1, "Norvik paid 4.2 million for the yard."), report(2, "Norvik paid 4.8 million for that yard.")),
        (report(1, QUOTE), report(2, OTHER, published="2024-03-04")),  # another Monday
        (report(1, QUOTE), report(2, QUOTE, published="2019-03-04")),
        (report(1, "He bought the Calder shipyard on Monday."), report(2, OTHER)),  # who?
        (report(1, "The bridge opened in 1932."), report(2, "The bridge was opened in 1932.")),  # which?
    ],
)
def test_what_may_be_of_another_thing_does_not_count(own, other):
    assert found(own, other) == ()


def test_few_pairs_are_read_and_each_document_counts_once():
    verifier = Believing()
    many = [report(number, f"{OTHER} {'x' * number}") for number in range(2, 12)]
    found(report(1, QUOTE), *many, verifier=verifier)
    assert len(verifier.pairs) == MOST_READ
    sentence, document = report(2, OTHER, after=" By Norvik the Calder shipyard was bought on Monday.")
    again = Evidence(
        number=3,
        document_id=document.id,
        source=document.source,
        title="",
        span=Span(start=len(OTHER) + 1, end=len(document.text)),
        quote=document.text[len(OTHER) + 1 :],
        score=1.0,
        published="2025-03-04",
    )
    assert len(found(report(1, QUOTE), (sentence, document), (again, document))) == 1


def test_citation_counts_documents_and_origins():
    places = found(report(1, QUOTE), report(2, OTHER, after=" (AFP)"), report(3, f"{OTHER} So AFP says."))
    citation = Citation(
        number=1,
        document_id="a",
        source="1.html",
        title="",
        span=Span(start=0, end=1),
        quote="x",
        line=1,
        also_in=("copy.html",),
        said_elsewhere=places,
    )
    assert (citation.n_sources, citation.n_independent) == (4, 2)
    assert citation.corroboration_in_words == "4 sources, 2 independent"
    alone = Citation(number=1, document_id="a", source="1.html", title="", span=Span(start=0, end=1), quote="x", line=1)
    assert (alone.n_sources, alone.n_independent, alone.corroboration_in_words) == (1, 1, "")


def test_answer_of_a_store_counts_sources(assistant, write):
    for name, paper, text in (
        ("a", "Harbour Gazette", f"{QUOTE} Some 300 people build ferries there."),
        ("b", "Northern Ledger", f"Workers heard the news at the gate. {QUOTE} A union called it a relief."),
    ):
        page = f'<html><head><meta property="og:site_name" content="{paper}"></head><body><p>{text}</p></body></html>'
        write(f"{name}.html", page)
    assistant.add([write("c.txt", "Nothing else.").parent])
    (citation,) = assistant.ask("Who bought the Calder shipyard?").citations[:1]
    assert (citation.n_sources, citation.n_independent) == (2, 1)
    assert citation.said_elsewhere[0].tie is Tie.SAME_WORDS
    assert assistant.answer(assistant.last_answer().id).citations[0] == citation
