"""What is said in another way to each database: types, functions, lists of values, and rows that may be there already.

Everything else is said to all of them in the same words. Texts compare and sort by their code points everywhere, as
Python's do.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Connection, Integer, String, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

__all__ = [
    "NAME",
    "NUMBER",
    "POSTGRESQL",
    "TEXT",
    "add_new",
    "for_each_engine",
    "json_text",
    "listed",
    "lower_case",
    "no_bytes",
    "outlet_of",
    "put",
    "rows_of",
    "run",
    "sorted_as",
]

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BY_CODE_POINT = "C"
_HOST = "^https?://(?:[^/?#@]*@)?(?:www[.])?([^/?#:]+)"

NUMBER = Integer().with_variant(BigInteger(), POSTGRESQL)
"""A whole number of 64 bits: SQLite's is, and only `INTEGER` makes its keys."""
NAME = String().with_variant(String(collation=_BY_CODE_POINT), POSTGRESQL)
TEXT = Text().with_variant(Text(collation=_BY_CODE_POINT), POSTGRESQL)


class no_bytes(GenericFunction[bytes]):  # noqa: N801 - as functions of a database are called
    """What a column of bytes holds when nothing was put into it."""

    inherit_cache = True


class lower_case(GenericFunction[str]):  # noqa: N801
    """A text in small letters, of every script."""

    type = String()
    inherit_cache = True


class sorted_as(GenericFunction[str]):  # noqa: N801
    """What a title is sorted by: its letters and numbers, whatever their capitals and accents."""

    type = String()
    inherit_cache = True


class outlet_of(GenericFunction[str]):  # noqa: N801
    """Who published a document, by its publisher, its address, and its source; see `outlet_in`."""

    type = String()
    inherit_cache = True


class json_text(GenericFunction[str]):  # noqa: N801
    """What an object in JSON, a text, has under a name, the second argument; NULL when it has none."""

    type = String()
    inherit_cache = True


class listed(GenericFunction[Any]):  # noqa: N801
    """The texts of a list in JSON, one a row, in the column `value`."""

    inherit_cache = True


@compiles(no_bytes, SQLITE)
def _no_bytes_of_sqlite(_element: no_bytes, _compiler: SQLCompiler, **_options: Any) -> str:
    return "x''"


@compiles(no_bytes, POSTGRESQL)
def _no_bytes_of_postgresql(_element: no_bytes, _compiler: SQLCompiler, **_options: Any) -> str:
    return "''"


@compiles(lower_case, POSTGRESQL)
def _lower_case_of_postgresql(element: lower_case, compiler: SQLCompiler, **options: Any) -> str:
    """The letters of all scripts are known to ICU alone; SQLite's connections bring a function of that name."""
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "und-x-icu") COLLATE "{_BY_CODE_POINT}"'


@compiles(sorted_as, POSTGRESQL)
def _sorted_as_of_postgresql(element: sorted_as, compiler: SQLCompiler, **options: Any) -> str:
    apart = f"normalize({compiler.process(element.clauses, **options)}, NFKD)"
    bare = f"regexp_replace({apart}, '[\u0300-\u036f]', '', 'g')"
    small = f"replace(lower({bare} COLLATE \"und-x-icu\"), 'ß', 'ss')"
    return f"regexp_replace({small}, '^[^[:alnum:]]+', '') COLLATE \"{_BY_CODE_POINT}\""


@compiles(outlet_of, POSTGRESQL)
def _outlet_of_postgresql(element: outlet_of, compiler: SQLCompiler, **options: Any) -> str:
    publisher, url, source = (compiler.process(clause, **options) for clause in element.clauses)
    host = f"substring(coalesce(nullif({url}, ''), {source}) from '{_HOST}')"
    return f"coalesce(nullif(trim({publisher}), ''), lower({host}), '') COLLATE \"{_BY_CODE_POINT}\""


@compiles(json_text, SQLITE)
def _json_text_of_sqlite(element: json_text, compiler: SQLCompiler, **options: Any) -> str:
    said, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({said}, '$.' || {name})"


@compiles(json_text, POSTGRESQL)
def _json_text_of_postgresql(element: json_text, compiler: SQLCompiler, **options: Any) -> str:
    said, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f'(CAST({said} AS JSON) ->> {name}) COLLATE "{_BY_CODE_POINT}"'


@compiles(listed, SQLITE)
def _listed_of_sqlite(element: listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(listed, POSTGRESQL)
def _listed_of_postgresql(element: listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


Statement: TypeAlias = Mapping[str, str]
"""A statement as the driver of each database takes it, by the name of the dialect."""
Values: TypeAlias = Mapping[str, object] | Sequence[object]

_LISTS = {
    SQLITE: {"numbers": "json_each(:ids)", "texts": "json_each(:ids)"},
    POSTGRESQL: {
        "numbers": "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(:ids AS JSON))) AS listed (value)",
        "texts": "json_array_elements_text(CAST(:ids AS JSON)) AS listed",
    },
}
_NAMED = re.compile(r":(\w+)")


def for_each_engine(statement: str) -> Statement:
    """A statement with parameters, `:name` or `?`, for each database.

    statement: `{numbers}` or `{texts}` among its tables is a list in JSON, the parameter `ids`, in the column `value`.

    >>> for_each_engine("SELECT 1 WHERE ? = :name")["postgresql"]
    'SELECT 1 WHERE %s = %(name)s'
    """
    made = {name: statement.format(**lists) for name, lists in _LISTS.items()}
    return made | {POSTGRESQL: _NAMED.sub(r"%(\1)s", made[POSTGRESQL]).replace("?", "%s")}


def run(connection: Connection, statement: Statement, values: Values) -> None:
    """Run a statement that gives nothing."""
    connection.exec_driver_sql(statement[connection.dialect.name], values)


def rows_of(connection: Connection, statement: Statement, values: Values = ()) -> list[Any]:
    """What a statement gives that every question runs, as named tuples of its columns.

    The driver is asked by itself: what SQLAlchemy does around a statement takes longer than the database for these.
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is open
    with closing(driver.execute(statement[connection.dialect.name], values)) as cursor:
        made = _row_of(tuple(column[0] for column in cursor.description))
        return list(map(made, cursor.fetchall()))


@lru_cache(maxsize=64)
def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[object]], object]:
    make_type: Any = namedtuple  # noqa: PYI024 - which names there are is known when it runs
    row = make_type("row", names)
    make: Callable[[Iterable[object]], object] = row._make
    return make


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows whose keys the table does not have yet; the others stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows, each in the place of the one that has its key."""
    if rows:
        insert, keys = _insert(connection, table), list(table.primary_key.columns)
        others = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), rows)


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == POSTGRESQL else sqlite.insert(table)
