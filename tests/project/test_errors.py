"""The tree drawn in `rag.errors` is the tree, and every class of it is public."""

from __future__ import annotations

import inspect
import re

import pytest

import rag
from rag import errors

CLASSES = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]


def drawn_parents() -> dict[str, str]:
    """Class → parent, as the docstring of the module draws them."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for match in re.finditer(r"^(    [ │├└─]*)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE):
        depth = len(match[1])
        above = [place for place in above if place[0] < depth]
        parents[match[2]] = above[-1][1] if above else "Exception"
        above.append((depth, match[2]))
    return parents


def test_tree_in_the_docstring_is_the_tree():
    assert drawn_parents() == {error.__name__: error.__base__.__name__ for error in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_error_is_public_and_documented(error):
    assert error.__name__ in errors.__all__
    assert error.__name__ in rag.__all__
    assert getattr(rag, error.__name__) is error
    assert error.__doc__
    assert issubclass(error, rag.RagError)


def test_each_class_says_in_the_tree_what_to_do():
    for name in set(drawn_parents()) - {"RagError"}:
        assert re.search(rf"{name} +\w", errors.__doc__ or ""), name


def test_read_error_keeps_path_and_reason():
    error = rag.ReadError("a.txt", "it is empty - leave it out")
    assert (error.path, error.reason) == ("a.txt", "it is empty - leave it out")
    assert str(error) == "cannot read 'a.txt': it is empty - leave it out"
