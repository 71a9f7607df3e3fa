"""Put a trained model into the product: `python -m eval.training.verifier.ship --model FOLDER --data FOLDER`.

Fits to the small file in a folder of `export` how much rules and model are each believed, copies it with
its tokenizer and these weights into the package, lists the SHA-256, measures both together on the report half, and
writes the figures into the model card. Each step is a process of its own, since the package reads its lists once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import rag
from eval.training.verifier.export import SMALL
from rag.model.weights.bundled import packaged_files

__all__ = ["card_with", "figures_table", "main", "place_file", "place_files"]

_PACKAGE = Path(rag.__file__).parent
_FILES = (SMALL, "tokenizer.json")
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_KINDS = ("number", "date", "name", "negation", "speaker", "role_swap", "addition", "neighbour")


def place_files(source: Path, package: Path, *, combination: Path) -> None:
    """Copy the verifier and the weights fitted to it into the package, and list what the package may trust."""
    for name in _FILES:
        place_file(source / name, package, name=name)
    shutil.copyfile(combination, package / "verifiers" / "combination.json")


def place_file(source: Path, package: Path, *, name: str) -> str:
    """Copy one file under this name among those of the evidence models; its SHA-256, now listed."""
    placed = package / "model" / "evidence" / name
    shutil.copyfile(source, placed)
    content = placed.read_bytes()
    entry = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "n_bytes": len(content)}
    path = package / "model" / "weights" / "packaged.json"
    listed = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    kept = {each["name"]: each for each in listed} | {name: entry}
    path.write_text(json.dumps(list(kept.values()), indent=2) + "\n", encoding="utf-8")
    return str(entry["sha256"])


def figures_table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """The figures of `eval.training.verifier.combined_figures`, for the card."""
    rows = ["| set | claims | balanced accuracy | AUROC | ECE |", "|---|---|---|---|---|"]
    for name, each in figures.items():
        if name not in ("all", "mutation"):
            rows.append(
                f"| {name} | {each['n']:,.0f} | {each['balanced_accuracy']:.3f} | {each['auroc']:.3f} "
                f"| {each['ece']:.3f} |"
            )
    means, mutants = figures["all"], figures["mutation"]
    rows.append(
        f"| mean | | {means['balanced_accuracy']:.3f} | {means['auroc']:.3f} "
        f"| {means['ece']:.3f}, pooled {means['ece_pooled']:.3f} |"
    )
    caught = ", ".join(f"{kind.replace('_', ' ')} {mutants.get(f'caught {kind}', 0.0):.3f}" for kind in _KINDS)
    accused, reworded = mutants.get("accused", 0.0), mutants.get("accused of the reworded", 0.0)
    rows += ["", f"Mutants refused: {caught}; faithful answers refused: {accused:.3f}, of the reworded {reworded:.3f}."]
    return "\n".join(rows)


def card_with(card: str, table: str, sha256: str) -> str:
    """The card with this table, and the hash of the model that it is about, between its two marks."""
    before, _, rest = card.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\nModel file SHA-256 `{sha256}`.\n\n{table}\n{_END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.ship", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with the small file and tokenizer.json")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=900, help="claims of each set, to fit and to measure")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found, combination = Path(folder) / "figures.json", Path(folder) / "combination.json"
        shared = ["--data", str(given.data), "--limit", str(given.limit)]
        fitted = ["--model", str(given.model / SMALL), "--out", str(combination)]
        _run("eval.training.verifier.combination", *shared, *fitted)
        place_files(given.model, _PACKAGE, combination=combination)
        _run("eval.training.verifier.combined_figures", *shared, "--out", str(found))
        figures = json.loads(found.read_text(encoding="utf-8"))
    card = _PACKAGE / "model" / "evidence" / "MODEL_CARD.md"
    sha256 = next(each.sha256 for each in packaged_files() if each.name == SMALL)
    card.write_text(card_with(card.read_text(encoding="utf-8"), figures_table(figures), sha256), encoding="utf-8")


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)  # noqa: S603  our own modules


if __name__ == "__main__":
    main()
