from __future__ import annotations

import argparse
import json
from contextlib import closing
from xml.etree import ElementTree as ET

from eval.speed import scale, synthetic
from eval.speed.scale_peers import SEARCHES, probe_peer
from rag.assembly.library import Library


def test_small_store_is_made_measured_and_kept(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    scale.add_arguments(parser)
    arguments = ["--passages", "300", "--questions", "4", "--recall", "4"]
    arguments += ["--peers", "exact scan", "--peer-questions", "3"]
    arguments += ["--stores", str(tmp_path / "stores"), "--runs", str(tmp_path / "runs")]
    assert scale.main(parser.parse_args(arguments)) == 0
    printed = capsys.readouterr()
    assert "| 300 |" in printed.out
    assert "made a store of 300 passages" in printed.err
    assert "| exact scan |" in printed.out
    (run,) = (tmp_path / "runs").iterdir()
    (size,) = json.loads((run / "record.json").read_text())["sizes"]
    assert (size["n_passages"], size["recall_at_10"]) == (300, 1.0)
    assert len(size["dense_ms"]) == 4
    assert len(size["add_seconds"]) == len(size["remove_seconds"]) > 0
    assert (run / "summary.md").read_text().splitlines()[2] in printed.out
    for name in ("question", "memory", "stages", "changes", "disk"):
        root = ET.fromstring((run / f"{name}.svg").read_text())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in ET.tostring(root, encoding="unicode")


def test_peers_find_the_passage_that_a_question_repeats(tmp_path):
    synthetic.fill(tmp_path, 80)
    ((texts, vectors),) = synthetic.passages(tmp_path)
    assert vectors.shape == (80, synthetic.DIM)
    for name, search in SEARCHES.items():
        if not search.missing:
            found = search.build(texts, vectors)(texts[17], vectors[17])
            first = found[0].node.text if "llama" in name else texts[found[0]]
            assert first == texts[17], name


def test_made_up_store_is_sound_and_its_sentences_are_found(tmp_path):
    synthetic.fill(tmp_path, 80)
    with closing(Library(tmp_path, synthetic.settings())) as library:
        assert library.check() == []
        (question,) = synthetic.questions(1, seed=97)
        found = library.retriever.retrieve(question, library.retriever.embed(question), 10)
        assert len(found.evidence) == 10
        assert found.damaged == ()


def test_peer_is_measured_on_as_many_passages_as_there_are(tmp_path):
    synthetic.fill(tmp_path, 80)
    probe = probe_peer("exact scan", tmp_path, 5)
    assert (probe.name, probe.n_passages, len(probe.question_ms)) == ("exact scan", 80, 5)
    assert min(probe.build_seconds, probe.peak_memory_mb, *probe.question_ms) > 0
