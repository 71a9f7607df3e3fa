"""Are the pairs that the assistant lists as conflicts conflicts, and which of the known ones does it list?

`eval/conflicts/` holds groups of two or three short news documents, a half in each folder: pairs that disagree in a
number, a date, a negation, a name or an outcome, corrections of one outlet, figures that grew, and, in many groups,
what only looks like one of these: another event, year, region or group, per cent and points, estimate and count, rival
claims, forecasts, rounding, units. All documents of a half lie in one store, so that groups meet each other too. The
report half is opened by the runner only; both halves were written before the rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval.cases import DataError, Row, Split, data_hash, read_file
from eval.outcomes import Outcome, Status
from eval.tasks.task import Trial
from rag import Assistant, Conflict, Relation, Statement

__all__ = ["CONFLICTS", "ConflictsTask"]

CONFLICTS = Path(__file__).parents[1] / "conflicts"


class _Place(NamedTuple):
    """A sentence: which document of which group, and its text."""

    group: str
    document: int
    quote: str


class _Gold(NamedTuple):
    """A pair that is to be listed."""

    places: frozenset[_Place]
    differs: str
    relation: str


class ConflictsTask:
    """The groups of `eval.conflicts`, in one store for each half."""

    def __init__(self, *, name: str, folder: Path = CONFLICTS) -> None:
        """Read the groups.

        Raises:
            DataError: a file is missing or of another form.
        """
        self.name = name
        self._files = {half: read_file(folder / half / "groups.jsonl") for half in Split}
        self.data_hash = data_hash(list(self._files.values()))

    def trials(self, assistant: Assistant, split: Split | None, *, documents: Path) -> Sequence[Trial]:
        """Compare the documents; one trial for each known pair, each listed pair, and each group without a conflict.

        Raises:
            DataError: a document cannot be read.
        """
        halves = [half for half in Split if split in (None, half)]
        return [trial for half in halves for trial in self._trials_of(assistant, half, documents / half)]

    def _trials_of(self, assistant: Assistant, half: Split, folder: Path) -> list[Trial]:
        rows = self._files[half].rows
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "news.jsonl").write_text("".join(map(_lines_of, rows)), encoding="utf-8")
        if others := [info.source for info in assistant.documents()]:
            assistant.remove(others)
        for failure in assistant.add([folder]).failed:
            raise DataError(failure.source, failure.reason)
        found = {_places_of(conflict): conflict for conflict in assistant.conflicts(with_updates=True)}
        gold = {pair.places: pair for row in rows for pair in _gold_of(row)}
        noisy = {place.group for places in found for place in places}
        quiet = [row.text("id") for row in rows if not row.rows("pairs")]
        trials = []
        for number, pair in enumerate(gold.values()):
            trials.append(_trial(f"{half}/known/{number}", partial(_known, pair, found.get(pair.places))))
        for number, (places, conflict) in enumerate(found.items()):
            trials.append(_trial(f"{half}/listed/{number}", partial(_listed, conflict, gold.get(places))))
        for group in quiet:
            trials.append(_trial(f"{half}/quiet/{group}", partial(_quiet, group, is_quiet=group not in noisy)))
        return trials


def _trial(case_id: str, measure: partial[Outcome]) -> Trial:
    return Trial(case_id, partial(measure, case_id))


def _lines_of(row: Row) -> str:
    """The documents of a group as lines of a feed."""
    group = row.text("id")
    articles = [
        {
            "id": f"{group}/{number}",
            "title": "News in brief",
            "publisher": document.text("outlet"),
            "published": document.text("published"),
            "text": " ".join(document.texts("sentences")),
        }
        for number, document in enumerate(row.rows("documents"))
    ]
    return "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)


def _gold_of(row: Row) -> list[_Gold]:
    documents = row.rows("documents")
    pairs = []
    for pair in row.rows("pairs"):
        places = []
        for side in ("one", "other"):
            document, sentence = pair.numbers(side)
            places.append(_Place(row.text("id"), document, documents[document].texts("sentences")[sentence]))
        pairs.append(_Gold(frozenset(places), pair.text("what"), pair.text("relation")))
    return pairs


def _places_of(conflict: Conflict) -> frozenset[_Place]:
    return frozenset(map(_place_of, (conflict.one, conflict.other)))


def _place_of(side: Statement) -> _Place:
    group, _, number = side.source.rpartition("#")[2].rpartition("/")
    return _Place(group, int(number), side.quote)


def _known(pair: _Gold, conflict: Conflict | None, case_id: str) -> Outcome:
    found = float(conflict is not None)
    is_update = pair.relation == Relation.UPDATE
    scores = (
        {"update_found": found} if is_update else {"conflict_found": found, f"conflict_found_{pair.differs}": found}
    )
    if conflict is not None:
        scores["conflict_word_right"] = float(conflict.differs == pair.differs)
        scores["conflict_relation_right"] = float(conflict.relation == pair.relation)
    said = conflict.in_words if conflict is not None else ""
    return _outcome(case_id, " | ".join(sorted(place.quote for place in pair.places)), scores, said)


def _listed(conflict: Conflict, known: _Gold | None, case_id: str) -> Outcome:
    is_update = conflict.relation is Relation.UPDATE
    is_right = known is not None and (known.relation == Relation.UPDATE) is is_update
    scores = {"listed_update_right" if is_update else "listed_right": float(is_right)}
    return _outcome(case_id, f"{conflict.one.quote} | {conflict.other.quote}", scores, conflict.in_words)


def _quiet(group: str, case_id: str, *, is_quiet: bool) -> Outcome:
    return _outcome(case_id, group, {"no_conflict_made": float(is_quiet)}, "")


def _outcome(case_id: str, question: str, scores: Mapping[str, float], text: str) -> Outcome:
    return Outcome(case_id=case_id, question=question, status=Status.JUDGED, scores=scores, text=text)
