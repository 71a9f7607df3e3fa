"""Settings: one frozen record, filled from arguments, then `RAG_*` environment variables, then a TOML file.

Nothing reads settings on its own: they are passed in. Unknown names are refused, so that a typo is heard.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rag.errors import SettingsError

__all__ = ["Settings", "Use"]

_PREFIX = "RAG_"
_Suffix: TypeAlias = Annotated[str, Field(pattern=r"^\.[^A-Z\s./\\]+$")]
_Target: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
_WAYS_TO_A_MODEL = ("auto", "none", "local", "openai-like")


class Use(Enum):
    """What a setting is for, where that is more than the answers: marks of the fields below."""

    PER_ANSWER = "may be another one for each answer over one open store"
    NO_ANSWER = "changes no answer"


_OTHER_VARIABLES = {"RAG_API_KEY", "RAG_MODELS", "RAG_STORE", "RAG_VECTOR_INDEX_TOKEN"}
"""Read elsewhere, and no settings: a key is no part of what can be printed, and folders do not change answers."""


def _way_to_a_model(llm: str) -> str:
    if llm not in _WAYS_TO_A_MODEL and ":" not in llm:
        raise ValueError(
            f"it says how a language model is reached - write {', '.join(_WAYS_TO_A_MODEL)}, or a LlamaIndex LLM's "
            "module:Class, and the model's name as llm_model"
        )
    return llm


class Settings(BaseSettings):
    """How the assistant reads, finds, answers and checks; every field has a working default.

    A backend is given by its short name (see `rag.assembly.backends`) or as `module:Class`.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=_PREFIX)

    embedder: Annotated[
        str, Field(description="backend that turns text into vectors; auto: onnx, or sentence-transformers for others")
    ] = "auto"
    embedding_model: Annotated[
        str, Field(description="model name or folder for that backend; module:Class for llama-index")
    ] = "all-MiniLM-L6-v2"
    embedding_arguments: Annotated[
        dict[str, str | int | float | bool], Field(description="arguments of that class, for llama-index")
    ] = {}
    ray: Annotated[
        str,
        Use.NO_ANSWER,
        Field(description="Ray cluster that reads, cuts and embeds: host:port, or auto for this machine's"),
    ] = ""
    device: Annotated[str, Use.NO_ANSWER, Field(description="where the model runs: cpu, cuda, mps")] = "cpu"
    passage_tokens: Annotated[int, Field(ge=16, description="longest passage, in tokens of the embedder")] = 256
    vector_index: Annotated[str, Field(description="backend that finds passages by vector")] = "faiss"
    vector_index_uri: Annotated[
        str,
        Use.NO_ANSWER,
        Field(description="where it is, for milvus: http://host:19530, or a path ending in .db for Milvus Lite"),
    ] = ""
    vector_index_collection: Annotated[
        str,
        Use.NO_ANSWER,
        Field(
            pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,199})?$",
            description="name of the store's collection there; empty: one made of the store's folder",
        ),
    ] = ""
    word_index: Annotated[str, Field(description="backend that finds passages by word")] = "fts"
    fusion: Annotated[Literal["min-max", "rrf"], Field(description="how the two rankings are joined")] = "min-max"
    dense_weight: Annotated[float, Field(ge=0, le=1, description="share of the vector score in min-max fusion")] = 0.5
    n_passages: Annotated[int, Field(ge=1, le=1000, description="passages whose sentences are ranked")] = 30
    reranker: Annotated[
        str,
        Field(description="what reads the best sentences: reader, cross-encoder, module:Class; overlap: no model"),
    ] = "overlap"
    reranker_model: Annotated[str, Field(description="name or folder of the model for cross-encoder")] = ""
    n_read: Annotated[int, Field(ge=1, le=200, description="sentences that such a model reads at once")] = 24
    n_evidence: Annotated[
        int, Use.PER_ANSWER, Field(ge=1, le=100, description="sentences offered to the generator")
    ] = 10
    llm: Annotated[
        str,
        AfterValidator(_way_to_a_model),
        Use.PER_ANSWER,
        Field(description="language model: auto, none, local, openai-like, or module:Class of a LlamaIndex LLM"),
    ] = "auto"
    llm_model: Annotated[
        str, Use.PER_ANSWER, Field(description="its name: of the local weights, or as the server calls it")
    ] = ""
    llm_api_base: Annotated[
        str, Use.PER_ANSWER, Field(description="address of a server with the OpenAI protocol, ends in /v1")
    ] = ""
    llm_key_base: Annotated[
        str,
        Use.PER_ANSWER,
        Use.NO_ANSWER,
        Field(description="address that the key in RAG_API_KEY is for; empty: the llm_api_base it was set beside"),
    ] = ""
    llm_arguments: Annotated[
        dict[str, str | int | float | bool], Use.PER_ANSWER, Field(description="arguments of the class that llm names")
    ] = {}
    llm_evidence: Annotated[
        int,
        Use.PER_ANSWER,
        Field(ge=1, le=100, description="sentences that the model reads, those they need not counted"),
    ] = 6
    llm_context_tokens: Annotated[
        int, Use.PER_ANSWER, Field(ge=512, description="tokens that the model can hold at once")
    ] = 4096
    llm_output_tokens: Annotated[int, Use.PER_ANSWER, Field(ge=16, description="longest draft, in tokens")] = 256
    llm_threads: Annotated[
        int, Use.PER_ANSWER, Use.NO_ANSWER, Field(ge=0, description="threads of the local model; 0 for one a core")
    ] = 0
    llm_timeout_seconds: Annotated[
        float, Use.PER_ANSWER, Use.NO_ANSWER, Field(gt=0, description="how long to wait for the next words")
    ] = 120.0
    generator: Annotated[
        str, Use.PER_ANSWER, Field(description="backend that drafts the answer; auto: what llm says")
    ] = "auto"
    verifier: Annotated[
        str,
        Use.PER_ANSWER,
        Field(description="what checks each claim: rules; entailment or judge, with the rules; or module:Class"),
    ] = "entailment"
    verifier_model: Annotated[
        str,
        Use.PER_ANSWER,
        Field(description="cross-encoder (name or folder) instead of the bundled one, or the judge's model"),
    ] = ""
    max_citations: Annotated[
        int,
        Use.PER_ANSWER,
        Field(ge=1, le=50, description="most sentences of an extractive answer, without neighbours"),
    ] = 4
    abstain_below: Annotated[
        float,
        Use.PER_ANSWER,
        Field(ge=0, le=1, description="answer only when the documents do so with at least this probability"),
    ] = 0.4
    quote_instead_from: Annotated[
        float,
        Use.PER_ANSWER,
        Field(ge=0, le=1, description="quote the best sentences from this probability on when the model has no answer"),
    ] = 0.7
    readers: Annotated[
        dict[_Suffix, _Target],
        Field(description="more kinds of files: suffix, such as .org, to module:Class of our readers or LlamaIndex's"),
    ] = {}
    keep_answers: Annotated[
        int,
        Use.NO_ANSWER,
        Field(ge=1, le=1_000_000, description="most recorded answers; the oldest is forgotten for a new one"),
    ] = 10_000
    keep_answers_days: Annotated[
        int,
        Use.NO_ANSWER,
        Field(ge=1, le=36_500, description="how long recorded answers are kept; older ones go with the next one"),
    ] = 365
    max_question_characters: Annotated[int, Use.NO_ANSWER, Field(ge=1, description="longest question")] = 10_000
    max_file_bytes: Annotated[int, Use.NO_ANSWER, Field(ge=1, description="largest file that is read, or fetched")] = (
        50_000_000
    )
    max_document_characters: Annotated[
        int,
        Use.NO_ANSWER,
        Field(ge=1, le=100_000_000, description="most characters of one document, those about it included"),
    ] = 5_000_000
    max_document_sentences: Annotated[
        int,
        Use.NO_ANSWER,
        Field(ge=1, le=10_000_000, description="most sentences, or rows of a table, of one document"),
    ] = 50_000
    max_read_seconds: Annotated[
        float, Use.NO_ANSWER, Field(gt=0, le=86_400, description="longest time to read one document")
    ] = 30.0
    max_read_memory_bytes: Annotated[
        int, Use.NO_ANSWER, Field(ge=50_000_000, description="most memory to read one document")
    ] = 1_000_000_000
    fetch_private: Annotated[
        bool, Use.NO_ANSWER, Field(description="fetch also from this machine and its network, not the public one alone")
    ] = False
    max_fetch_seconds: Annotated[
        float, Use.NO_ANSWER, Field(gt=0, le=3600, description="longest time to fetch one address, redirects included")
    ] = 30.0
    max_connect_seconds: Annotated[
        float, Use.NO_ANSWER, Field(gt=0, le=3600, description="how long to wait for its server to answer a call")
    ] = 10.0
    max_recognised_pages: Annotated[
        int,
        Use.NO_ANSWER,
        Field(ge=0, le=20_000, description="most pages of one document to recognise (OCR), each in that time"),
    ] = 500
    fetch_delay_seconds: Annotated[
        float, Use.NO_ANSWER, Field(ge=0, le=60, description="pause between two pages of a site, of a list or a feed")
    ] = 1.0
    lock_timeout_seconds: Annotated[
        float, Use.NO_ANSWER, Field(ge=0, le=86_400, description="how long to wait for another writer")
    ] = 30.0

    def __init__(self, **values: Any) -> None:
        _refuse_misspelt(os.environ)
        try:
            super().__init__(**_with_key_base(values, configured=_variable("llm_api_base")))
        except ValidationError as error:
            raise SettingsError(_explain(error)) from error

    @classmethod
    def from_file(cls, path: str | Path, **values: Any) -> Settings:
        """Settings of the TOML file at `path`; environment variables and `values` go before it.

        Raises:
            SettingsError: the file is missing, is not TOML, or holds a name or value that cannot be used.
        """
        try:
            in_file = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise SettingsError(f"cannot read settings {str(path)!r}: {error.strerror} - name a TOML file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"cannot read settings {str(path)!r}: not TOML ({error}) - mend that line") from error
        from_file = {name: value for name, value in in_file.items() if _variable(name) is None}
        return cls(**_with_key_base(from_file | values, configured=from_file.get("llm_api_base")))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment; a `.env` file in the working directory is not read."""
        return init_settings, env_settings

    @property
    def key_base(self) -> str:
        """The address that the key in `RAG_API_KEY` is for; empty when it is for none."""
        return self.llm_key_base or self.llm_api_base

    @classmethod
    def marked(cls, use: Use) -> set[str]:
        """The names of the settings of that use."""
        return {name for name, field in cls.model_fields.items() if use in field.metadata}

    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that are the same for settings that give the same answers."""
        relevant = self.model_dump(exclude=self.marked(Use.NO_ANSWER))
        return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:12]


def _variable(setting: str) -> str | None:
    """What the environment says about that setting; None when it says nothing."""
    name = f"{_PREFIX}{setting}".upper()
    return next((value for variable, value in os.environ.items() if variable.upper() == name), None)


def _with_key_base(values: dict[str, Any], *, configured: object) -> dict[str, Any]:
    """The values; when they name another address than the configured one, its key stays where it belongs."""
    is_moved = bool(configured) and values.get("llm_api_base", configured) != configured
    is_said = "llm_key_base" in values or _variable("llm_key_base") is not None
    return values | {"llm_key_base": configured} if is_moved and not is_said else values


def _refuse_misspelt(environment: Iterable[str]) -> None:
    """Hear a typo such as `RAG_EMBEDER`; variables that resemble no setting may belong to other programs."""
    known = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields} | _OTHER_VARIABLES
    for name in environment:
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            likely = get_close_matches(name.upper(), known, n=1, cutoff=0.85)
            if likely:
                raise SettingsError(
                    f"no setting is called {name!r} in the environment - write {likely[0]}, or remove the variable"
                )


def _explain(error: ValidationError) -> str:
    parts = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = ", ".join(sorted(Settings.model_fields))
            parts.append(f"no setting is called {name!r} - the settings are: {known}")
        else:
            said = problem.get("ctx", {}).get("error", f"{problem['msg']} - change it")
            parts.append(f"cannot use {name} = {problem['input']!r}: {said}")
    return "; ".join(parts)
