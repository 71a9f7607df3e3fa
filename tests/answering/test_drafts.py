"""What a generator may write, what of it is shown, and when nothing is answered."""

from __future__ import annotations

import pytest

from rag import (
    NOT_IN_DOCUMENTS,
    AnswerStatus,
    ClaimVerified,
    GeneratorError,
    VerdictLabel,
)
from rag.protocols import CANNOT_ANSWER
from rag.testing.generator import ScriptedGenerator
from rag.testing.verifier import ScriptedVerifier
from tests.answering.bridge import ARTICLE, QUESTION, assert_every_quote_is_a_slice, number_of

# Abstention


def test_abstained_answer_cites_nothing_and_shows_the_nearest_sentences(open_with):
    generator = ScriptedGenerator(["[1]"])
    answer = open_with(generator, abstain_below=1.0).ask("Who baked the bread?")
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.text == NOT_IN_DOCUMENTS
    assert answer.claims == answer.citations == answer.trace.dropped == ()
    assert answer.evidence
    assert generator.calls == []
    assert list(answer.trace.timings_ms) == ["embed", "find", "rank", "read", "total"]


@pytest.mark.parametrize("draft", ["", "\n", "I do not know.", "[99]", "[0]", "The bridge is on fire.", "[ ]"])
def test_draft_without_supported_claims_is_an_abstention(open_with, draft):
    answer = open_with(ScriptedGenerator([draft]), quote_instead_from=1.0).ask(QUESTION)
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.text == NOT_IN_DOCUMENTS
    assert answer.claims == answer.citations == ()
    assert answer.trace.draft == draft


@pytest.mark.parametrize("draft", ["", "It cost a fortune.", CANNOT_ANSWER, f"“{CANNOT_ANSWER}” [1]"])
def test_strong_evidence_is_quoted_when_the_generator_leaves_nothing(open_with, draft):
    answer = open_with(ScriptedGenerator([draft]), quote_instead_from=0.0).ask(QUESTION)
    assert "The bridge opened in 1932." in [citation.quote for citation in answer.citations]
    assert [claim.claim.text for claim in answer.claims] == [citation.quote for citation in answer.citations]
    assert "quoted" in answer.trace.notice


def test_refusal_is_believed_when_the_evidence_is_not_strong(open_with):
    answer = open_with(ScriptedGenerator([f"{CANNOT_ANSWER} It is grey. [1]"]), quote_instead_from=1.0).ask(QUESTION)
    assert answer.status is AnswerStatus.ABSTAINED
    assert answer.trace.dropped == ()


def test_best_sentences_are_quoted_when_the_generator_fails(open_with):
    class Failing(ScriptedGenerator):
        def generate(self, question, evidence, history):
            raise GeneratorError("cannot reach the model 'm' - start it")

    answer = open_with(Failing([]), quote_instead_from=1.0).ask(QUESTION)
    assert "The bridge opened in 1932." in [citation.quote for citation in answer.citations]
    assert answer.trace.notice == "Cannot reach the model 'm' - start it. The best sentences are quoted instead."


def test_claims_verified_before_the_generator_fails_are_kept(open_with):
    number = number_of(open_with(), "1932")

    class BreakingOff(ScriptedGenerator):
        def generate(self, question, evidence, history):
            yield f"The bridge opened in 1932. [{number}]\n"
            yield "It is"
            raise GeneratorError("the answer broke off - try again")

    answer = open_with(BreakingOff([])).ask(QUESTION)
    assert answer.text == "The bridge opened in 1932. [1]"
    assert "broke off" in answer.trace.notice


def test_claims_are_verified_while_the_draft_is_being_written(open_with):
    number = number_of(open_with(), "1932")
    written = []

    class Slow(ScriptedGenerator):
        def generate(self, question, evidence, history):
            for piece in (f"[{number}]\n", "It is grey.\n", "The end."):
                written.append(piece)
                yield piece

    events = open_with(Slow([])).stream(QUESTION)
    next(events)
    assert isinstance(next(events), ClaimVerified)
    assert len(written) == 2


def test_dropped_claim_is_replaced_by_the_sentence_that_it_named(open_with):
    number = number_of(open_with(), "1932")
    answer = open_with(ScriptedGenerator([f"It opened in 1933. [{number}]"]), quote_instead_from=0.0).ask(QUESTION)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == "The bridge opened in 1932. [1]"
    assert [claim.claim.text for claim in answer.trace.dropped] == ["It opened in 1933."]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How long is the pier?", ""),
        ("How much did the pier cost?", "The pier stands in Orrin. [1] It cost £2.87 million. [2]"),
        ("What did the pier cost in pounds?", "The pier stands in Orrin. [1] It cost £2.87 million. [2]"),
        ("In which year did the pier open?", ""),
    ],
)
def test_sentence_in_the_place_of_a_claim_answers_and_can_be_understood(open_with, write, question, says):
    def opened(generator=None):
        assistant = open_with(generator, quote_instead_from=0.0)
        assistant.add([write("pier.txt", "The pier stands in Orrin.\nIt cost £2.87 million.\n")])
        return assistant

    number = next(each.number for each in opened().retrieve(question) if "cost" in each.quote)
    draft = f"The pier is 900 metres long. [{number}]"

    class OnlyDrafted(ScriptedGenerator):
        def generate(self, question, evidence, history):
            yield draft

    answer = opened(OnlyDrafted([])).ask(question)
    assert [claim.claim.text for claim in answer.trace.dropped] == ["The pier is 900 metres long."]
    is_left_without_a_claim = "The best sentences are quoted instead" in answer.notice
    assert is_left_without_a_claim == (not says)
    assert not says or answer.text == says


def test_dropped_claim_is_not_replaced_when_the_evidence_is_not_strong(open_with):
    number = number_of(open_with(), "1932")
    draft = f"It opened in 1933. [{number}]"
    answer = open_with(ScriptedGenerator([draft]), quote_instead_from=1.0).ask(QUESTION)
    assert answer.status is AnswerStatus.ABSTAINED


def test_store_without_documents_abstains(assistant):
    answer = assistant.ask(QUESTION)
    assert answer.status is AnswerStatus.ABSTAINED
    assert (answer.text, answer.evidence) == (NOT_IN_DOCUMENTS, ())


# What a generator may write, and what comes of it


def test_pieces_are_joined_before_they_are_read(open_with):
    assistant = open_with(ScriptedGenerator(["[", "1", "]\n", "[2]"]))
    assert len(assistant.ask(QUESTION).citations) == 2


def test_quotes_are_copied_from_the_source_and_numbered_in_order_of_use(open_with):
    assistant = open_with()
    opened, ferry = number_of(assistant, "1932"), number_of(assistant, "ferry")
    answer = open_with(ScriptedGenerator([f"[{ferry}]\n[{opened}]\n"])).ask(QUESTION)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.text == "The ferry stopped when the bridge opened. [1] The bridge opened in 1932. [2]"
    assert [(citation.number, citation.line) for citation in answer.citations] == [(1, 4), (2, 1)]
    assert_every_quote_is_a_slice(assistant, answer)


def test_sentence_that_is_quoted_and_said_again_is_shown_once(open_with):
    assistant = open_with()
    number = number_of(assistant, "1932")
    answer = open_with(ScriptedGenerator([f"[{number}]\nThe bridge opened in 1932. [{number}]"])).ask(QUESTION)
    assert [[citation.number for citation in claim.claim.citations] for claim in answer.claims] == [[1]]
    assert len(answer.citations) == 1


def test_invented_claims_are_left_out_and_make_the_answer_partial(open_with):
    assistant = open_with()
    number = number_of(assistant, "1932")
    answer = open_with(
        ScriptedGenerator(
            [f"It cost a fortune. The bridge closed in 1932. [{number}]\n[{number}]\n[99]\n[{number}][98]"]
        )
    ).ask(QUESTION)
    assert answer.status is AnswerStatus.PARTIAL
    assert answer.text == "The bridge opened in 1932. [1]"
    dropped = answer.trace.dropped
    assert [claim.claim.text for claim in dropped] == ["It cost a fortune.", "The bridge closed in 1932.", "", ""]
    assert [claim.claim.invalid_markers for claim in dropped] == [(), (), ("[99]",), ("[98]",)]
    assert all(claim.claim.citations == () for claim in dropped)
    assert all(claim.verdict.label is not VerdictLabel.SUPPORTED for claim in dropped)


@pytest.mark.parametrize(
    "claim",
    [
        "the bridge is on fire.",
        "The bridge is on fire.",
        "It is ugly.",
        "The bridge opened in 1933.",
        "The bridge never opened in 1932.",
        "<b>The bridge opened in 1932.</b>",
        "According to Anna, the bridge opened in 1932.",
    ],
)
def test_claim_that_is_not_what_its_source_says_is_never_shown(open_with, claim):
    answer = open_with(ScriptedGenerator([f"{claim} [1][2][3][4]"]), quote_instead_from=1.0).ask(QUESTION)
    assert claim not in [shown.claim.text for shown in answer.claims]
    assert all(shown.claim.text in ARTICLE for shown in answer.claims)


@pytest.mark.parametrize("marker", ["", "[{ferry}]", "[{ferry}][99]"])
def test_right_claim_with_a_wrong_marker_is_attached_to_the_sentence_that_says_it(open_with, marker):
    ferry = number_of(open_with(), "ferry")
    answer = open_with(ScriptedGenerator([f"The bridge opened in 1932. {marker.format(ferry=ferry)}"])).ask(QUESTION)
    assert [citation.quote for citation in answer.citations] == ["The bridge opened in 1932."]
    assert "attached" in answer.claims[0].verdict.reasons[-1]


def test_claim_is_shown_only_with_the_citations_that_it_needs(open_with):
    assistant = open_with()
    opened, ferry = number_of(assistant, "1932"), number_of(assistant, "ferry")
    answer = open_with(ScriptedGenerator([f"The bridge opened in 1932. [{ferry}][{opened}]"])).ask(QUESTION)
    assert [citation.quote for citation in answer.citations] == ["The bridge opened in 1932."]


def test_injected_text_is_quoted_as_text_and_followed_by_nobody(open_with):
    assistant = open_with()
    number = number_of(assistant, "Ignore")
    answer = open_with(ScriptedGenerator([f"[{number}]\n"])).ask(QUESTION)
    assert [citation.quote for citation in answer.citations] == [ARTICLE.splitlines()[2]]
    assert [claim.claim.invalid_markers for claim in answer.claims] == [()]
    assert_every_quote_is_a_slice(assistant, answer)


def test_contradicted_claim_is_left_out_with_its_verdict(open_with):
    claim = "The bridge opened late."
    verifier = ScriptedVerifier({claim: VerdictLabel.CONTRADICTED})
    answer = open_with(ScriptedGenerator([f"{claim} [4] It is grey. [3]"]), verifier).ask(QUESTION)
    assert answer.text == "It is grey. [1]"
    assert [(left.claim.text, left.verdict.label) for left in answer.trace.dropped] == [
        (claim, VerdictLabel.CONTRADICTED)
    ]


def test_verifier_sees_each_claim_with_the_quotes_that_it_cites(open_with):
    assistant = open_with()
    quotes = {sentence.number: sentence.quote for sentence in assistant.retrieve(QUESTION)}
    verifier = ScriptedVerifier()
    open_with(ScriptedGenerator(["It is so. [2, 1] It is not."]), verifier).ask(QUESTION)
    assert (verifier.calls[0].claim, verifier.calls[0].evidence) == ("It is so.", (quotes[2], quotes[1]))
    assert all(quote in quotes.values() for pair in verifier.calls for quote in pair.evidence)
