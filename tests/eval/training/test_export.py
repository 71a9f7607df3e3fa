import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from eval.training.encoding import Encoder, arrays
from eval.training.export import FULL, SMALL, export
from eval.training.network import VerifierNetwork
from eval.training.runtime import Runtime

PAIRS = [("she left", ["the city .", "a book"]), ("he won the prize in 1912", ["he did not", "the year was 1912"] * 4)]


@pytest.fixture(scope="module")
def exported(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    out = tmp_path_factory.mktemp("exported")
    export(VerifierNetwork(start, attention="eager"), start, out)
    return out


def test_full_file_says_what_the_network_says(exported: Path, start: Path) -> None:
    torch.manual_seed(1)
    network, encoder = VerifierNetwork(start, attention="eager").eval(), Encoder(start)

    reads = Runtime(exported / FULL).read(PAIRS)

    for (text, sentences), read in zip(PAIRS, reads, strict=True):
        encoded = encoder.encode(text, sentences)
        with torch.no_grad():
            outputs = network(*map(torch.as_tensor, arrays([encoded])))
        assert read.verdict == pytest.approx(outputs.verdicts[0].numpy(), abs=1e-4)
        expected = [outputs.answers[0, place].mean().item() for place in encoded.places()]
        assert read.answers.tolist() == pytest.approx(expected, abs=1e-4)
        assert len(read.wrong) == encoded.n_text


def test_small_file_says_nearly_the_same(exported: Path) -> None:
    full, small = (Runtime(exported / name).read(PAIRS) for name in (FULL, SMALL))

    assert all(np.abs(a.verdict - b.verdict).max() < 0.2 for a, b in zip(full, small, strict=True))
    operations = [node.op_type for node in onnx.load(str(exported / SMALL)).graph.node]
    assert "MatMulInteger" in operations


def test_answer_does_not_depend_on_what_else_is_asked(exported: Path) -> None:
    runtime = Runtime(exported / FULL)

    together, alone = runtime.read(PAIRS), [runtime.read([pair])[0] for pair in PAIRS]

    assert all(a.verdict == pytest.approx(b.verdict, abs=1e-4) for a, b in zip(together, alone, strict=True))
    assert runtime.read([]) == []


def test_listed_hashes_are_those_of_the_files(exported: Path) -> None:
    listed = json.loads((exported / "sha256.json").read_text())

    assert listed.keys() == {FULL, SMALL, "tokenizer.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest


def test_support_is_the_log_odds_of_the_first_output(exported: Path) -> None:
    (read,) = Runtime(exported / FULL).read(PAIRS[:1])

    shares = np.exp(read.verdict) / np.exp(read.verdict).sum()
    assert read.support == pytest.approx(np.log(shares[0] / (1 - shares[0])), abs=1e-4)
