"""What an assistant says of changes: versions, edits after a run, stale answers and asking them again."""

from __future__ import annotations

import pytest

from rag import AddReport, Aspect, ChangeKind, NotFoundError, Settings, SettingsError, diff_to_dict

FIRST = "The bridge cost 310 million crowns. It is painted grey. Ann Lee opened it on Monday."
SECOND = "The bridge cost 325 million crowns. Ann Lee opened it on Monday. It rained all the day."


@pytest.fixture
def settings():
    return Settings(embedder="hashing", abstain_below=0.0, max_citations=1)


@pytest.fixture
def edited(assistant, write):
    """An assistant with two versions of a document, and an answer to each of two questions before the second."""
    assistant.add([write("bridge.txt", FIRST)])
    assistant.ask("What did the bridge cost?")
    assistant.ask("Who opened the bridge?")
    report = assistant.add([write("bridge.txt", SECOND)])
    return assistant, report


def test_versions_are_compared_sentence_by_sentence(edited, tmp_path):
    assistant, _ = edited
    diff = assistant.diff(tmp_path / "documents" / "bridge.txt")
    assert [(change.kind, change.aspects) for change in diff.sentences] == [
        (ChangeKind.CHANGED, (Aspect.NUMBER,)),
        (ChangeKind.GONE, ()),
        (ChangeKind.KEPT, ()),
        (ChangeKind.NEW, ()),
    ]
    assert (diff.old.number, diff.new.number, diff.new.is_current) == (1, 2, True)
    assert diff == assistant.diff(diff.new.source) == assistant.diff(diff.old.document_id)


def test_a_run_says_how_much_it_changed(edited):
    _, report = edited
    (edit,) = report.edits
    assert (edit.n_changed, edit.n_gone, edit.n_new, edit.n_moved, edit.n_numbers) == (1, 1, 1, 0, 1)
    assert (edit.n_stale, edit.is_announced) == (1, False)
    assert report.replaced == ((edit.old_id, edit.new_id),)


def test_the_last_edits_are_kept_until_the_next_ones(edited, write):
    assistant, report = edited
    assert assistant.last_edits() == report.edits
    assistant.add([write("other.txt", "It rained.")])
    assert assistant.last_edits() == report.edits
    assert assistant.add([write("other.txt", "It snowed.")]).edits == assistant.last_edits()


def test_files_that_are_gone_are_edits_too(edited, tmp_path):
    assistant, _ = edited
    (tmp_path / "documents" / "bridge.txt").unlink()
    report = assistant.sync(tmp_path / "documents", allow_empty=True)
    assert [(edit.new_id, edit.n_gone) for edit in report.edits] == [("", 3)]
    assert assistant.last_edits() == report.edits


def test_numbers_that_changed_come_first(assistant, write):
    paths = [write("a.txt", "It was late. He left. She sang."), write("b.txt", "It cost 3 crowns.")]
    assistant.add(paths)
    write("a.txt", "It rained. Nobody came.")
    write("b.txt", "It cost 4 crowns.")
    assert [edit.source for edit in assistant.add(paths).edits] == [str(paths[1]), str(paths[0])]


def test_what_is_read_anew_without_another_text_is_no_edit(assistant, write):
    path = write("a.txt", "It rained.")
    assistant.add([path])
    assistant.add([write("a.txt", "It snowed.")])
    path.write_text("It snowed.\n", encoding="utf-8")
    assert assistant.add([path]).edits == ()


def test_an_older_text_that_comes_back_is_the_newest_again(assistant, write):
    for text in ("It rained.", "It snowed.", "It rained."):
        report = assistant.add([path := write("a.txt", text)])
    assert [change.new[0].text for change in assistant.diff(path).sentences if change.new] == ["It rained."]
    assert [edit.n_changed + edit.n_new for edit in report.edits] == [1]


def test_versions_are_chosen_by_number_id_and_day(assistant, write):
    for n in range(3):
        assistant.add([path := write("a.txt", f"It cost {n} crowns.")])
    versions = assistant.versions(path)
    assert [version.number for version in versions] == [1, 2, 3]
    assert assistant.diff(path).old == versions[1]
    assert assistant.diff(path, older="1").old == versions[0]
    assert assistant.diff(path, older="1", newer="2").new == versions[1]
    assert assistant.diff(path, older=versions[0].document_id[:6]).old == versions[0]
    assert assistant.diff(path, newer=versions[2].added_at[:10], older="1").new == versions[2]
    assert assistant.diff(versions[0].document_id).old == versions[0]


@pytest.mark.parametrize("name", ["9", "0", "nothing", "1999-01-01", "²"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(edited, tmp_path, name):
    assistant, _ = edited
    with pytest.raises(NotFoundError, match=r"no version of '.*bridge.txt' is .* - choose one of 1 \(added "):
        assistant.diff(tmp_path / "documents" / "bridge.txt", older=name)


def test_what_has_no_two_versions_is_refused_in_words(assistant, write):
    with pytest.raises(NotFoundError, match=r"cannot compare versions of 'a\.txt': the store does not have it"):
        assistant.diff("a.txt")
    path = write("a.txt", "It rained.")
    assistant.add([path, write("b.txt", "It snowed.")])
    with pytest.raises(NotFoundError, match=r"the store keeps one, added .* - it changed never, or `rag prune`"):
        assistant.diff(path)
    with pytest.raises(SettingsError, match="it names 2 documents - name one of them, such as"):
        assistant.diff(path.parent)
    assistant.add([write("a.txt", "It thundered.")])
    with pytest.raises(SettingsError, match=r"cannot compare version 1 of .* with itself"):
        assistant.diff(path, older="1", newer="1")


def test_pruned_versions_are_gone(edited, tmp_path):
    assistant, _ = edited
    assistant.clear_answers()
    assistant.prune()
    with pytest.raises(NotFoundError, match="the store keeps one"):
        assistant.diff(tmp_path / "documents" / "bridge.txt")
    assert assistant.last_edits() == ()


# Answers


def test_an_answer_is_stale_whose_sentence_changed_and_no_other(edited):
    assistant, _ = edited
    by_question = {each.question: each for each in assistant.answers()}
    assert by_question["What did the bridge cost?"].is_stale
    assert not by_question["Who opened the bridge?"].is_stale
    stale = assistant.answer(by_question["What did the bridge cost?"].id)
    assert stale.stale == (1,)
    assert assistant.answer(by_question["Who opened the bridge?"].id).stale == ()


def test_the_diff_names_the_answers_that_cite_what_changed(edited, tmp_path):
    assistant, _ = edited
    (stale,) = assistant.diff(tmp_path / "documents" / "bridge.txt").answers
    assert (stale.question, stale.citations, stale.refreshed_as) == ("What did the bridge cost?", (1,), "")


def test_a_stale_answer_is_asked_again_and_kept(edited, tmp_path):
    assistant, _ = edited
    (old,) = (each for each in assistant.answers() if each.is_stale)
    (new,) = assistant.refresh_answers()
    assert new.refreshes == old.id
    assert new.citations[0].quote == "The bridge cost 325 million crowns."
    assert assistant.answer(new.id) == assistant.last_answer()
    assert assistant.answer(old.id).citations[0].quote == "The bridge cost 310 million crowns."
    by_id = {each.id: each for each in assistant.answers()}
    assert (by_id[old.id].refreshed_as, by_id[old.id].is_stale) == (new.id, False)
    assert assistant.refresh_answers() == ()
    assert assistant.diff(tmp_path / "documents" / "bridge.txt").answers[0].refreshed_as == new.id


def test_an_answer_is_asked_again_of_the_documents_that_were_searched(assistant, write):
    assistant.add([write("a/bridge.txt", FIRST), write("b/bridge.txt", "The bridge cost 99 million crowns, he said.")])
    answer = assistant.ask(
        "What did the bridge cost?", sources=["*a/bridge.txt", "c/*"], where="media_type = text/plain"
    )
    assistant.add([write("a/bridge.txt", SECOND)])
    again = assistant.refresh_answer(answer.id)
    assert {each.source.rsplit("/", 2)[-2] for each in again.evidence} == {"a"}
    assert again.searched == answer.searched


def test_an_answer_whose_document_is_gone_is_stale(edited, tmp_path):
    assistant, _ = edited
    (tmp_path / "documents" / "bridge.txt").unlink()
    assistant.sync(tmp_path / "documents", allow_empty=True)
    assert all(each.is_stale for each in assistant.answers())


def test_an_answer_whose_sentence_came_back_is_not_stale(edited, write):
    assistant, _ = edited
    assistant.add([write("bridge.txt", FIRST + " It is new.")])
    assert not any(each.is_stale for each in assistant.answers())


def test_removal_leaves_nothing_of_edits_and_answers(edited, tmp_path, store_folder):
    assistant, _ = edited
    assistant.remove([tmp_path / "documents" / "bridge.txt"])
    assert (assistant.last_edits(), assistant.answers()) == ((), [])
    with pytest.raises(NotFoundError):
        assistant.diff(tmp_path / "documents" / "bridge.txt")


def test_a_diff_is_plain_values(edited, tmp_path):
    assistant, _ = edited
    found = diff_to_dict(assistant.diff(tmp_path / "documents" / "bridge.txt"))
    assert found["counts"] == {
        "kept": 1, "moved": 0, "changed": 1, "split": 0, "joined": 0, "new": 1, "gone": 1,
    }  # fmt: skip
    assert [change["kind"] for change in found["changes"]] == ["changed", "gone", "new"]
    assert found["changes"][0]["words"] == [
        {
            "aspect": "number", "before": "310", "after": "325",
            "old_start": 16, "old_end": 19, "new_start": 16, "new_end": 19,
        }
    ]  # fmt: skip


def test_a_dry_run_notes_nothing(edited, write, tmp_path):
    assistant, report = edited
    write("bridge.txt", FIRST)
    assert isinstance(assistant.sync(tmp_path / "documents", dry_run=True), AddReport)
    assert assistant.last_edits() == report.edits
