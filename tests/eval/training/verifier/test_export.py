import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from eval.training.verifier.export import FULL, SMALL, averaged, export
from eval.training.verifier.network import VerifierNetwork
from rag.model.evidence import Encoder, EvidenceModel, arrays

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

    reads = EvidenceModel(exported / FULL).read(PAIRS)

    for (text, sentences), read in zip(PAIRS, reads, strict=True):
        encoded = encoder.encode(text, sentences)
        with torch.no_grad():
            outputs = network(*map(torch.as_tensor, arrays([encoded])))
        assert read.verdict == pytest.approx(outputs.verdicts[0].numpy(), abs=1e-4)
        expected = [outputs.answers[0, place].mean().item() for place in encoded.places()]
        assert read.answers.tolist() == pytest.approx(expected, abs=1e-4)
        assert len(read.wrong) == encoded.n_text


def test_small_file_says_nearly_the_same(exported: Path) -> None:
    full, small = (EvidenceModel(exported / name).read(PAIRS) for name in (FULL, SMALL))

    assert all(np.abs(a.verdict - b.verdict).max() < 0.2 for a, b in zip(full, small, strict=True))
    operations = [node.op_type for node in onnx.load(str(exported / SMALL)).graph.node]
    assert "MatMulNBits" in operations


def test_answer_does_not_depend_on_what_else_is_asked(exported: Path) -> None:
    runtime = EvidenceModel(exported / SMALL)

    together, alone = runtime.read(PAIRS), [runtime.read([pair])[0] for pair in PAIRS]

    assert all(a.verdict == pytest.approx(b.verdict, abs=1e-4) for a, b in zip(together, alone, strict=True))
    assert runtime.read([]) == []


def test_listed_hashes_are_those_of_the_files(exported: Path) -> None:
    listed = json.loads((exported / "sha256.json").read_text())

    assert listed.keys() == {FULL, SMALL, "tokenizer.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest


def test_support_is_the_log_odds_of_the_first_output(exported: Path) -> None:
    (read,) = EvidenceModel(exported / FULL).read(PAIRS[:1])

    shares = np.exp(read.verdict) / np.exp(read.verdict).sum()
    assert read.support == pytest.approx(np.log(shares[0] / (1 - shares[0])), abs=1e-4)


def test_weights_of_checkpoints_are_averaged(tmp_path: Path) -> None:
    for number in (1, 3):
        state = {"weight": torch.full((2,), float(number)), "n": torch.tensor(7)}
        torch.save({"network": state}, tmp_path / f"{number}.pt")

    mean = averaged([tmp_path / "1.pt", tmp_path / "3.pt"])

    assert mean["weight"].tolist() == [2.0, 2.0]
    assert mean["n"].item() == 7
