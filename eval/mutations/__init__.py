"""The mutation engine: unfaithful answers made out of faithful ones, to find out who notices.

Everything here is a pure function of its arguments and a seed: no model, no network. `records` has the data, `engine`
the mutants, `rewordings` the controls that stay faithful, `sources` the claims to begin with, `detectors` who notices.
Mutation tools for programs exist; none was found that edits claims and keeps their citations.
"""

from eval.mutations.detectors import METRICS, Shown, shown_answers
from eval.mutations.engine import MAX_PER_KIND, mutants_of
from eval.mutations.records import FaithfulClaim, Mutant, MutationKind, Rewording, RewordingRule
from eval.mutations.rewordings import MAX_PER_RULE, rewordings_of
from eval.mutations.sources import PUBLIC_SETS, public_claims, seed_claims
from eval.mutations.speakers import speaker_of

__all__ = [
    "MAX_PER_KIND",
    "MAX_PER_RULE",
    "METRICS",
    "PUBLIC_SETS",
    "FaithfulClaim",
    "Mutant",
    "MutationKind",
    "Rewording",
    "RewordingRule",
    "Shown",
    "mutants_of",
    "public_claims",
    "rewordings_of",
    "seed_claims",
    "shown_answers",
    "speaker_of",
]
