"""What every peer must keep, over each that is installed; none touches the network."""

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import CorpusDocument
from eval.peers.fusion import min_max
from eval.peers.registry import PEERS, PeerEntry, build_peer, missing_packages
from rag import Settings

DOCUMENTS = [
    CorpusDocument(id="bridge", title="", text="The bridge opened in 1932. It is painted grey — every year 😀."),
    CorpusDocument(id="tower", title="", text="The tower was built by Ada Stone.\nIt leans a little."),
    CorpusDocument(id="again", title="", text="It is painted red. It is painted red. select id from ships;"),
]
TEXT_BY_ID = {document.id: document.text for document in DOCUMENTS}
QUESTIONS = ["When did the bridge open?", "select everything about the tower", 'the "of" it? * ; --', "Was sind Zölle?"]


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request):
    entry = PEERS[request.param]
    for module in entry.package_by_module:
        pytest.importorskip(module, reason=f"pip install {' '.join(missing_packages(entry))}")
    with closing(build_peer(entry, Settings(abstain_below=0.0))) as built:
        assert built.name == request.param
        report = built.index(DOCUMENTS)
        assert report.n_units > 0
        assert report.n_characters == sum(len(document.text) for document in DOCUMENTS)
        assert report.seconds > 0
        yield built


@pytest.mark.model
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_found_is_text_of_the_corpus_where_the_peer_says_it_is(peer, question):
    for found in [*peer.search(question, 10), *peer.cite(question)]:
        assert found.text.strip() in TEXT_BY_ID[found.document_id]
        if found.span is not None:
            assert found.span.slice(TEXT_BY_ID[found.document_id]) == found.text


@pytest.mark.model
def test_right_document_comes_first_and_is_cited(peer):
    for question, document_id in (("When did the bridge open?", "bridge"), ("Who built the tower?", "tower")):
        assert peer.search(question, 1)[0].document_id == document_id
        assert document_id in [found.document_id for found in peer.cite(question)]


@pytest.mark.model
@pytest.mark.parametrize("k", [1, 2, 50])
def test_at_most_k_are_found_and_fewer_are_the_first_of_more(peer, k):
    found = peer.search("When did the bridge open?", k)
    assert 1 <= len(found) <= k
    assert found == peer.search("When did the bridge open?", 50)[: len(found)]


@pytest.mark.model
def test_llama_index_leaves_no_global_settings():
    core = pytest.importorskip("llama_index.core", reason="pip install llama-index-core")
    entry = PEERS["llama-index"]
    if missing_packages(entry):
        pytest.skip(f"pip install {' '.join(missing_packages(entry))}")
    with closing(build_peer(entry, Settings())) as built:
        built.index(DOCUMENTS)
        built.cite("When did the bridge open?")
    assert core.Settings._llm is None
    assert core.Settings._embed_model is None


def test_peer_without_its_library_names_what_to_install():
    entry = PeerEntry(target="nowhere:Nothing", package_by_module={"no_such.module": "no-such", "json": "json"})
    assert missing_packages(entry) == ("no-such",)


def test_peer_files_import_without_their_libraries(start_python):
    code = """
import sys
for name in ("bm25s", "txtai", "llama_index"):
    sys.modules[name] = None
import eval.peers.bm25s, eval.peers.llama_index, eval.peers.txtai
from eval.peers.registry import PEERS, missing_packages
"""
    process = start_python(code)
    process.communicate(timeout=120)
    assert process.returncode == 0


@given(st.lists(st.floats(-100, 100, width=32), min_size=1))
def test_scaled_scores_keep_their_order_within_zero_and_one(values):
    scores = np.array(values, dtype=np.float32)
    scaled = min_max(scores)
    assert ((scaled >= 0) & (scaled <= 1)).all()
    assert (np.diff(scaled[np.argsort(scores, kind="stable")]) >= 0).all()
