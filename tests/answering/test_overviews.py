"""Overviews by the whole path: what is shown of one document, of several, and of what is none."""

from __future__ import annotations

import pytest

from rag.types import AnswerStatus

FERRY = """Ferry strike ends

By Ana Ruiz

The crews of the lake ferries ended their strike on Monday after eleven days without a single boat.
They had asked for nine per cent more. “We got seven,” said Tom Berg, who led the strike.
The company Lakelines said that the ferries would sail again from Tuesday morning on all five lines.
Some 4,000 commuters had to drive around the lake while the boats lay in port.

Read more about ferries in our newsletter.
All rights reserved. Copyright 2025 by the Lake Courier.
"""
MILL = """The old mill of Orrin burned down in the night of Saturday, and nobody was hurt in the fire.
The mill had ground rye since 1781 and was the last one of the valley that still had its wheel.
"""
LICENCE = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software.
The software is provided as is, without warranty of any kind, express or implied.
In no event shall the authors or copyright holders be liable for any claim or damages.
"""


@pytest.mark.parametrize("question", ["What is this about?", "Summarise the article.", "main points", "tl;dr"])
def test_overview_of_one_document_begins_with_its_lead_and_shows_nothing_of_the_page(assistant, write, question):
    assistant.add([write("ferry.txt", FERRY)])
    answer = assistant.ask(question)
    quotes = [citation.quote for citation in answer.citations]
    assert answer.status is AnswerStatus.ANSWERED
    assert quotes[0].startswith("The crews of the lake ferries ended their strike")
    assert 1 < len(quotes) <= 4
    starts = [citation.span.start for citation in answer.citations]
    assert starts == sorted(starts)
    shown = " ".join(quotes)
    assert not any(words in shown for words in ("Ferry strike ends", "By Ana", "Read more", "rights", "They had"))


def test_overview_of_several_documents_quotes_each_and_no_licence(assistant, write):
    write("ferry.txt", FERRY)
    write("LICENSE.txt", LICENCE)
    assistant.add([write("mill.txt", MILL).parent])
    sources = [citation.source.rpartition("/")[2] for citation in assistant.ask("What are these about?").citations]
    assert sorted(sources) == ["ferry.txt", "mill.txt"]


def test_topic_chooses_the_document(assistant, write):
    write("ferry.txt", FERRY)
    assistant.add([write("mill.txt", MILL).parent])
    answer = assistant.ask("Summarise the article about the fire in the mill.")
    assert {citation.source.rpartition("/")[2] for citation in answer.citations} == {"mill.txt"}
    assert answer.citations[0].quote.startswith("The old mill of Orrin burned down")


def test_topic_of_no_document_gets_no_overview(assistant, write):
    assistant.add([write("mill.txt", MILL)])
    assert assistant.ask("Summarise the article about quantum chemistry.").trace.answerability == 0


def test_filter_chooses_what_the_overview_is_of(assistant, write):
    write("ferry.txt", FERRY)
    assistant.add([write("mill.txt", MILL).parent])
    answer = assistant.ask("What is this about?", where="source like '*mill.txt'")
    assert {citation.source.rpartition("/")[2] for citation in answer.citations} == {"mill.txt"}


def test_nothing_stands_for_an_empty_store_or_a_licence_alone(assistant, write):
    assert assistant.ask("What is this about?").status is AnswerStatus.ABSTAINED
    assistant.add([write("LICENSE.txt", LICENCE)])
    assert assistant.ask("Summarise it.").status is AnswerStatus.ABSTAINED
