"""Checks a bundle of Chapter and Verse, see README.txt: python verify.py proof.zip [--sha256 …] [--sources FOLDER]"""
import argparse, hashlib, html, io, json, pathlib, sys, zipfile

def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

def require(is_so: object, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)

def packed(members: dict[str, bytes]) -> bytes:
    """The only bytes that a bundle of these members can have: stored, in order, behind a manifest of their hashes."""
    listed = [{"name": n, "sha256": digest(c), "size_bytes": len(c)} for n, c in sorted(members.items())]
    manifest, packed_into = json.dumps({"format": 1, "members": listed}, indent=1), io.BytesIO()
    with zipfile.ZipFile(packed_into, "w") as archive:
        for name, content in [("manifest.json", manifest.encode()), *sorted(members.items())]:
            entry = zipfile.ZipInfo(name)  # of 1980, and not compressed, so that there is one way to write it
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return packed_into.getvalue()

def check(data: bytes, sha256: str = "", sources: str = "") -> list[str]:
    """What the bundle of these bytes proves, a sentence each; a ValueError says what is wrong with it."""
    require(not sha256 or digest(data) == sha256.strip().lower(), f"its SHA-256 is {digest(data)}, not the one given")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        require(sum(each.file_size for each in archive.infolist()) < len(data), "its members are larger than it is")
        members = {each.filename: archive.read(each) for each in archive.infolist()}
    for each in json.loads(members.pop("manifest.json"))["members"]:
        require(digest(members[each["name"]]) == each["sha256"], f"{each['name']!r} is not what was packed")
    require(packed(members) == data, "its names, their order, or bytes beside its members are not as they were packed")
    answer, proof, page = json.loads(members["answer.json"]), json.loads(members["proof.json"]), members["answer.html"]
    documents, citations = {each["document_id"]: each for each in proof["documents"]}, answer["citations"]
    fixed = {"README.txt", "answer.html", "answer.json", "proof.json", "verify.py"}
    require(set(members) == fixed | {each["text"] for each in documents.values()}, "a member is missing, or too many")
    for each in citations:
        document, (first, last) = documents[each["document_id"]], proof["contexts"][str(each["number"])]
        text, start, end = members[document["text"]].decode(), each["start"], each["end"]
        before, quote, after = map(html.escape, (text[first:start], text[start:end], text[end:last]))
        shown = f'>{before}<mark id="citation-{each["number"]}">{quote}</mark>{after}</blockquote>'.encode()
        is_so = 0 <= first <= start < end <= last <= len(text) and digest(text.encode()) == document["text_sha256"]
        require(is_so and text[start:end] == each["quote"], f"citation {each['number']} does not stand in its text")
        require(page.count(shown) == 1, f"answer.html does not show citation {each['number']} as its text has it")
    is_said = all(html.escape(each["text"]).encode() in page for each in answer["claims"])
    require(is_said and page.count(b"<mark") == len(citations) > 0, "answer.html does not show what answer.json says")
    if sources:
        found = {digest(path.read_bytes()) for path in pathlib.Path(sources).rglob("*") if path.is_file()}
        lost = [repr(each["source"]) for each in documents.values() if each["source_sha256"] not in found]
        require(not lost, f"no file in {sources!r} has the bytes that were read as {', '.join(lost)}")
    compared = " The files that were read are there, byte for byte." if sources else ""
    return [f"Quotations that stand where the answer says: all {len(citations)}.{compared}", f"SHA-256 {digest(data)}"]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bundle", "--sha256", "--sources"):
        parser.add_argument(name)
    options = parser.parse_args()
    try:
        print(*check(pathlib.Path(options.bundle).read_bytes(), options.sha256 or "", options.sources or ""), sep="\n")
    except Exception as error:  # whatever it is, nothing is proved
        sys.exit(f"{options.bundle} is NOT PROVED: {error if type(error) is ValueError else repr(error)}")
