"""Every peer by name, with the libraries it needs; the only file that knows them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from eval.peers.protocol import OURS, RAW_MODEL, Peer
from rag import Settings

__all__ = ["PEERS", "PeerEntry", "build_peer", "missing_packages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEntry:
    """Where a peer is, and what it needs.

    target: `module:Class`. package_by_module: what to install for each module that the project itself does not need.
    takes_settings: only ours; the others are used with their own defaults.
    """

    target: str
    package_by_module: Mapping[str, str] = field(default_factory=dict)
    takes_settings: bool = False


_LLAMA_INDEX = {
    "llama_index.core": "llama-index-core",
    "llama_index.embeddings.huggingface": "llama-index-embeddings-huggingface",
    "llama_index.vector_stores.faiss": "llama-index-vector-stores-faiss",
}

_HAYSTACK = {
    "haystack": "haystack-ai",
    "haystack_integrations.components.embedders.sentence_transformers": "sentence-transformers-haystack",
}

PEERS: Mapping[str, PeerEntry] = MappingProxyType(
    {
        OURS: PeerEntry(target="eval.peers.ours:OurPeer", takes_settings=True),
        RAW_MODEL: PeerEntry(target="eval.peers.dense:DensePeer"),
        "bm25s": PeerEntry(target="eval.peers.bm25s:Bm25sPeer", package_by_module={"bm25s": "bm25s"}),
        "fusion": PeerEntry(target="eval.peers.fusion:FusionPeer", package_by_module={"bm25s": "bm25s"}),
        "llama-index": PeerEntry(target="eval.peers.llama_index:LlamaIndexPeer", package_by_module=_LLAMA_INDEX),
        "llama-index-metadata": PeerEntry(
            target="eval.peers.llama_index:LlamaIndexWithMetadataPeer", package_by_module=_LLAMA_INDEX
        ),
        "haystack": PeerEntry(target="eval.peers.haystack:HaystackPeer", package_by_module=_HAYSTACK),
        "haystack-hybrid": PeerEntry(target="eval.peers.haystack:HaystackHybridPeer", package_by_module=_HAYSTACK),
        "txtai-hybrid": PeerEntry(target="eval.peers.txtai:TxtaiHybridPeer", package_by_module={"txtai": "txtai"}),
        "txtai-dense": PeerEntry(target="eval.peers.txtai:TxtaiDensePeer", package_by_module={"txtai": "txtai"}),
    }
)
"""In the order of the tables."""


def missing_packages(entry: PeerEntry) -> tuple[str, ...]:
    """What has to be installed before the peer can be built."""
    return tuple(package for module, package in entry.package_by_module.items() if not _is_installed(module))


def build_peer(entry: PeerEntry, settings: Settings) -> Peer:
    """The peer with its model loaded."""
    module, _, name = entry.target.partition(":")
    peer_class = getattr(import_module(module), name)
    peer: Peer = peer_class(settings) if entry.takes_settings else peer_class()
    return peer


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is not there
        return False
