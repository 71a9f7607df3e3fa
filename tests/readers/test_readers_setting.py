"""More kinds of files by a setting, with readers of ours or of LlamaIndex."""

import pytest

from rag import Assistant, BackendError, Settings

ORG = "rag.readers.text:TextReader"
LLAMA_INDEX = "llama_index.core.readers.json:JSONReader"


def settings(readers):
    return Settings(embedder="hashing", abstain_below=0.0, readers=readers)


def test_files_of_more_kinds_are_found_in_folders_and_read(store_folder, write):
    folder = write("notes.org", "The bridge opened in 1932.").parent
    write("tower.data", '{"built": "The tower was built in 1889."}')
    write("other.unknown", "x")
    with Assistant.open(store_folder, settings({".org": ORG, ".data": LLAMA_INDEX})) as assistant:
        report = assistant.add([folder])
        answer = assistant.ask("When did the bridge open?")
    assert [source.rpartition("/")[2] for source in report.added] == ["notes.org", "tower.data"]
    assert [source.rpartition("/")[2] for source in report.skipped] == ["other.unknown"]
    assert answer.citations[0].quote == "The bridge opened in 1932."


def test_setting_goes_before_our_own_reader(store_folder, write):
    path = write("page.html", "<p>marked</p>")
    with Assistant.open(store_folder, settings({".html": ORG})) as assistant:
        assistant.add([path])
        (info,) = assistant.documents()
        assert assistant.document(info.id).text == "<p>marked</p>"


@pytest.mark.parametrize("target", ["no_such_package:Reader", "collections:OrderedDict"])
def test_class_that_is_no_reader_is_heard_when_it_is_needed(store_folder, write, target):
    path = write("notes.org", "Text.")
    with Assistant.open(store_folder, settings({".org": target})) as assistant, pytest.raises(BackendError):
        assistant.add([path])
