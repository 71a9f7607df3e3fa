"""Which verifier judges claims: the rules alone, or with a model, by default the small one that comes with the package.

A model never judges alone: what the rules find word for word stays supported, and what they refuse for a reason that is
certain, such as another number in what is else a copy, stays refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rag.assembly.generator_choice import DEFAULT_LLM
from rag.model.weights import path_of
from rag.settings import Settings

__all__ = ["VerifierChoice", "choose_verifier"]


class VerifierChoice(NamedTuple):
    """A backend of the verifier socket, by name, with its arguments.

    is_behind_rules: whether the rules go first and keep a veto.
    judging: the arguments of the backend that judges claims of other people, where those are not the same.
    """

    backend: str
    arguments: Mapping[str, object]
    is_behind_rules: bool = False
    judging: Mapping[str, object] | None = None


def choose_verifier(settings: Settings) -> VerifierChoice:
    """The backend for these settings; no server is asked.

    Raises:
        WeightsError: the weights of the local model that is asked for are not here.
    """
    match settings.verifier:
        case "entailment":
            if not settings.verifier_model:
                return VerifierChoice("combined", {"is_guard": True}, judging={"is_guard": False})
            arguments = {"model": settings.verifier_model, "device": settings.device}
            return VerifierChoice("entailment", arguments, is_behind_rules=True)
        case "judge" if settings.llm_api_base:
            model = settings.verifier_model or settings.llm_model
            server = {
                "model": model,
                "api_base": settings.llm_api_base,
                "key_base": settings.key_base,
            }
            timeout = {"timeout_seconds": settings.llm_timeout_seconds}
            return VerifierChoice("judge", {**server, **timeout}, is_behind_rules=True)
        case "judge":
            path = str(path_of(settings.verifier_model or settings.llm_model or DEFAULT_LLM))
            running = {"n_threads": settings.llm_threads, "timeout_seconds": settings.llm_timeout_seconds}
            return VerifierChoice("judge-llama-cpp", {"model_path": path, **running}, is_behind_rules=True)
        case other:
            return VerifierChoice(other, {})
