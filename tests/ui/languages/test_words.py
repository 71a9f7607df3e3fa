"""Numbers, days and messages are written as each language writes them; requests get the language they ask for."""

from datetime import date

import pytest

from ui.background import Job
from ui.languages.choice import COOKIE, language_for
from ui.languages.words import (
    Language,
    _,
    day,
    decimal,
    duration,
    language,
    listed,
    megabytes,
    number,
    percent,
    speaking,
)

EN, DE, FR, ES = Language


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        (EN, ["12,345", "0.50", "12%", "12 March 2025", "2 minutes", "1,117 MB", "a, b and c", "English"]),
        (DE, ["12.345", "0,50", "12\xa0%", "12. März 2025", "2 Minuten", "1.117 MB", "a, b und c", "Deutsch"]),
        (
            FR,
            [
                "12\u202f345",
                "0,50",
                "12\xa0%",
                "12 mars 2025",
                "2 minutes",
                "1\u202f117\u202fMo",
                "a, b et c",
                "Français",
            ],
        ),
        (ES, ["12.345", "0,50", "12\xa0%", "12 de marzo de 2025", "2 minutos", "1.117 MB", "a, b y c", "Español"]),
    ],
)
def test_numbers_days_and_names_are_written_as_in_the_language(spoken, said):
    with speaking(spoken):
        assert [
            number(12345),
            decimal(0.5, digits=2),
            percent(0.123),
            day(date(2025, 3, 12)),
            duration(120),
            megabytes(1_117_320_768),
            listed(["a", "b", "c"]),
            spoken.own_name,
        ] == said


def test_a_message_is_said_in_the_language_of_the_block_and_in_english_outside():
    with speaking(DE):
        assert _("Copied") == "Kopiert"
        with speaking(FR):
            assert _("Copied") == "Copié"
        assert language() is DE
    assert _("Copied") == "Copied"


def test_what_a_value_holds_is_never_read_as_a_placeholder():
    assert _("Removed “{title}”.", title="{n} {0} {title.__class__}") == "Removed “{n} {0} {title.__class__}”."


def test_work_in_the_background_speaks_the_language_of_who_started_it():
    with speaking(ES):
        job = Job(lambda report: report(language()))
    assert list(job.batches(within_seconds=60)) == [[ES]]


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, EN),
        ({"accept-language": "de-AT,de;q=0.9,en;q=0.8"}, DE),
        ({"accept-language": "en;q=0.1, es ;q=0.7, fr;q=0.5"}, ES),
        ({"accept-language": "de;q=0, fr"}, FR),
        ({"accept-language": "ja, *"}, EN),
        ({"accept-language": "de;q=many, ;;;, fr;q=0.2"}, FR),
        ({"accept-language": "fr", "cookie": f"a=b; {COOKIE}=de"}, DE),
        ({"accept-language": "fr", "cookie": f"{COOKIE}=xx"}, FR),
        ({"accept-language": "fr", "cookie": f"{COOKIE}"}, FR),
        ({"accept-language": "fr", "cookie": '=;\x00"'}, FR),
    ],
)
def test_a_request_gets_what_was_chosen_else_what_the_browser_wants(headers, wanted):
    assert language_for(headers) is wanted


def test_the_language_of_the_app_counts_more_than_the_browser_and_less_than_the_choice():
    assert language_for({"accept-language": "fr"}, otherwise=DE) is DE
    assert language_for({"accept-language": "fr", "cookie": f"{COOKIE}=es"}, otherwise=DE) is ES
