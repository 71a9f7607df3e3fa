"""What `rag` promises is what it has."""

import ast
import inspect
from pathlib import Path

import pytest

import rag
import rag.public

SOURCES = sorted(path for path in Path(rag.__path__[0]).rglob("*.py") if not path.name.startswith("__main__"))


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


def test_each_module_says_what_it_is_and_names_only_what_it_has() -> None:
    """Read from the source: to import what some backends are made of takes a minute."""
    wrong = {}
    for path in SOURCES:
        module = ast.parse(path.read_text(encoding="utf-8"))
        defined, listed = _names_of(module)
        if not ast.get_docstring(module) or not listed <= defined:
            wrong[path] = listed - defined
    assert wrong == {}


def _names_of(module: ast.Module) -> tuple[set[str], set[str]]:
    """What a module defines or imports at its top, and what its `__all__` lists."""
    defined: set[str] = set()
    listed: set[str] = set()
    for node in module.body:
        match node:
            case ast.Import() | ast.ImportFrom():
                defined |= {alias.asname or alias.name for alias in node.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                defined.add(node.name)
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                listed = set(ast.literal_eval(node.value))
            case ast.Assign():
                defined |= {
                    each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)
                }
            case ast.AnnAssign(target=ast.Name(id=name)):
                defined.add(name)
    return defined, listed
