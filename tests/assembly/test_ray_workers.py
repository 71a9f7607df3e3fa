"""Documents that a Ray cluster read, cut and embedded: the same as those made here, whatever becomes of its nodes."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
import ray

from rag import Assistant, Settings, SettingsError
from rag.assembly.ray_workers import RayWorkers
from rag.ingestion import SourceFile

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of Ray
    pytest.mark.allow_hosts(["127.0.0.1", "::1", ray.util.get_node_ip_address()]),
]
N_ARTICLES = 24


@pytest.fixture(scope="module")
def cluster():
    """Two nodes on this machine."""
    from ray.cluster_utils import Cluster

    about = {"num_cpus": 1, "object_store_memory": 80_000_000}
    cluster = Cluster(initialize_head=True, head_node_args={**about, "include_dashboard": False})
    cluster.about = about
    cluster.add_node(**about)
    yield cluster
    cluster.shutdown()


@pytest.fixture
def articles(tmp_path):
    """Texts, a page, a copy of a text, a collection, and a file that nobody can read."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(N_ARTICLES):
        paragraphs = [
            f"Bridge {number}-{each} in the town of Ulm {number} opened in {1900 + each}. The mayor said: “It cost "
            f"{number * each} pounds, and we are proud of it.” She did not say who paid for its {each} towers."
            for each in range(6)
        ]
        (folder / f"{number:02}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    (folder / "copy.txt").write_text((folder / "03.txt").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "page.html").write_text("<title>Harbour</title><p>The harbour was closed on Monday, she said.</p>")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    entries = [{"text": f"Entry {number} is about the river.", "title": f"E{number}"} for number in range(3)]
    (folder / "feed.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return folder


def _settings(address=""):
    return Settings(embedder="hashing", llm="none", ray=address)


def _rows(store_folder):
    """Everything that is stored of documents, but for when it was."""
    with sqlite3.connect(store_folder / "store.db") as connection:
        return {
            "documents": connection.execute("SELECT source, title, text, media_type FROM documents ORDER BY source"),
            "sentences": connection.execute(
                'SELECT d.source, s.ordinal, s.start, s."end", s.speaker FROM sentences s JOIN documents d'
                " ON d.key = s.document_key ORDER BY 1, 2"
            ),
            "passages": connection.execute(
                "SELECT d.source, p.first_sentence, p.text, hex(p.embedding_hash) FROM passages p JOIN documents d"
                " ON d.key = p.document_key ORDER BY 1, 2"
            ),
            "embeddings": connection.execute("SELECT hex(hash), hex(vectors) FROM embeddings ORDER BY 1"),
        }


def test_what_the_cluster_makes_is_what_is_made_here(cluster, articles, tmp_path):
    reports, rows = {}, {}
    for name, address in (("cluster", cluster.address), ("here", "")):
        with Assistant.open(tmp_path / name, _settings(address)) as assistant:
            reports[name] = assistant.add([articles])
            again = assistant.add([articles])
            assert not again.added
            assert len(again.unchanged) == len(reports[name].added)
            rows[name] = {table: found.fetchall() for table, found in _rows(tmp_path / name).items()}
            (evidence, *_) = assistant.retrieve("Who closed the harbour?")
            assert evidence.quote == "The harbour was closed on Monday, she said."
    assert reports["cluster"].added == reports["here"].added
    assert len(reports["cluster"].added) == N_ARTICLES + 5
    assert reports["cluster"].duplicates == reports["here"].duplicates != ()
    assert [failure.reason for failure in reports["cluster"].failed] == [
        failure.reason for failure in reports["here"].failed
    ]
    assert len(reports["here"].failed) == 1
    for table, found in rows["here"].items():
        assert found
        assert rows["cluster"][table] == found, table


def test_a_node_that_dies_loses_nothing(cluster, articles, store_folder, tmp_path):
    node = cluster.add_node(**cluster.about)
    with Assistant.open(tmp_path / "here", _settings()) as assistant:
        wanted = assistant.add([articles]).added

    def kill(progress):
        if progress.n_read >= 3 and node in cluster.worker_nodes:
            cluster.remove_node(node, allow_graceful=False)

    with Assistant.open(store_folder, _settings(cluster.address)) as assistant:
        assert assistant.add([articles], on_progress=kill).added == wanted
    assert node not in cluster.worker_nodes
    assert [*_rows(store_folder)["sentences"]] == [*_rows(tmp_path / "here")["sentences"]]


def test_nodes_with_another_version_are_refused(cluster, write):
    workers = RayWorkers(cluster.address, _settings())
    try:
        workers._recipe = "6/256/hashing"
        file = write("a.txt", "The harbour was closed.")
        named = SourceFile(file, is_named=True)
        workers.expect([named])
        with pytest.raises(SettingsError, match="install the same one everywhere"):
            workers.take(named)
        assert workers.take(named) is None
    finally:
        workers.close()


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:1", "127.0.0.1:many"])
def test_an_address_without_a_cluster_is_told_in_a_sentence(address, store_folder, write):
    with Assistant.open(store_folder, _settings(address)) as assistant:
        message = f"cannot join a Ray cluster at {address!r}"
        with pytest.raises(SettingsError, match=re.escape(message)) as raised:
            assistant.add([write("a.txt", "The harbour was closed.")])
    assert str(raised.value).endswith("start one with `ray start --head`, or leave out --ray")
