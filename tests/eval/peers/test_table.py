"""The tables of a comparison."""

from eval.cases import Case, CorpusDocument, GoldSpan, Split
from eval.peers.figures import PeerOutcome, figures, scores
from eval.peers.protocol import OURS, Found, IndexReport
from eval.peers.table import Absent, PeerRun, as_markdown
from rag import Span

TEXT = "The bridge opened in 1932."
CORPUS = {"bridge": CorpusDocument(id="bridge", title="", text=TEXT)}
CASE = Case(
    id="q1",
    question="When did the bridge open?",
    history=(),
    answerable=True,
    gold_documents=("bridge",),
    gold_spans=(GoldSpan("bridge", Span(start=0, end=len(TEXT))),),
    gold_answers=(),
    split=Split.REPORT,
)


def run(name, *, finds, seconds, milliseconds):
    found = (Found(document_id="bridge", text=TEXT, span=Span(start=0, end=len(TEXT))),) if finds else ()
    outcomes = (PeerOutcome(found=found, found_deep=found, cited=found, milliseconds=milliseconds),)
    return PeerRun(
        name=name,
        index=IndexReport(n_units=1, n_characters=1000, seconds=seconds),
        outcomes=outcomes,
        figures=figures([CASE], outcomes, CORPUS),
        scores=scores([CASE], outcomes, CORPUS),
    )


def rows(table, heading):
    section = table.split(f"## {heading}")[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("|")]


def test_speeds_are_ratios_to_ours_and_to_the_raw_model():
    table = as_markdown(
        "t",
        [
            run(OURS, finds=True, seconds=1.0, milliseconds=20.0),
            run("dense", finds=True, seconds=2.0, milliseconds=10.0),
        ],
    )
    header, _, ours, dense = rows(table, "Speed")
    assert dict(zip(header, ours, strict=True))["rate / dense's"] == "2"
    assert dict(zip(header, dense, strict=True))["rate / chapter-and-verse's"] == "0.5"
    assert dict(zip(header, dense, strict=True))["median / chapter-and-verse's"] == "0.5"
    assert dict(zip(header, ours, strict=True))["indexed, characters a second"] == "1,000"


def test_difference_is_ours_minus_the_peer():
    table = as_markdown(
        "t",
        [
            run(OURS, finds=True, seconds=1.0, milliseconds=1.0),
            run("other", finds=False, seconds=1.0, milliseconds=1.0),
        ],
    )
    (*_, other) = rows(table, f"{OURS} minus the peer")
    assert other[:2] == ["other", "+1.000 (+1.000 to +1.000), p = 1.0000"]


def test_every_row_of_every_table_has_as_many_cells_as_its_header():
    results = [
        run(OURS, finds=True, seconds=1.0, milliseconds=1.0),
        run("empty", finds=False, seconds=1.0, milliseconds=1.0),
        Absent(name="absent", reason="failed: ValueError('a or b')", is_failure=True),
    ]
    table = as_markdown("t", results)
    for heading in ("Found", "Cited", "Speed", f"{OURS} minus the peer"):
        assert len({len(row) for row in rows(table, heading)}) == 1
    assert "| absent | failed: ValueError('a or b') |" in table
    assert "a \\| b" in as_markdown("t", [Absent(name="absent", reason="a | b")])
