"""Tiny cross-encoders of every kind: their labels, what they read, and what they are refused for."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SettingsError, WeightsError
from rag.protocols import ClaimWithEvidence
from rag.testing.verifier import COPIED, DENIED, FOREIGN, PAIRS, VERIFIER_CHECKS
from rag.types import VerdictLabel
from rag.verifiers.entailment import EntailmentVerifier, _runs

FLOOD, RAIN, SUN = "The river rose by a metre.", "Rain fell all week.", "It was sunny."
BECAUSE = "The river rose because of rain."
FILLER = " ".join(["climbed"] * 45)


@pytest.fixture(scope="module")
def folder(make_cross_encoder):
    return make_cross_encoder()


@pytest.fixture(scope="module")
def verifier(folder):
    return EntailmentVerifier(str(folder))


def verdict(verifier, claim, *quotes, speakers=()):
    (found,) = verifier.verify([ClaimWithEvidence(quotes, claim, speakers)])
    return found


@pytest.fixture(
    scope="module",
    params=[
        ("entailment", "neutral", "contradiction"),
        ("CONTRADICTION", "ENTAILMENT", "NEUTRAL"),
        ("neutral", "entails", "contradicts"),
        ("not_entailment", "entailment"),
        ("Entailment", "not-entailment"),
        ("LABEL_0",),
    ],
    ids=lambda labels: ",".join(labels),
)
def model_of_any_kind(make_cross_encoder, request):
    means = {"entails": "entailment", "contradicts": "contradiction", "not-entailment": "not_entailment"}
    labels = request.param
    folder = make_cross_encoder(labels, means=[means.get(label.lower(), label.lower()) for label in labels])
    return EntailmentVerifier(str(folder))


@pytest.mark.parametrize("check", VERIFIER_CHECKS, ids=lambda check: check.__name__)
def test_models_of_every_kind_keep_the_contract(check, model_of_any_kind):
    check(model_of_any_kind)


def test_three_labels_tell_a_contradiction_from_silence(verifier):
    labels = [found.label for found in verifier.verify([COPIED, FOREIGN, DENIED])]
    assert labels == [VerdictLabel.SUPPORTED, VerdictLabel.UNSUPPORTED, VerdictLabel.CONTRADICTED]


def test_the_score_is_the_softmax_of_the_logits(verifier):
    found = verdict(verifier, COPIED.claim, *COPIED.evidence)
    assert found.score == pytest.approx(0.9951, abs=1e-3)  # e³ / (e³ + 2 e⁻³)
    assert found.reasons == ("entailed by quote 1 with a probability of 1.00",)


def test_one_output_is_read_through_the_logistic_function(make_cross_encoder):
    found = verdict(EntailmentVerifier(str(make_cross_encoder(["LABEL_0"]))), COPIED.claim, *COPIED.evidence)
    assert found.score == pytest.approx(0.9526, abs=1e-3)  # 1 / (1 + e⁻³)


def test_a_temperature_makes_the_model_less_sure_and_changes_no_order(folder, verifier):
    cooler = EntailmentVerifier(str(folder), temperature=3.0)
    found = verdict(cooler, COPIED.claim, *COPIED.evidence)
    assert found.score == pytest.approx(0.7870, abs=1e-3)  # e / (e + 2 e⁻¹)
    assert found.label is VerdictLabel.SUPPORTED
    flat = EntailmentVerifier(str(folder), temperature=100.0)
    assert verdict(flat, COPIED.claim, *COPIED.evidence).score == pytest.approx(0.347, abs=1e-3)


def test_the_threshold_decides(folder):
    strict = EntailmentVerifier(str(folder), threshold=0.999)
    found = verdict(strict, COPIED.claim, *COPIED.evidence)
    assert found.label is VerdictLabel.UNSUPPORTED
    assert found.reasons == ("entailed by quote 1 with a probability of only 1.00",)


def test_two_quotes_may_support_together_what_neither_does_alone(verifier):
    assert verdict(verifier, BECAUSE, FLOOD).label is VerdictLabel.UNSUPPORTED
    assert verdict(verifier, BECAUSE, RAIN).label is VerdictLabel.UNSUPPORTED
    found = verdict(verifier, BECAUSE, FLOOD, RAIN)
    assert found.label is VerdictLabel.SUPPORTED
    assert found.reasons[0].startswith("entailed by quotes 1 and 2 together with")


def test_a_quote_that_contradicts_is_named(verifier):
    found = verdict(verifier, BECAUSE, " ", SUN)
    assert found.label is VerdictLabel.CONTRADICTED
    assert found.reasons[0].startswith("contradicted by quote 2 with")


def test_a_speaker_whom_the_quote_does_not_name_is_read_with_it(verifier):
    claim = "Rubio spoke of rain."
    assert verdict(verifier, claim, RAIN).label is VerdictLabel.UNSUPPORTED
    assert verdict(verifier, claim, RAIN, speakers=("Rubio",)).label is VerdictLabel.SUPPORTED
    for nobody in (("",), (" ",), ("Ana", "Ben")):
        assert verdict(verifier, claim, RAIN, speakers=nobody).score == verdict(verifier, claim, RAIN).score


def test_a_quote_that_cannot_be_read_whole_is_not_read_at_all(verifier):
    long = COPIED.claim + " climbed" * 200
    found = verdict(verifier, COPIED.claim, long)
    assert (found.label, found.score) == (VerdictLabel.UNSUPPORTED, 0.0)
    assert found.reasons == ("quote 1 is longer than the model reads beside the claim",)
    found = verdict(verifier, COPIED.claim, long, COPIED.claim)
    assert found.reasons == ("entailed by quote 2 with a probability of 1.00",)


def test_a_claim_longer_than_the_model_reads_is_not_supported(verifier):
    found = verdict(verifier, "climbed " * 200, RAIN)
    assert (found.label, found.score) == (VerdictLabel.UNSUPPORTED, 0.0)


def test_quotes_that_do_not_fit_together_are_read_in_windows_of_whole_quotes(verifier):
    assert sum(verifier._model.count_tokens([BECAUSE, FILLER, FLOOD, RAIN])) > verifier._model.max_tokens
    found = verdict(verifier, BECAUSE, FILLER, FLOOD, RAIN)
    assert found.label is VerdictLabel.SUPPORTED
    assert found.reasons[0].startswith("entailed by quotes 2 and 3 together with")


@given(st.lists(st.integers(1, 9), max_size=8), st.integers(9, 30))
def test_windows_are_all_longest_runs_that_fit_and_each_quote_alone(n_tokens, room):
    runs = [(run.start, run.stop) for run in _runs(n_tokens, room)]
    n = len(n_tokens)
    fitting = [(i, j) for i in range(n) for j in range(i + 1, n + 1) if sum(n_tokens[i:j]) <= room]
    longest = {(i, j) for i, j in fitting if not {(i - 1, j), (i, j + 1)} & set(fitting)}
    assert len(runs) == len(set(runs))
    assert set(runs) == longest | {(i, i + 1) for i in range(n)}


@pytest.mark.parametrize(("claim", "quotes"), [("", (RAIN,)), ("?!", (RAIN,)), (RAIN, ()), (RAIN, ("", " \n"))])
def test_what_says_nothing_or_cites_nothing_is_not_supported(verifier, claim, quotes):
    found = verdict(verifier, claim, *quotes)
    assert (found.label, found.score) == (VerdictLabel.UNSUPPORTED, 0.0)
    assert found.reasons in (("the claim is empty",), ("the claim cites nothing",))


def test_half_a_character_is_no_obstacle(verifier):
    assert 0.0 <= verdict(verifier, "Rain \ud800.", "Rain \udfff.").score <= 1.0


def test_scores_do_not_depend_on_the_batch_size(folder, verifier):
    one_by_one = EntailmentVerifier(str(folder), batch_size=1)
    for one, other in zip(one_by_one.verify(PAIRS), verifier.verify(PAIRS), strict=True):
        assert one.label is other.label
        assert one.score == pytest.approx(other.score, abs=1e-4)


def test_threads_get_what_one_caller_gets(verifier):
    alone = verifier.verify(PAIRS)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(lambda _: verifier.verify(PAIRS), range(8)):
            assert [each.label for each in together] == [each.label for each in alone]


def test_the_id_names_the_folder_and_its_content(folder, verifier, tmp_path):
    copy = tmp_path / "tiny"
    shutil.copytree(folder, copy)
    assert verifier.id.startswith("entailment/tiny@")
    assert EntailmentVerifier(str(copy)).id == verifier.id
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"note": "changed"}))
    assert EntailmentVerifier(str(copy)).id != verifier.id


@pytest.mark.parametrize(
    ("labels", "means"),
    [
        (("contradiction", "neutral", "entailment"), ("entailment", "neutral", "contradiction")),
        (("neutral", "entailment", "contradiction"), ("neutral", "contradiction", "entailment")),
        (("entailment", "not_entailment"), ("not_entailment", "entailment")),
    ],
)
def test_labels_in_the_wrong_order_are_found_out(make_cross_encoder, labels, means):
    folder = make_cross_encoder(labels, means=means)
    with pytest.raises(SettingsError, match=rf"with the labels {labels[0]}, .*sleeping.* - give its labels"):
        EntailmentVerifier(str(folder))


def test_labels_may_be_given_for_a_model_that_does_not_name_them(make_cross_encoder):
    order = ("contradiction", "entailment", "neutral")
    folder = make_cross_encoder(("LABEL_0", "LABEL_1", "LABEL_2"), means=order)
    with pytest.raises(SettingsError, match=r"its 3 labels are 'LABEL_0', 'LABEL_1', 'LABEL_2' - use one with"):
        EntailmentVerifier(str(folder))
    assert verdict(EntailmentVerifier(str(folder), labels=order), COPIED.claim, *COPIED.evidence).score > 0.9
    with pytest.raises(SettingsError, match="give its labels in their true order"):
        EntailmentVerifier(str(folder), labels=("entailment", "contradiction", "neutral"))
    with pytest.raises(SettingsError, match="its 3 labels are"):
        EntailmentVerifier(str(folder), labels=("entailment", "not_entailment"))


@pytest.mark.parametrize(
    "labels", [("positive", "negative"), ("entailment", "entails"), ("neutral", "contradiction", "joy")]
)
def test_a_model_for_something_else_is_refused(make_cross_encoder, labels):
    folder = make_cross_encoder(labels, means=labels)
    with pytest.raises(SettingsError, match=f"labels are '{labels[0]}', '{labels[1]}'"):
        EntailmentVerifier(str(folder))


def test_a_model_that_gives_every_pair_the_same_score_is_refused(make_cross_encoder, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "flat"
    shutil.copytree(make_cross_encoder(["LABEL_0"]), folder)
    weights = load_file(folder / "model.safetensors")
    weights["classifier.weight"] *= 0.0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(SettingsError, match=r"entails itself with a probability of 0\.50"):
        EntailmentVerifier(str(folder))


def test_a_model_without_an_output_layer_is_refused(folder, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(folder).save_pretrained(tmp_path / "encoder")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "encoder")
    with pytest.raises(SettingsError, match="it is a BertModel and no cross-encoder"):
        EntailmentVerifier(str(tmp_path / "encoder"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no/such/folder", "there is no such folder"),
        ("./nowhere", "there is no such folder"),
        ("cross-encoder/nli-of-nobody", "it is no folder, and the model hub gave: .* - check the name and the network"),
        ("cross-encoder/nli-of-nobody@main", "it is no folder, and the model hub gave: "),
    ],
)
def test_a_model_that_cannot_be_had_is_named(name, message, capfd):
    with pytest.raises(WeightsError, match=f"{name}': {message}"):
        EntailmentVerifier(name)
    assert capfd.readouterr() == ("", "")


def test_an_empty_and_a_damaged_folder_are_named(folder, tmp_path):
    with pytest.raises(WeightsError, match="cannot find weights in"):
        EntailmentVerifier(str(tmp_path))
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    (damaged / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"cannot load the model '.*damaged'.* - name a folder"):
        EntailmentVerifier(str(damaged))


@pytest.mark.parametrize("arguments", [{"threshold": 0.0}, {"threshold": 1.5}, {"temperature": 0.0}])
def test_numbers_that_cannot_be_used_are_refused(folder, arguments):
    with pytest.raises(SettingsError, match=r"cannot use the t.* - give a"):
        EntailmentVerifier(str(folder), **arguments)
