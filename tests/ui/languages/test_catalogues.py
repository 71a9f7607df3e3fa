"""What the page says is marked, and translated into every language."""

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ui.languages.catalogues import TRANSLATED, faults, marked, update
from ui.languages.words import CATALOGUES, Language

HEADER = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


@pytest.fixture(scope="module")
def wanted():
    return marked()


@pytest.mark.parametrize("language", TRANSLATED)
def test_all_that_is_marked_is_translated(language, wanted):
    assert faults(language, wanted) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_as_it_is_written_by_the_program(language, wanted, tmp_path):
    name = f"{language.value}.po"
    written = (CATALOGUES / name).read_bytes()
    (tmp_path / name).write_bytes(written)
    update(language, wanted, folder=tmp_path)
    assert (tmp_path / name).read_bytes() == written


@pytest.fixture
def of_few(tmp_path):
    """Makes a German catalogue with these entries, where two are wanted; gives what is wrong with it."""
    few = Catalog()
    few.add("Saved.")
    few.add(("{n} file of {place}", "{n} files of {place}"))

    def made(*entries):
        (tmp_path / "de.po").write_text(HEADER + "\n\n".join(entries) + "\n", encoding="utf-8")
        return faults(Language.GERMAN, few, folder=tmp_path)

    return made


SAVED = 'msgid "Saved."\nmsgstr "{}"'
FILES = 'msgid "{{n}} file of {{place}}"\nmsgid_plural "{{n}} files of {{place}}"\nmsgstr[0] "{}"\nmsgstr[1] "{}"'
GOOD = FILES.format("{n} Datei aus {place}", "{n} Dateien aus {place}")


def test_a_catalogue_that_says_all_has_no_fault(of_few):
    assert of_few(SAVED.format("Gespeichert."), GOOD) == []


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([GOOD], "('Saved.',) is not in the catalogue"),
        ([SAVED.format(""), GOOD], "'Saved.' is not translated"),
        (["#, fuzzy\n" + SAVED.format("Gespeichert."), GOOD], "'Saved.' is not translated"),
        ([SAVED.format("Gespeichert."), GOOD, 'msgid "Old."\nmsgstr "Alt."'], "('Old.',) is said no more"),
        ([SAVED.format("<b>Gespeichert.</b>"), GOOD], "'<b>Gespeichert.</b>' holds HTML"),
        ([SAVED.format("Gespeichert&nbsp;."), GOOD], "'Gespeichert&nbsp;.' holds HTML"),
        ([SAVED.format(" Gespeichert."), GOOD], "' Gespeichert.' begins or ends with other white space"),
        (
            [SAVED.format("Gespeichert."), FILES.format("{n} Datei aus {place}", "{n} Dateien")],
            "'{n} Dateien' has other placeholders",
        ),
        (
            [SAVED.format("Gespeichert."), FILES.format("{n} Datei aus {ort}", "{n} Dateien aus {place}")],
            "'{n} Datei aus {ort}' has other placeholders",
        ),
        ([SAVED.format("Gespeichert."), FILES.format("{n} Datei aus {place}", "")], "'{n} file of {place}' is not"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_said(of_few, entries, fault):
    found = of_few(*entries)
    assert [said[: len(fault)] for said in found] == [fault]


def test_the_catalogues_go_with_the_package():
    listed = (CATALOGUES.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"languages/*.po"' in listed
    assert {path.stem for path in CATALOGUES.glob("*.po")} == {language.value for language in TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_are_those_of_the_language(language):
    with (CATALOGUES / f"{language.value}.po").open("rb") as file:
        forms = read_po(file).plural_forms
    assert forms == ("nplurals=2; plural=(n > 1);" if language is Language.FRENCH else "nplurals=2; plural=(n != 1);")
