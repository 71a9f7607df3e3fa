"""`rag bundle` and `rag cite`: an answer with its proof, such a file checked, and references in files."""

from __future__ import annotations

import base64
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


def test_references_are_printed_or_written_into_a_new_file(rag, article, tmp_path):
    rag("ask", QUESTION)
    code, out, err = rag("cite", "last")
    assert (code, err) == (0, "")
    assert out.startswith("The bridge opened in 1932.[^1]\n\n[^1]: “The bridge opened in 1932.” bridge.txt, line 1, ")
    path = tmp_path / "a.docx"
    assert rag("cite", "last", "--format", "docx", "--out", path).out.startswith("Wrote docx, ")
    assert path.read_bytes()[:2] == b"PK"
    assert "the file exists - name a new one" in rag("cite", "last", "--out", path).err
    assert "they are no text" in rag("cite", "last", "--format", "docx").err
    assert rag("cite", "last", "--format", "endnote").code == 2
    shown = json.loads(rag("cite", "last", "--format", "ris", "--json").out)
    assert base64.b64decode(shown["base64"]).startswith(b"TY  - GEN\r\n")
    assert rag("cite", "last", "--format", "ris").out.startswith("TY  - GEN\nID  - cv")
