"""`rag bundle`: an answer written with its proof, and such a file checked."""

from __future__ import annotations

import json

QUESTION = "When did the bridge open?"


def test_last_answer_is_bundled_and_verified(rag, article, tmp_path):
    rag("ask", QUESTION)
    code, out, err = rag("bundle", "last", tmp_path / "proof.zip")
    assert (code, err) == (0, "")
    wrote, digest = out.splitlines()
    assert wrote.startswith("Wrote 1 quotation of 1 document, ")
    code, out, err = rag("bundle", "--verify", tmp_path / "proof.zip", "--sha256", digest.removeprefix("SHA-256 "))
    assert (code, err) == (0, "")
    assert out.startswith("Quotations that stand where the answer says: all 1.")
    assert rag("bundle", "--verify", tmp_path / "proof.zip", "--sources", article.parent).code == 0


def test_altered_bundle_fails_in_words(rag, article, tmp_path):
    rag("ask", QUESTION)
    path = tmp_path / "proof.zip"
    report = json.loads(rag("bundle", "last", path, "--json").out)
    data = bytearray(path.read_bytes())
    data[report["size_bytes"] // 2] ^= 1
    path.write_bytes(data)
    code, out, err = rag("bundle", "--verify", path)
    assert (code, out) == (1, "")
    assert err.startswith(f"{path} is NOT PROVED: ")
    assert json.loads(rag("bundle", "--verify", path, "--json").out)["is_proved"] is False


def test_wrong_use_is_said(rag, article, tmp_path):
    assert rag("bundle").err.startswith("rag: cannot bundle: no answer or no file - name both, such as ")
    rag("ask", QUESTION)
    assert rag("bundle", "last").code == 2
    assert rag("bundle", "0" * 32, tmp_path / "a.zip").err.startswith("rag: cannot bundle answer ")
    assert rag("bundle", "--verify", tmp_path / "missing.zip").err.startswith("rag: cannot read ")
