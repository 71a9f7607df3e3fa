"""The report of a few cases: what it says, that data stays text in it, and that the page needs nothing else."""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from html.parser import HTMLParser

import pytest

from eval.measures import MEASURES
from eval.metrics.abstention import RiskPoint
from eval.metrics.citation_overlap import Place
from eval.metrics.figure import Figure
from eval.metrics.verification import ScoredPair
from eval.outcomes import Outcome, OutcomeFile, Quoted, Status
from eval.reports import report
from eval.reports.figure_groups import GROUPS, grouped
from eval.reports.page import operating_point, shares_by_rank
from eval.reports.worst_cases import Fault, worst_cases
from eval.run import RunRecord
from eval.statistics import Interval
from eval.summary import Line
from rag import Span

RECORD = RunRecord(
    task="qed",
    split="report",
    settings_fingerprint="f1",
    data_hash="d1",
    commit="c1",
    machine="m",
    versions={"torch": "2.0"},
)
HOSTILE = '</title></style></svg><script>alert(1)</script><img src=x onerror="alert(2)">\' $x^2$ {{ 7 * 7 }} & \x1b[1m'


def row(case_id, status=Status.ANSWERED, **fields):
    return Outcome(case_id=case_id, status=status, **({"question": f"{case_id}?", "scores": {}} | fields))


def quoted(quote, document_id="doc"):
    return Quoted(Place(document_id, Span(start=2, end=7)), quote)


def answering_rows():
    return [
        row(
            "right",
            scores={"answered": 1.0, "evidence_rank": 1.0, "n_citations": 2.0},
            judgement=ScoredPair(True, True, 0.9),
            loss=0.0,
            citations=(quoted("It opened."),),
            milliseconds={"embed": 0.0, "total": 12.0},
        ),
        row(
            "wrong",
            scores={"answered": 1.0, "evidence_rank": 0.5, "n_citations": 1.0},
            judgement=ScoredPair(True, True, 0.8),
            loss=1.0,
            citations=(quoted("It closed."),),
            milliseconds={"embed": 1.0, "total": 30.0},
        ),
        row("silent", Status.ABSTAINED, scores={"abstained": 1.0}, judgement=ScoredPair(False, False, 0.1), loss=1.0),
    ]


def judged(case_id, *, is_supported, score):
    return row(case_id, Status.JUDGED, judgement=ScoredPair(is_supported, score >= 0.5, score))


def write_run(tmp_path, outcomes, **changed):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "record.json").write_text(json.dumps(asdict(RECORD) | changed))
    file = OutcomeFile(folder / "cases.jsonl")
    for outcome in outcomes:
        file.append(outcome)
    return folder


def start(tmp_path, *arguments):
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    return report.main(parser.parse_args(["run", "--runs", str(tmp_path), *arguments]))


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)


def page_of(tmp_path, outcomes, **changed):
    folder = write_run(tmp_path, outcomes, **changed)
    assert start(tmp_path, "--html") == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    return text, Page(text)


def titles(page):
    return [text for text in page.texts if text.strip()]


def test_markdown_has_figures_ends_times_and_the_worst_cases(tmp_path, capsys):
    write_run(tmp_path, answering_rows())
    assert start(tmp_path) == 0
    shown = capsys.readouterr().out
    assert "# qed, report half\n\n3 cases: 1 abstained, 2 answered." in shown
    assert "| a gold" not in shown
    assert "| reciprocal rank of the first gold sentence | 0.750 |" in shown
    assert "| total | 21.0 ms | 30.0 ms |" in shown
    assert "### Answered wrongly\n\n- wrong: wrong? (score 0.80)\n  - “It closed.” (doc 2-7)\n" in shown
    assert "right?" not in shown


def test_markdown_says_that_the_last_line_is_cut_off(tmp_path, capsys):
    path = write_run(tmp_path, answering_rows()) / "cases.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert start(tmp_path) == 0
    shown = capsys.readouterr().out
    assert "2 cases: 2 answered." in shown
    assert "The last line of cases.jsonl is cut off; its case is left out." in shown


def test_each_fault_gives_its_worst_cases_and_none_hides_another():
    wrong = ScoredPair(True, True, 0.9)
    failures = [row(f"failed{number}", Status.FAILED, error="no server") for number in range(5)]
    rows = [
        *failures,
        row("invalid", n_invalid=1, judgement=wrong, loss=0.0),
        row("unsure", judgement=ScoredPair(True, True, 0.6), loss=1.0),
        row("sure", judgement=wrong, loss=1.0),
        row("half right", judgement=wrong, loss=0.5),
        row("unanswerable", judgement=ScoredPair(False, True, 0.7), loss=1.0),
        row("refused", Status.ABSTAINED, judgement=ScoredPair(True, False, 0.3), loss=0.0),
        row("rightly refused", Status.ABSTAINED, judgement=ScoredPair(False, False, 0.2), loss=1.0),
    ]
    found = [(fault, outcome.case_id) for fault, outcome in worst_cases(rows, 6)]
    assert found == [
        (Fault.INVALID_CITATION, "invalid"),
        (Fault.FAILED, "failed0"),
        (Fault.FAILED, "failed1"),
        (Fault.ANSWERED_UNANSWERABLE, "unanswerable"),
        (Fault.WRONG_ANSWER, "sure"),
        (Fault.FALSE_REFUSAL, "refused"),
    ]
    assert worst_cases(rows, 0) == []
    assert len(worst_cases(rows, 100)) == 10


def test_worst_judgements_are_those_with_the_most_misleading_scores():
    rows = [
        judged("a", is_supported=False, score=0.6),
        judged("b", is_supported=False, score=0.9),
        judged("c", is_supported=True, score=0.4),
        judged("d", is_supported=True, score=0.1),
        judged("e", is_supported=True, score=0.7),
    ]
    assert [(fault, outcome.case_id) for fault, outcome in worst_cases(rows, 9)] == [
        (Fault.ACCEPTED_UNSUPPORTED, "b"),
        (Fault.ACCEPTED_UNSUPPORTED, "a"),
        (Fault.REFUSED_SUPPORTED, "d"),
        (Fault.REFUSED_SUPPORTED, "c"),
    ]


def test_share_found_grows_with_the_rank():
    rows = [row(name, scores={"evidence_rank": value}) for name, value in (("a", 1.0), ("b", 1 / 3), ("c", 0.0))]
    shares = [interval.figure for interval in shares_by_rank([*rows, row("d")], 4)]
    assert shares == [Figure(value, 3) for value in (1 / 3, 1 / 3, 2 / 3, 2 / 3)]
    assert shares_by_rank([row("d")]) == []


def test_operating_point_is_what_the_run_answered():
    rows = [*answering_rows(), row("unmeasured", judgement=ScoredPair(True, True, 0.2))]
    assert operating_point(rows) == RiskPoint(0.8, 2 / 3, 0.5, 2)
    assert operating_point(answering_rows()[2:]) is None


def test_every_measure_is_in_one_group_and_a_new_one_is_shown_too():
    keys = [key for members in GROUPS.values() for key in members]
    assert sorted(keys) == sorted(set(keys))
    assert set(keys) <= MEASURES.keys()
    new = replace(MEASURES["failed"], key="new")
    lines = [Line(measure, Interval(Figure(0.5, 2), 0.1, 0.9)) for measure in (*MEASURES.values(), new)]
    groups = grouped(lines, is_verification=True)
    assert sum(len(group.lines) for group in groups) == len(lines)
    assert groups[-1].lines[-1].measure is new


def test_page_shows_each_plot_with_words_for_who_cannot_see_it(tmp_path):
    text, page = page_of(tmp_path, answering_rows())
    plots = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in plots)
    shown = titles(page)
    for title in (
        "Retrieval",
        "Abstention",
        "Decision to answer",
        "Found by rank",
        "Risk and coverage",
        "Reliability of the score",
        "Score by class",
        "Time by stage",
    ):
        assert title in shown
    assert "0.50 among the first 1, 1.00 among the first 5" in text
    assert "This run answered 67%, of which 50% are wrong." in text
    assert "2 answered" in " ".join(" ".join(page.texts).split())


def test_page_of_judged_claims_has_the_plots_that_they_have_something_for(tmp_path):
    rows = [judged("a", is_supported=True, score=0.9), judged("b", is_supported=False, score=0.6)]
    shown = titles(page_of(tmp_path, rows)[1])
    assert "Verification" in shown
    assert "Reliability of the score" in shown
    assert "Risk and coverage" not in shown
    assert "Found by rank" not in shown
    assert "Time by stage" not in shown
    assert "Accepted, although unsupported" in shown


@pytest.mark.parametrize(
    "rows",
    [
        answering_rows()[:1],
        answering_rows()[2:],
        [row("f", Status.FAILED, loss=1.0, judgement=ScoredPair(True, False, 0.0), error="no server")],
        [row("f", Status.FAILED, error="no server")],
        [judged("a", is_supported=True, score=1.0)],
        [row("r", Status.JUDGED, scores={"rewrite_f1": 0.5})],
    ],
    ids=["one answer", "one abstention", "one failure", "failure without a score", "one claim", "one rewrite"],
)
def test_page_of_a_single_case_is_made(tmp_path, rows):
    assert "1 cases" in " ".join(page_of(tmp_path, rows)[1].texts)


def test_hostile_text_stays_text(tmp_path):
    hostile_row = row(
        HOSTILE,
        question=HOSTILE,
        scores={"answered": 1.0, "evidence_rank": 1.0},
        judgement=ScoredPair(True, True, 0.9),
        loss=1.0,
        text=HOSTILE,
        citations=(quoted(HOSTILE, HOSTILE),),
        milliseconds={HOSTILE: 3.0, "\ud800": 1.0},
    )
    failed = row("f", Status.FAILED, question="half \ud800", error=HOSTILE)
    text, page = page_of(tmp_path, [hostile_row, failed], commit=HOSTILE, machine=HOSTILE, versions={HOSTILE: HOSTILE})
    assert not {"script", "img", "iframe", "link", "object"} & {tag for tag, _ in page.elements}
    attributes = [(name, value) for _, found in page.elements for name, value in found.items()]
    assert not any(name.startswith("on") or name == "src" for name, _ in attributes)
    assert [tag for tag, _ in page.elements].count("title") == 1
    assert "".join(page.texts).count("alert(1)") >= 6
    assert "{{ 7 * 7 }}" in text


def test_page_needs_nothing_from_outside(tmp_path):
    text, page = page_of(tmp_path, answering_rows())
    assert "//" not in text
    assert "@import" not in text
    assert not any(tag in ("script", "link") for tag, _ in page.elements)
    references = [value for _, found in page.elements for name, value in found.items() if name == "href"]
    assert all(value.startswith("#") for value in references)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    policy = next(found["content"] for tag, found in page.elements if found.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_plots_take_their_colours_from_the_page(tmp_path):
    text, _ = page_of(tmp_path, answering_rows())
    drawn = "".join(re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL))
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) <= {"#ffffff", "#000000"}
    assert "var(--accent)" in drawn
    assert "prefers-color-scheme: dark" in text


def test_identifiers_of_two_plots_never_mean_different_things(tmp_path):
    text, _ = page_of(tmp_path, answering_rows())
    defined: dict[str, set[str]] = {}
    for whole, identifier in re.findall(r'(<[a-zA-Z]+ id="([^"]+)".*?/>)', text, flags=re.DOTALL):
        defined.setdefault(identifier, set()).add(whole)
    assert defined
    assert all(len(meanings) == 1 for meanings in defined.values())


def test_the_same_run_gives_the_same_page(tmp_path):
    folder = write_run(tmp_path, answering_rows())
    assert start(tmp_path, "--html") == start(tmp_path, "--output", str(tmp_path / "second.html")) == 0
    assert (folder / "report.html").read_bytes() == (tmp_path / "second.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--runs", "no-such-folder"], "it is no run"),
        (["--cases", "-1"], "less than 0"),
        (["--output", "no/such/folder/x.html"], "it cannot be written"),
    ],
)
def test_wrong_argument_is_a_sentence(tmp_path, capsys, arguments, told):
    write_run(tmp_path, answering_rows())
    assert start(tmp_path, *arguments) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("package", ["matplotlib", "jinja2"])
def test_page_without_its_libraries_says_what_to_install(tmp_path, package):
    folder = write_run(tmp_path, answering_rows())
    program = (
        "import argparse, sys\n"
        f"sys.modules[{package!r}] = None\n"
        "from eval.reports import report\n"
        "parser = argparse.ArgumentParser()\n"
        "report.add_arguments(parser)\n"
        "assert report.main(parser.parse_args([sys.argv[1]])) == 0\n"
        "sys.exit(report.main(parser.parse_args([sys.argv[1], '--html'])))\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.strip().startswith(f"cannot draw the page: the package {package!r} is not installed")
    assert f"pip install {package}" in result.stderr
    assert "# qed, report half" in result.stdout
    assert not (folder / "report.html").exists()
