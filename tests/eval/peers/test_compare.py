"""The command over a small set in the form of the public ones, with peers that need no model."""

import argparse
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, CorpusDocument, Split
from eval.loaded_sets import load
from eval.peers import compare
from eval.peers.compare import chosen_documents, padded
from eval.peers.registry import PEERS, PeerEntry

TEXTS = {
    "bridge": "The bridge opened in 1932. It is painted grey.",
    "tower": "The tower was built by Ada Stone. It leans a little.",
    "harbour": "Ships wait outside. The harbour is deep.",
    "mill": "The mill grinds oats.",
}
QUESTIONS = [
    ("q1", "When did the bridge open?", ["bridge"], ["The bridge opened in 1932."]),
    ("q2", "Who built the tower?", ["tower"], ["The tower was built by Ada Stone."]),
    ("q3", "How deep is the harbour?", ["harbour"], ["The harbour is deep."]),
    ("q4", "Who owns the mill?", [], []),
]
BOTH = ("chapter-and-verse", "bm25s")


@pytest.fixture
def data(tmp_path, monkeypatch):
    for name in ("squad2", "qed"):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        write_lines(
            folder / "corpus.jsonl",
            [{"id": id_, "title": id_, "text": text, "meta": {}} for id_, text in TEXTS.items()],
        )
        write_lines(folder / "queries.jsonl", [question(*fields) for fields in QUESTIONS])
    monkeypatch.setenv("EVAL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RAG_EMBEDDER", "hashing")
    monkeypatch.setenv("RAG_ABSTAIN_BELOW", "0")
    return tmp_path / "data"


def question(id_, text, documents, evidence):
    return {
        "id": id_,
        "text": text,
        "answers": [],
        "answerable": bool(documents),
        "gold_docs": documents,
        "gold_evidence": evidence,
        "type": "",
        "meta": {},
    }


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def start(*arguments, peers=PEERS):
    parser = argparse.ArgumentParser()
    compare.add_arguments(parser)
    return compare.main(parser.parse_args(list(map(str, arguments))), peers)


def splits_with_questions(data):
    return sorted({case.split for case in load("squad2", data).cases if case.answerable})


def test_peers_answer_the_same_questions_and_the_table_is_what_is_written(data, tmp_path, capsys):
    pytest.importorskip("bm25s", reason="pip install bm25s")
    split = splits_with_questions(data)[0]
    table, figures = tmp_path / "table.md", tmp_path / "figures.json"
    arguments = ("--task", "squad2", "--split", split, "--peers", *BOTH)
    assert start(*arguments, "--markdown", table, "--json", figures) == 0
    assert table.read_text() in capsys.readouterr().out
    result = json.loads(figures.read_text())
    assert [peer["name"] for peer in result["peers"]] == list(BOTH)
    assert f"Most memory of this process, {', '.join(BOTH)}: {result['peak_memory_mb']:,} MB." in table.read_text()
    assert result["record"]["n_documents"] == len(TEXTS)
    assert result["record"]["versions"]["bm25s"]
    assert {figure["n"] for peer in result["peers"] for figure in [peer["figures"]["gold sentence first 5"]]} != {0}
    for peer in result["peers"]:
        assert peer["figures"]["gold document first 1"]["value"] == 1.0
        assert peer["figures"]["cited with its place"]["value"] == 1.0
        assert set(peer["scores"]["gold sentence first 1"].values()) == {1.0}


def test_results_hold_no_text_of_the_set(data, tmp_path):
    figures = tmp_path / "figures.json"
    start("--task", "squad2", "--split", splits_with_questions(data)[0], "--peers", BOTH[0], "--json", figures)
    assert "bridge opened" not in figures.read_text()


def test_peer_without_its_library_is_listed_and_the_others_run(data, capsys):
    peers = {
        BOTH[0]: PEERS[BOTH[0]],
        "other": PeerEntry(target="nowhere:Nothing", package_by_module={"no_such.module": "no-such"}),
    }
    assert start("--task", "squad2", "--split", splits_with_questions(data)[0], "--peers", *peers, peers=peers) == 0
    printed = capsys.readouterr().out
    assert "| other | skipped: pip install no-such |" in printed
    assert f"| {BOTH[0]} | 1.000" in printed


def test_peer_that_fails_is_listed_and_the_status_says_so(data, capsys):
    peers = {BOTH[0]: PEERS[BOTH[0]], "other": PeerEntry(target="nowhere:Nothing")}
    assert start("--task", "squad2", "--split", splits_with_questions(data)[0], "--peers", *peers, peers=peers) == 1
    assert "| other | failed: ModuleNotFoundError" in capsys.readouterr().out


def test_stopped_run_keeps_the_figures_of_the_peers_that_were_done(data, tmp_path, capsys):
    def stop():
        raise KeyboardInterrupt

    class Stopping(dict):
        def __getitem__(self, name):
            return super().__getitem__(name) if name == BOTH[0] or not figures.exists() else stop()

    figures = tmp_path / "figures.json"
    peers = Stopping({BOTH[0]: PEERS[BOTH[0]], "other": PeerEntry(target="nowhere:Nothing")})
    split = splits_with_questions(data)[0]
    assert start("--task", "squad2", "--split", split, "--peers", *peers, "--json", figures, peers=peers) == 130
    assert [peer["name"] for peer in json.loads(figures.read_text())["peers"]] == [BOTH[0]]
    assert f"the figures are those of {BOTH[0]}; name the others with --peers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--task", "nothing"], "cannot use 'nothing': no set has this name - name one of squad2"),
        (["--task", "bump"], "cannot read|no such file"),
        (["--task", "squad2", "--peers", "nobody"], "cannot use 'nobody': no peer has this name - name some of"),
        (["--task", "squad2", "--limit", "0"], "cannot use '--limit 0': it is less than 1"),
        (["--task", "squad2", "--json", "/no/such/folder/a.json"], "its folder does not exist - make it"),
        (["--task", "squad2", "--pad", "clapnq"], "there is no such file - get the set"),
    ],
)
def test_bad_input_is_one_sentence(data, capsys, arguments, said):
    import re

    assert start(*arguments) == 2
    error = capsys.readouterr().err
    assert re.search(said, error)
    assert error.count("\n") == 1


def test_without_data_it_says_what_to_set(monkeypatch, capsys):
    monkeypatch.delenv("EVAL_DATA", raising=False)
    assert start("--task", "squad2") == 2
    assert capsys.readouterr().err.startswith("cannot use 'EVAL_DATA': it is not set - let it name the folder")


def test_padding_adds_documents_and_no_questions(data):
    squad2, qed = load("squad2", data), load("qed", data)
    both = padded(squad2, [qed])
    assert list(both.corpus) == [*TEXTS, *(f"qed:{id_}" for id_ in TEXTS)]
    assert all(document.id == id_ for id_, document in both.corpus.items())
    assert both.cases == squad2.cases
    assert both.data_hash != squad2.data_hash
    assert padded(squad2, []) == squad2


@given(st.integers(1, 12), st.sets(st.integers(0, 9), max_size=5))
def test_documents_of_the_questions_are_always_among_the_chosen(n_documents, gold):
    corpus = {str(number): CorpusDocument(id=str(number), title="", text="") for number in range(10)}
    case = Case(
        id="q",
        question="?",
        history=(),
        answerable=True,
        gold_documents=tuple(map(str, gold)),
        gold_spans=(),
        gold_answers=(),
        split=Split.REPORT,
    )
    chosen = chosen_documents(corpus, [case], n_documents)
    assert set(case.gold_documents) <= chosen.keys()
    assert len(chosen) == min(10, max(n_documents, len(gold)))
    assert list(chosen) == sorted(chosen)
