from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rag.embedders.sentence_transformers import SentenceTransformersEmbedder
from rag.errors import WeightsError
from rag.testing.embedder import EMBEDDER_CHECKS
from rag.types import Span

TEXT = "Anna climbed the mountain. Ben slept in the valley."
ANNA, BEN = Span(start=0, end=26), Span(start=27, end=51)
PROMPTS = {"query": "find the text: ", "document": "text: "}


def _encode(embedder: SentenceTransformersEmbedder, texts: list[str], **arguments: str) -> np.ndarray:
    """What the library gives, by its own loop."""
    return embedder._model.encode(texts, normalize_embeddings=True, show_progress_bar=False, **arguments)


def _naive_sentence(embedder: SentenceTransformersEmbedder, text: str, span: Span, prompt: str = "") -> np.ndarray:
    """The mean of the token vectors inside a span, token by token, by the library's own tokenizer and model."""
    model = embedder._model
    offsets = model.tokenizer(prompt + text, truncation=True, return_offsets_mapping=True)["offset_mapping"]
    tokens = model.encode(prompt + text, output_value="token_embeddings", show_progress_bar=False).numpy()
    inside = [
        token
        for token, (start, end) in zip(tokens, offsets, strict=True)
        if start < end and start - len(prompt) >= span.start and end - len(prompt) <= span.end
    ]
    mean = np.mean(inside, axis=0)
    return mean / np.linalg.norm(mean)


@pytest.fixture(scope="module")
def mean_model(make_model) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(str(make_model("mean")), batch_tokens=64)


@pytest.fixture(scope="module")
def prompted_model(make_model) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(str(make_model("mean", prompts=PROMPTS)))


@pytest.fixture(scope="module", params=["cls", "max", "dense", "static"])
def other_model(make_model, request) -> SentenceTransformersEmbedder:
    if request.param == "static":
        return SentenceTransformersEmbedder(str(_static_model(make_model)))
    if request.param == "dense":
        return SentenceTransformersEmbedder(str(make_model("mean", with_dense=True)))
    return SentenceTransformersEmbedder(str(make_model(request.param)))


def _static_model(make_model):
    """A model that is a table of word vectors: it has no transformer and reads texts of any length."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = SentenceTransformersEmbedder(str(make_model("mean")))._tokenizers.counting
    torch.manual_seed(6)
    folder = make_model("mean").parent / "static"
    static = StaticEmbedding(tokenizer, embedding_dim=12)
    SentenceTransformer(modules=[static], device="cpu").save(str(folder), create_model_card=False)
    return folder


# puts_like_texts_closer, and that sentences do so, is beyond random weights
MEANINGLESS = {"puts_like_texts_closer", "embeds_sentences_of_passages"}
FORMAL_CHECKS = [check for check in EMBEDDER_CHECKS if check.__name__ not in MEANINGLESS]


@pytest.mark.parametrize("check", [c for c in FORMAL_CHECKS if c.__name__ not in {"counts_tokens", "reads_max_tokens"}])
def test_models_of_other_kinds_keep_the_contract(check, other_model):
    check(other_model)


def test_passage_is_what_the_library_encodes(mean_model):
    texts = ["", TEXT, "the river", TEXT * 5, "river 東京 😀", "anna"]
    np.testing.assert_allclose(mean_model.embed_passages(texts), _encode(mean_model, texts), atol=1e-5)
    np.testing.assert_allclose(mean_model.embed_questions(texts), _encode(mean_model, texts), atol=1e-5)


def test_passage_of_other_kinds_of_model_is_what_the_library_encodes(other_model):
    texts = [TEXT, "the river", TEXT * 5, "anna"]
    np.testing.assert_allclose(other_model.embed_passages(texts), _encode(other_model, texts), atol=1e-5)


def test_sentence_is_the_mean_of_its_tokens_inside_the_passage(mean_model):
    texts = ["the river", TEXT, f"😀 東京\n {TEXT}"]
    spans = [[Span(start=4, end=9)], [BEN, ANNA], [Span(start=6, end=32), Span(start=33, end=57)]]
    passages, sentences = mean_model.embed_sentences(texts, spans)
    np.testing.assert_allclose(passages, _encode(mean_model, texts), atol=1e-5)
    for text, rows, text_spans in zip(texts, sentences, spans, strict=True):
        for row, span in zip(rows, text_spans, strict=True):
            np.testing.assert_allclose(row, _naive_sentence(mean_model, text, span), atol=1e-5)
    assert np.abs(sentences[1][1] - _encode(mean_model, [ANNA.slice(TEXT)])[0]).max() > 1e-3


def test_span_without_a_token_that_was_read_gets_the_passage(mean_model):
    text = "Anna climbed.  " + "river " * 40 + "Ben slept."
    blank, unread, half_read = Span(start=13, end=15), Span(start=255, end=265), Span(start=100, end=265)
    passages, (sentences,) = mean_model.embed_sentences([text], [[blank, unread, half_read]])
    np.testing.assert_array_equal(sentences[0], passages[0])
    np.testing.assert_array_equal(sentences[1], passages[0])
    assert unread.slice(text) == "Ben slept."
    assert np.abs(sentences[2] - passages[0]).max() > 1e-4


def test_sentence_is_embedded_apart_where_a_mean_over_tokens_means_nothing(other_model):
    passages, (sentences,) = other_model.embed_sentences([TEXT], [[ANNA, BEN, Span(start=26, end=27)]])
    np.testing.assert_allclose(sentences[:2], _encode(other_model, [ANNA.slice(TEXT), BEN.slice(TEXT)]), atol=1e-5)
    np.testing.assert_array_equal(sentences[2], passages[0])


def test_prompts_of_the_model_are_put_before_questions_and_passages(prompted_model):
    question, passage = prompted_model.embed_questions([TEXT]), prompted_model.embed_passages([TEXT])
    np.testing.assert_allclose(question, _encode(prompted_model, [TEXT], prompt_name="query"), atol=1e-5)
    np.testing.assert_allclose(passage, _encode(prompted_model, [TEXT], prompt_name="document"), atol=1e-5)
    assert np.abs(question - passage).max() > 1e-3
    assert prompted_model.count_tokens(["anna slept"]) == [2]


def test_prompt_does_not_move_the_spans_of_sentences(prompted_model):
    _, (sentences,) = prompted_model.embed_sentences([TEXT], [[ANNA, BEN]])
    for row, span in zip(sentences, (ANNA, BEN), strict=True):
        np.testing.assert_allclose(row, _naive_sentence(prompted_model, TEXT, span, PROMPTS["document"]), atol=1e-5)


def test_max_tokens_leaves_room_for_marks_and_prompt(mean_model, prompted_model):
    assert mean_model.max_tokens == 24 - 2
    assert prompted_model.max_tokens == 24 - 2 - 2


def test_same_model_gives_the_same_id_in_any_folder_and_another_pooling_another(make_model, tmp_path):
    folder = make_model("mean")
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    ids = [SentenceTransformersEmbedder(str(place)).id for place in (folder, copy, make_model("cls"))]
    assert ids[0] == ids[1] != ids[2]
    assert [name.split("@")[0] for name in ids] == ["tiny"] * 3
    assert len(ids[0].split("@")[1]) == 7


def test_folder_without_weights_is_a_weights_error(tmp_path):
    with pytest.raises(WeightsError, match=r"cannot load the model .* - name a folder"):
        SentenceTransformersEmbedder(str(tmp_path))


def test_folder_with_damaged_weights_is_a_weights_error(make_model):
    (weights,) = make_model("mean").rglob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(WeightsError, match=r"cannot load the model .* - name a folder"):
        SentenceTransformersEmbedder(str(weights.parent))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model@1234567", "not a name/at/all"])
def test_unknown_name_without_network_is_a_weights_error(name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError, match=f"cannot load the model '{name}'.*all-MiniLM-L6-v2, which needs none"):
        SentenceTransformersEmbedder(name)


def test_spans_must_match_the_texts(mean_model):
    with pytest.raises(ValueError, match="got 2 texts and 1 lists"):
        mean_model.embed_sentences(["a", "b"], [[]])


def test_batch_of_no_tokens_is_refused():
    with pytest.raises(ValueError, match="batch_tokens must be positive"):
        SentenceTransformersEmbedder(batch_tokens=0)


def test_nothing_is_printed_and_library_settings_stay(make_model, capfd):
    import logging

    from transformers.utils.logging import is_progress_bar_enabled

    before = is_progress_bar_enabled(), logging.getLogger("transformers").level
    folder = make_model("mean")
    capfd.readouterr()
    embedder = SentenceTransformersEmbedder(str(folder))
    embedder.embed_passages([TEXT * 100])
    embedder.count_tokens([TEXT * 100])
    assert capfd.readouterr() == ("", "")
    assert (is_progress_bar_enabled(), logging.getLogger("transformers").level) == before


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder()


@pytest.mark.model
class TestDefaultModel:
    def test_it_is_the_official_model(self, embedder):
        assert embedder.id == "all-MiniLM-L6-v2@53aa511"
        assert (embedder.dim, embedder.max_tokens) == (384, 254)
        assert SentenceTransformersEmbedder("sentence-transformers/all-MiniLM-L6-v2").id == embedder.id

    def test_known_vector_keeps_its_numbers(self, embedder):
        vector = embedder.embed_passages(["The giant is awakening."])[0]
        np.testing.assert_allclose(vector[:5], [0.034877, 0.068311, 0.040014, 0.09217, 0.017661], atol=1e-4)

    def test_vectors_are_what_the_library_encodes(self, embedder):
        texts = ["", TEXT, "Łódź, 東京, 😀", TEXT * 60, "territory"]
        np.testing.assert_allclose(embedder.embed_passages(texts), _encode(embedder, texts), atol=1e-5)

    def test_sentence_is_the_mean_of_its_tokens_inside_the_passage(self, embedder):
        _, (sentences,) = embedder.embed_sentences([TEXT], [[ANNA, BEN]])
        for row, span in zip(sentences, (ANNA, BEN), strict=True):
            np.testing.assert_allclose(row, _naive_sentence(embedder, TEXT, span), atol=1e-5)

    def test_threads_embed_passages_and_questions_at_once(self, embedder):
        passages, questions = embedder.embed_passages([TEXT] * 20), embedder.embed_questions(["who slept?"])
        with ThreadPoolExecutor(max_workers=2) as threads:
            first = threads.submit(embedder.embed_sentences, [TEXT] * 20, [[ANNA, BEN]] * 20)
            second = [threads.submit(embedder.embed_questions, ["who slept?"]) for _ in range(10)]
        np.testing.assert_allclose(first.result().passages, passages, atol=1e-5)
        for future in second:
            np.testing.assert_allclose(future.result(), questions, atol=1e-5)
