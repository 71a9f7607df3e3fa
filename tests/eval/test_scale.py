from __future__ import annotations

import argparse
import json

from eval.speed import scale


def test_small_store_is_made_measured_and_kept(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    scale.add_arguments(parser)
    arguments = ["--passages", "300", "--questions", "4", "--recall", "4"]
    arguments += ["--stores", str(tmp_path / "stores"), "--runs", str(tmp_path / "runs")]
    assert scale.main(parser.parse_args(arguments)) == 0
    printed = capsys.readouterr()
    assert "| 300 |" in printed.out
    assert "made a store of 300 passages" in printed.err
    (run,) = (tmp_path / "runs").iterdir()
    (size,) = json.loads((run / "record.json").read_text())["sizes"]
    assert (size["n_passages"], size["recall_at_10"]) == (300, 1.0)
    assert len(size["dense_ms"]) == 4
    assert len(size["add_seconds"]) == len(size["remove_seconds"]) > 0
    assert (run / "summary.md").read_text() in printed.out
