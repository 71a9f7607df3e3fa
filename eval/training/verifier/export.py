"""From a checkpoint to the files that the product reads.

`python -m eval.training.verifier.export --checkpoint FILE --out FOLDER`

The folder gets `verifier.onnx` (float32), `verifier.int8.onnx` (`quantise`), `tokenizer.json`, and
`sha256.json` with the SHA-256 of each. Of several checkpoints the weights are averaged.

Source of the averaging: Wortsman et al. 2022, Model soups.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from eval.training.start import start_folder
from eval.training.verifier.network import Outputs, VerifierNetwork
from eval.training.verifier.quantise import quantised
from rag.model.evidence import Arrays

__all__ = ["FULL", "SMALL", "averaged", "export", "main"]

FULL, SMALL = "verifier.onnx", "verifier.int8.onnx"
OPSET = 17


def export(network: VerifierNetwork, start: Path, out: Path) -> dict[str, str]:
    """Write the files; SHA-256 in hexadecimal by file name.

    start: the folder of the encoder that the training started from, for its tokenizer.
    """
    out.mkdir(parents=True, exist_ok=True)
    network = network.float().cpu().eval()
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in Arrays._fields)
    axes = {name: {0: "n", 1: "length"} for name in (*Arrays._fields, "answers", "wrong")} | {"verdicts": {0: "n"}}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer warns of every shape that it takes for a constant
        torch.onnx.export(
            network, example, str(out / FULL), input_names=list(Arrays._fields), output_names=list(Outputs._fields),
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
    quantised(out / FULL, out / SMALL)
    shutil.copyfile(start / "tokenizer.json", out / "tokenizer.json")
    digests = {name: _sha256(out / name) for name in (FULL, SMALL, "tokenizer.json")}
    (out / "sha256.json").write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    return digests


def averaged(checkpoints: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the networks' weights."""
    states = [torch.load(path, map_location="cpu", weights_only=True)["network"] for path in checkpoints]
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.export", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="folder of the encoder that the training started from")
    given = parser.parse_args(arguments)
    start = given.start or start_folder()
    network = VerifierNetwork(start, attention="eager")
    network.load_state_dict(averaged(given.checkpoint))
    for name, digest in export(network, start, given.out).items():
        print(digest, name)


if __name__ == "__main__":
    main()
