"""The file that hands a conversation on: whole, inert, and with the place of each quotation."""

import re

import pytest

from rag import NOT_IN_DOCUMENTS, AnswerStatus
from tests.ui.hostile import TEXTS
from tests.ui.html_reading import first, nodes
from tests.ui.records import answer, citation, claim, document, evidence
from tests.ui.views.test_render import hostile_answer
from ui.views.shared_view import conversation_as_html

BRIDGE = document("The bridge opened in 1932. It is painted grey.", title="Bridges", source="notes/bridges.txt")
OPENED = citation(BRIDGE, 0, 26)


def test_each_number_leads_to_its_quote_title_date_and_place():
    page = conversation_as_html("Bridges", [answer(claim(OPENED.quote, OPENED))])
    mark = first(page, ".said a")
    reference = first(page, mark.attributes["href"])
    assert mark.text() == "[1]"
    assert first(page, "h1").text() == "Bridges"
    assert reference.text() == "The bridge opened in 1932.[1] Bridges · 12 March 2025 · line 1 · characters 0-26"


def test_numbers_of_two_answers_lead_to_places_of_their_own():
    page = conversation_as_html("x", [answer(claim(OPENED.quote, OPENED))] * 2)
    ids = [node.attributes["id"] for node in nodes(page, "li[id]")]
    assert len(set(ids)) == len(ids) == 2


def test_what_is_not_answered_says_so_with_the_nearest_sentences():
    nothing = answer(status=AnswerStatus.ABSTAINED, text=NOT_IN_DOCUMENTS, evidence=(evidence(BRIDGE, 0, 26),))
    page = conversation_as_html("x", [nothing])
    assert NOT_IN_DOCUMENTS in page
    assert "do not answer" in first(page, "section div .facts").text()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("status", [AnswerStatus.PARTIAL, AnswerStatus.ABSTAINED])
def test_the_file_does_nothing_whatever_the_documents_say(name, status):
    page = conversation_as_html(TEXTS[name], [hostile_answer(TEXTS[name], status=status)])
    assert "default-src" in first(page, "meta[http-equiv]").attributes["content"]
    assert len(nodes(page, "meta")) == 3
    assert not nodes(page, "script, img, iframe, object, embed, form, link, base, svg, video, audio, button, input")
    for node in nodes(page, "*"):
        assert not [key for key in node.attributes if key.startswith("on") or key == "style"]
        assert (node.attributes.get("href") or "#").startswith("#")
    assert len(nodes(page, "style")) == 1
    assert not re.search(r"url\(|@import", first(page, "style").text())
