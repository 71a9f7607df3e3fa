"""Figures of an exported verifier: `python -m eval.training.verifier.figures --data FOLDER --model FILE --out FILE`.

All are of the report half; thresholds, temperature and the weight of the search are tuned on what was kept back from
training. Times are medians on this machine while nothing else should run.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from eval.training.start import start_folder
from eval.training.verifier.answer_figures import Reading, answer_figures
from eval.training.verifier.data.first_stage import embedded
from eval.training.verifier.data.pairs import TrainingData, read_training_data
from eval.training.verifier.mutation_figures import mutation_figures
from eval.training.verifier.support_figures import support_figures
from rag.model.evidence import EvidenceModel

__all__ = ["main", "milliseconds"]

_ASKED = ("squad2", "qed", "clapnq")
_SENTENCE = "The council approved the plan on Friday after a debate that lasted nearly four hours, officials said."
N_TIMED = 40


def milliseconds(run: Callable[[], object], *, n: int = N_TIMED) -> float:
    """The median time of one call, after two that warm up."""
    times = []
    for _ in range(n + 2):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1000)
    return median(times[2:])


def _times(model: Path, n_threads: int) -> dict[str, float]:
    runtime = EvidenceModel(model, n_threads=n_threads)
    question = "What did the council decide about the plan?"
    return {
        "claim_with_three_sentences": milliseconds(lambda: runtime.read([(_SENTENCE, [_SENTENCE] * 3)])),
        "twenty_sentences_alone": milliseconds(lambda: runtime.read([(question, [_SENTENCE])] * 20)),
        "twenty_sentences_in_five_windows": milliseconds(lambda: runtime.read([(question, [_SENTENCE] * 4)] * 5)),
        "twenty_sentences_in_twenty_windows": milliseconds(lambda: runtime.read([(question, [_SENTENCE] * 5)] * 20)),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.verifier.figures", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="an ONNX file with tokenizer.json beside it")
    parser.add_argument("--out", type=Path, required=True, help="JSON file; what it has already is not measured again")
    parser.add_argument("--cache", type=Path, required=True, help="folder for vectors that no checkpoint changes")
    parser.add_argument("--limit", type=int, help="claims of each set; all without it")
    parser.add_argument("--questions", type=int, help="questions of each set and half; all without it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--readings", type=Reading, nargs="*", default=list(Reading), help="how sentences are ranked")
    parser.add_argument("--only", nargs="*", default=["support", "mutation", "answer", "times"])
    given = parser.parse_args(arguments)
    found = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    data = read_training_data(given.data)
    for name, measure in _measures(given, data).items():
        if name.split()[0] in given.only and name not in found:
            found[name] = measure()
            given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _measures(given: argparse.Namespace, data: TrainingData) -> dict[str, Callable[[], object]]:
    runtime = EvidenceModel(given.model, n_threads=given.threads)
    embed = partial(embedded, folder=start_folder())
    asked = {name: data.questions[name] for name in _ASKED}
    measures: dict[str, Callable[[], object]] = {
        "support": partial(support_figures, data.judged, runtime, limit=given.limit),
        "mutation": partial(mutation_figures, asked, runtime, limit=given.limit),
    }
    for reading in given.readings:
        for name in _ASKED:
            measures[f"answer {name} {reading}"] = partial(
                answer_figures,
                asked[name],
                runtime,
                embed=embed,
                cache=given.cache,
                reading=reading,
                limit=given.questions,
            )
    measures["times"] = partial(_times, given.model, given.threads)
    return measures


if __name__ == "__main__":
    main()
