"""A cross-encoder as a reranker, with models that are made here."""

from __future__ import annotations

import numpy as np
import pytest

from rag.assembly.backends import build
from rag.errors import SettingsError, WeightsError
from rag.testing.reranker import QUESTION, RERANKER_CHECKS, TEXTS


@pytest.fixture(scope="session")
def reranker(make_reranker_model):
    return build("reranker", "cross-encoder", model=str(make_reranker_model()))


@pytest.mark.parametrize("check", RERANKER_CHECKS, ids=lambda check: check.__name__)
def test_keeps_the_contract(reranker, check):
    check(reranker)


def test_scores_are_the_logistic_function_of_what_the_model_says(reranker, make_reranker_model):
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(make_reranker_model()), device="cpu", local_files_only=True)
    said = model.predict([(QUESTION, text) for text in TEXTS[:2]], show_progress_bar=False)
    np.testing.assert_allclose(reranker.score(QUESTION, TEXTS[:2]), said, atol=1e-5)


def test_a_lone_surrogate_is_read_as_an_unknown_letter(reranker):
    assert 0 <= reranker.score("\ud800", ["\udfff a"])[0] <= 1


def test_a_model_with_several_outputs_is_refused(make_reranker_model):
    folder = str(make_reranker_model(3))
    with pytest.raises(SettingsError, match="3 outputs and not one score - name a model for ranking") as raised:
        build("reranker", "cross-encoder", model=folder)
    assert repr(folder) in str(raised.value)


def test_an_encoder_without_a_head_is_refused(make_reranker_model, tmp_path):
    from transformers import AutoTokenizer, BertModel

    folder = make_reranker_model()
    BertModel.from_pretrained(folder).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
    with pytest.raises(SettingsError, match="it is a BertModel and no cross-encoder"):
        build("reranker", "cross-encoder", model=str(tmp_path))


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_refused(name):
    with pytest.raises(SettingsError, match="it names no model"):
        build("reranker", "cross-encoder", model=name)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="name a folder that sentence-transformers or transformers saved"):
        build("reranker", "cross-encoder", model=str(tmp_path))
