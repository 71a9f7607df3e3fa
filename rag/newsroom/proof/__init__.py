"""Proof that travels: an answer in one file, with the texts that it quotes and a script that checks it without us."""

from rag.newsroom.proof.bundle import Source, bundle_of
from rag.newsroom.proof.examination import Examination, examined

__all__ = ["Examination", "Source", "bundle_of", "examined"]
