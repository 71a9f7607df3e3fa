from pathlib import Path

import pytest
import torch

from eval.training.verifier.data.examples import Target
from eval.training.verifier.encoding import IGNORED
from eval.training.verifier.network import Outputs, VerifierNetwork, losses, of_sentences
from rag.model.evidence import Encoder, arrays

NOTHING = torch.full((1, 4), IGNORED)
SENTENCES = torch.tensor([[0, 1, 2, 2]])


@pytest.fixture(scope="module")
def network(start: Path) -> VerifierNetwork:
    torch.manual_seed(0)
    return VerifierNetwork(start).eval()


def outputs(verdict: list[float]) -> Outputs:
    return Outputs(torch.tensor([verdict]), torch.zeros(1, 4), torch.zeros(1, 4))


def verdict_loss(verdict: list[float], target: Target) -> float:
    return losses(
        outputs(verdict), targets=torch.tensor([target]), sentences=SENTENCES, answering=NOTHING, wrong=NOTHING
    ).verdict.item()


def test_padding_changes_nothing(network: VerifierNetwork, start: Path) -> None:
    encoder = Encoder(start)
    short, long = encoder.encode("she left", ["the city"]), encoder.encode("she left", ["the city was of a king"])

    with torch.no_grad():
        alone = network(*map(torch.as_tensor, arrays([short])))
        beside = network(*map(torch.as_tensor, arrays([short, long])))

    assert torch.allclose(alone.verdicts[0], beside.verdicts[0], atol=1e-5)
    assert torch.allclose(alone.answers[0], beside.answers[0, : len(short.ids)], atol=1e-5)


def test_either_refusal_satisfies_a_claim_that_is_only_known_to_be_refused() -> None:
    contradicted, unsupported = [-9.0, 9.0, -9.0], [-9.0, -9.0, 9.0]

    assert verdict_loss(contradicted, Target.REFUSED) == pytest.approx(verdict_loss(unsupported, Target.REFUSED))
    assert verdict_loss(contradicted, Target.REFUSED) < verdict_loss([9.0, -9.0, -9.0], Target.REFUSED)
    assert verdict_loss(contradicted, Target.CONTRADICTED) < verdict_loss(unsupported, Target.CONTRADICTED)


def test_what_is_not_labelled_costs_nothing() -> None:
    found = losses(
        outputs([5.0, 1.0, 0.0]),
        targets=torch.tensor([Target.UNKNOWN]),
        sentences=SENTENCES,
        answering=NOTHING,
        wrong=NOTHING,
    )

    assert found.total().item() == 0.0


def test_gold_sentence_must_beat_the_others() -> None:
    answering = torch.tensor([[1.0, 0.0]])
    right, turned = torch.tensor([[9.0, 3.0, -5.0, -1.0]]), torch.tensor([[9.0, -3.0, 5.0, 1.0]])

    costs = [
        losses(
            Outputs(torch.zeros(1, 3), answers, torch.zeros(1, 4)),
            targets=torch.tensor([Target.UNKNOWN]), sentences=SENTENCES, answering=answering, wrong=NOTHING,
        ).answers.item()
        for answers in (right, turned)
    ]  # fmt: skip

    assert costs[0] < 0.2 < costs[1]


def test_worst_word_lowers_support(start: Path) -> None:
    network = VerifierNetwork(start).eval()
    inputs = tuple(map(torch.as_tensor, arrays([Encoder(start).encode("she left", ["the city"])])))
    with torch.no_grad():
        before = network(*inputs).verdicts[0]
        network.token_head.bias[1] += 10.0
        after = network(*inputs).verdicts[0]

    assert (after - before).tolist() == pytest.approx([-5.0, 2.5, 2.5], abs=1e-3)


def test_sentence_scores_the_mean_of_its_tokens() -> None:
    logits = torch.tensor([[9.0, 3.0, -5.0, -1.0]])

    assert of_sentences(logits, SENTENCES, 3).tolist() == [[3.0, -3.0, 0.0]]
