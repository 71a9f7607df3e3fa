"""Settings: defaults, then a TOML file, then the environment, then arguments; a typo is heard."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rag import BackendError, Settings, SettingsError
from rag.assembly.backends import BACKENDS


@pytest.fixture
def toml(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_defaults_name_backends_that_exist():
    settings = Settings()
    for socket, names in BACKENDS.items():
        assert getattr(settings, socket) in ({*names, "auto"} if socket in {"embedder", "generator"} else names)


def test_every_field_has_a_description():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_file_goes_before_defaults(toml):
    settings = Settings.from_file(toml('embedder = "hashing"\nn_passages = 7\nfusion = "rrf"\n'))
    assert (settings.embedder, settings.n_passages, settings.fusion) == ("hashing", 7, "rrf")
    assert settings.reranker == Settings().reranker


@pytest.mark.parametrize("variable", ["RAG_N_PASSAGES", "rag_n_passages"])
def test_environment_goes_before_the_file(toml, monkeypatch, variable):
    monkeypatch.setenv(variable, "8")
    assert Settings.from_file(toml("n_passages = 7")).n_passages == 8
    assert Settings().n_passages == 8


def test_argument_goes_before_the_environment(toml, monkeypatch):
    monkeypatch.setenv("RAG_N_PASSAGES", "8")
    assert Settings(n_passages=9).n_passages == 9
    assert Settings.from_file(toml("n_passages = 7"), n_passages=9).n_passages == 9


def test_unknown_argument_is_refused_with_the_names_that_exist():
    with pytest.raises(SettingsError, match="no setting is called 'embeder'") as caught:
        Settings(embeder="hashing")
    assert all(name in str(caught.value) for name in Settings.model_fields)


@pytest.mark.parametrize("text", ['embeder = "hashing"', "[embedder]\nname = 'hashing'", "[rag]\nn_passages = 3"])
def test_unknown_name_or_table_in_a_file_is_refused(toml, text):
    with pytest.raises(SettingsError, match=r"no setting is called|cannot use embedder"):
        Settings.from_file(toml(text))


def test_misspelt_variable_is_refused(monkeypatch):
    monkeypatch.setenv("RAG_EMBEDER", "hashing")
    with pytest.raises(
        SettingsError, match="no setting is called 'RAG_EMBEDER' in the environment - write RAG_EMBEDDER"
    ):
        Settings()


@pytest.mark.parametrize("variable", ["RAG_STORE", "RAG_API_KEY", "RAGTIME", "EMBEDER"])
def test_variables_of_other_programs_are_left_alone(monkeypatch, variable):
    monkeypatch.setenv(variable, "x")
    assert Settings() == Settings(embedder="auto")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("n_passages", "many", "cannot use n_passages = 'many': Input should be a valid integer"),
        ("n_passages", 0, "greater than or equal to 1"),
        ("dense_weight", 1.5, "less than or equal to 1"),
        ("abstain_below", float("nan"), "cannot use abstain_below"),
        ("lock_timeout_seconds", float("inf"), "cannot use lock_timeout_seconds"),
        ("fusion", "sum", "'min-max' or 'rrf'"),
        (
            "llm",
            "gpt-4",
            "cannot use llm = 'gpt-4': it says how a language model is reached - write auto, none, local, ",
        ),
        ("llm", "gpt-4", ", and the model's name as llm_model"),
        ("embedder", None, "valid string"),
        ("readers", {"org": "rag.readers.text:TextReader"}, "readers.org"),
        ("readers", {".ORG": "rag.readers.text:TextReader"}, "readers..ORG"),
        ("readers", {".org": "TextReader"}, "String should match pattern"),
    ],
)
def test_value_that_cannot_be_used_is_named(name, value, said):
    with pytest.raises(SettingsError, match=name) as caught:
        Settings(**{name: value})
    assert said in str(caught.value)


def test_wrong_variable_is_named(monkeypatch):
    monkeypatch.setenv("RAG_N_PASSAGES", "many")
    with pytest.raises(SettingsError, match="cannot use n_passages = 'many'"):
        Settings()


def test_all_problems_are_told_at_once():
    with pytest.raises(SettingsError, match=r"fusion.*; .*n_passages"):
        Settings(n_passages=0, fusion="sum")


def test_file_that_cannot_be_read_is_named(toml, tmp_path):
    with pytest.raises(SettingsError, match=r"cannot read settings '.*missing.toml': No such file"):
        Settings.from_file(tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="cannot read settings"):
        Settings.from_file(tmp_path)
    with pytest.raises(SettingsError, match=r"not TOML .*line 1"):
        Settings.from_file(toml("n_passages: 7"))
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not TOML"):
        Settings.from_file(tmp_path / "settings.toml")


def test_byte_order_mark_in_a_file_is_no_obstacle(toml):
    assert Settings.from_file(toml("\ufeffn_passages = 7")).n_passages == 7


def test_dotenv_file_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("RAG_N_PASSAGES=7\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().n_passages != 7


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().n_passages = 3


CHANGED = {
    "embedder": "hashing",
    "embedding_model": "other",
    "device": "cuda",
    "passage_tokens": 99,
    "ray": "head:6379",
    "vector_index": "exact",
    "vector_index_uri": "http://milvus:19530",
    "vector_index_collection": "other",
    "word_index": "other",
    "fusion": "rrf",
    "dense_weight": 0.9,
    "n_passages": 99,
    "reranker": "other",
    "reranker_model": "other",
    "n_read": 9,
    "n_evidence": 99,
    "embedding_arguments": {"model_name": "m"},
    "llm": "local",
    "llm_model": "other",
    "llm_api_base": "http://127.0.0.1:9/v1",
    "llm_key_base": "http://127.0.0.1:9/v1",
    "llm_arguments": {"temperature": 0.1},
    "llm_evidence": 9,
    "llm_context_tokens": 999,
    "llm_output_tokens": 99,
    "llm_threads": 1,
    "llm_timeout_seconds": 99,
    "generator": "other",
    "verifier": "other",
    "verifier_model": "other",
    "max_citations": 49,
    "abstain_below": 0.9,
    "quote_instead_from": 0.5,
    "readers": {".org": "rag.readers.text:TextReader"},
    "keep_answers": 9,
    "keep_answers_days": 9,
    "max_question_characters": 99,
    "max_document_characters": 99,
    "max_document_sentences": 9,
    "max_file_bytes": 99,
    "fetch_private": True,
    "max_fetch_seconds": 5.0,
    "fetch_delay_seconds": 0.0,
    "max_connect_seconds": 5.0,
    "max_read_memory_bytes": 60_000_000,
    "max_read_seconds": 5,
    "max_recognised_pages": 9,
    "lock_timeout_seconds": 99,
}


def test_every_setting_is_tried_below():
    assert set(CHANGED) == set(Settings.model_fields)


@pytest.mark.parametrize("name", CHANGED)
def test_fingerprint_changes_with_what_changes_answers(name):
    same = Settings().fingerprint() == Settings(**{name: CHANGED[name]}).fingerprint()
    assert same == (
        name
        in {
            "device",
            "keep_answers",
            "keep_answers_days",
            "llm_key_base",
            "llm_threads",
            "llm_timeout_seconds",
            "lock_timeout_seconds",
            "max_document_characters",
            "max_document_sentences",
            "fetch_delay_seconds",
            "fetch_private",
            "max_connect_seconds",
            "max_fetch_seconds",
            "max_file_bytes",
            "max_read_memory_bytes",
            "ray",
            "vector_index_collection",
            "vector_index_uri",
            "max_read_seconds",
            "max_recognised_pages",
            "max_question_characters",
        }
    )


def test_fingerprint_is_twelve_digits_and_stable():
    fingerprint = Settings(n_passages=7).fingerprint()
    assert len(fingerprint) == 12
    assert set(fingerprint) <= set("0123456789abcdef")
    assert fingerprint == Settings(n_passages="7").fingerprint()


def test_unknown_backend_is_heard_when_it_is_needed(store_folder, write):
    from rag import Assistant

    with (
        Assistant.open(store_folder, Settings(embedder="nope")) as assistant,
        pytest.raises(BackendError, match="no embedder is called 'nope'"),
    ):
        assistant.add([write("a.txt", "One.")])
