"""What `rag` promises is what it has."""

import importlib
import inspect
import pkgutil

import pytest

import rag
import rag.public

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(rag.__path__, "rag.")
    if not any(part.startswith("_") for part in module.name.split("."))
)


def test_every_promised_name_exists_and_the_list_is_sorted() -> None:
    assert [name for name in rag.__all__ if not hasattr(rag, name)] == []
    assert len(rag.__all__) == len(set(rag.__all__))


def test_package_offers_what_its_page_lists_and_nothing_else() -> None:
    assert {name: getattr(rag, name) for name in rag.__all__} == {
        name: getattr(rag.public, name) for name in rag.public.__all__
    }
    assert set(rag.__all__) <= set(dir(rag))
    with pytest.raises(AttributeError, match="module 'rag' has no attribute 'no_such_name'"):
        rag.no_such_name  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name '_no_such_name'"):
        exec("from rag import _no_such_name")


def test_every_name_imported_by_the_package_is_promised() -> None:
    public = {
        name for name, value in vars(rag.public).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(rag.__all__)


@pytest.mark.parametrize("name", rag.__all__)
def test_promised_classes_and_functions_are_documented(name: str) -> None:
    value = getattr(rag, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value), name


@pytest.mark.parametrize("name", MODULES)
def test_each_module_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    assert [missing for missing in getattr(module, "__all__", []) if not hasattr(module, missing)] == []
