"""Notebooks: collections of documents that people make and name.

What is in one is known by its source, which all versions of a document share: a file that changed is in the notebooks
that it was in, and so is one that is gone, should it come back. When the last version is deleted nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from rag.errors import NotFoundError, SettingsError
from rag.language.controls import UNSAFE
from rag.storage import schema
from rag.storage.conditions import may_use
from rag.storage.engines.database import Database
from rag.storage.engines.sql import add_new, lower_case
from rag.types import Notebook

__all__ = ["Notebooks", "forget_lost", "forget_sources", "rename_sources"]

MOST_NOTEBOOKS = 1_000
MOST_CHARACTERS = 80
_RESERVED = frozenset('"/')
"""What a filter could not hold, and what stands between an owner and a name there."""
_AT_A_TIME = 500


class Notebooks:
    """Reads and writes of notebooks; they leave the documents and the generation as they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user: str | None = None) -> list[Notebook]:
        """All of them, or those that a user owns or may use; by name, and by owner where two have one name."""
        return self._read(None if user is None else may_use(user))

    def get(self, name: str, owner: str) -> Notebook:
        """The notebook of that name, in capitals or not.

        Raises:
            NotFoundError: the owner has none of that name.
        """
        wanted = _name_key(name)
        for notebook in self._read():
            if notebook.owner == owner and _name_key(notebook.name) == wanted:
                return notebook
        raise NotFoundError(f"no notebook is called {name!r} - see `rag notebook list`, or make it")

    def holding(self, document_id: str) -> list[Notebook]:
        """Those that the document is in, by name."""
        kept, documents = schema.notebook_documents.c, schema.documents.c
        source = select(documents.source).where(documents.id == document_id)
        return self._read(schema.notebooks.c.id.in_(select(kept.notebook_id).where(kept.source.in_(source))))

    def make(self, name: str, owner: str) -> Notebook:
        """A new notebook without documents.

        Raises:
            SettingsError: the owner has one of that name, the name cannot be, or there are as many as there may be.
        """
        with self._database.begin() as connection:
            name = self._free_name(name, owner)
            n = connection.scalar(select(func.count()).select_from(schema.notebooks)) or 0
            if n >= MOST_NOTEBOOKS:
                raise SettingsError(f"cannot make notebook {name!r}: there are {n:,} - remove one of them")
            made_at = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute(insert(schema.notebooks).values(name=name, owner=owner, made_at=made_at))
            return self.get(name, owner)

    def rename(self, notebook: Notebook, name: str) -> Notebook:
        """It under another name.

        Raises:
            SettingsError: its owner has another one of that name, or the name cannot be.
        """
        with self._database.begin() as connection:
            name = self._free_name(name, notebook.owner, but=notebook)
            connection.execute(update(schema.notebooks).where(_is_it(notebook)).values(name=name))
            return self.get(name, notebook.owner)

    def remove(self, notebook: Notebook) -> None:
        """Forget the notebook; the documents stay."""
        with self._database.begin() as connection:
            connection.execute(delete(schema.notebooks).where(_is_it(notebook)))

    def put(self, notebook: Notebook, sources: Sequence[str]) -> Notebook:
        """It with these documents in it, too."""
        rows = [{"notebook_id": notebook.number, "source": source} for source in dict.fromkeys(sources)]
        with self._database.begin() as connection:
            add_new(connection, schema.notebook_documents, rows)
            return self.get(notebook.name, notebook.owner)

    def take_out(self, notebook: Notebook, sources: Sequence[str]) -> Notebook:
        """It without these documents; they stay in the store."""
        columns = schema.notebook_documents.c
        with self._database.begin() as connection:
            for part in _parts(sources):
                is_in_it = (columns.notebook_id == notebook.number) & columns.source.in_(part)
                connection.execute(delete(schema.notebook_documents).where(is_in_it))
            return self.get(notebook.name, notebook.owner)

    def share(self, notebook: Notebook, users: Sequence[str]) -> Notebook:
        """It, for its owner and for these users, and for nobody else any more."""
        readers = schema.notebook_readers
        rows = [{"notebook_id": notebook.number, "user": user} for user in set(users) - {notebook.owner}]
        with self._database.begin() as connection:
            connection.execute(delete(readers).where(readers.c.notebook_id == notebook.number))
            if rows:
                connection.execute(insert(readers), rows)
            return self.get(notebook.name, notebook.owner)

    def _read(self, among: ColumnElement[bool] | None = None) -> list[Notebook]:
        columns, readers, kept = schema.notebooks.c, schema.notebook_readers.c, schema.notebook_documents.c
        counted = (
            select(kept.notebook_id, func.count().label("n"))
            .join(schema.documents, schema.documents.c.source == kept.source)
            .where(schema.documents.c.state == "current")
            .group_by(kept.notebook_id)
        )
        with self._database.connect() as connection:
            n_by_number = {row.notebook_id: row.n for row in connection.execute(counted)}
            users_by_number: dict[int, list[str]] = {}
            for row in connection.execute(select(readers.notebook_id, readers.user).order_by(readers.user)):
                users_by_number.setdefault(row.notebook_id, []).append(row.user)
            query = select(schema.notebooks) if among is None else select(schema.notebooks).where(among)
            rows = connection.execute(query.order_by(lower_case(columns.name), columns.owner))
            return [
                Notebook(
                    number=row.id,
                    name=row.name,
                    owner=row.owner,
                    shared_with=tuple(users_by_number.get(row.id, ())),
                    n_documents=n_by_number.get(row.id, 0),
                    made_at=row.made_at,
                )
                for row in rows
            ]

    def _free_name(self, name: str, owner: str, *, but: Notebook | None = None) -> str:
        """The name with one blank between its words.

        Raises:
            SettingsError: it cannot be, or the owner has another notebook of that name.
        """
        name = " ".join(UNSAFE.sub(" ", name).split())
        if not name or len(name) > MOST_CHARACTERS or _RESERVED & set(name):
            raise SettingsError(
                f"cannot call a notebook {name[:MOST_CHARACTERS]!r} - use 1 to {MOST_CHARACTERS} characters, without "
                "double quotes and slashes"
            )
        taken = {_name_key(each.name): each for each in self._read() if each.owner == owner}.get(_name_key(name))
        if taken is not None and (but is None or taken.number != but.number):
            raise SettingsError(f"cannot call a notebook {name!r}: there is one of that name - choose another")
        return name


def _name_key(name: str) -> str:
    return " ".join(name.split()).lower()


def _is_it(notebook: Notebook) -> ColumnElement[bool]:
    return schema.notebooks.c.id == notebook.number


def _parts(sources: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(sources), _AT_A_TIME):
        yield sources[start : start + _AT_A_TIME]


def forget_sources(connection: Connection, sources: Sequence[str]) -> None:
    """Take documents that are being deleted out of all notebooks."""
    for part in _parts(sources):
        connection.execute(delete(schema.notebook_documents).where(schema.notebook_documents.c.source.in_(part)))


def forget_lost(connection: Connection) -> None:
    """Take out of all notebooks what no version is left of."""
    kept = schema.notebook_documents.c.source
    is_there = select(schema.documents.c.key).where(schema.documents.c.source == kept).exists()
    connection.execute(delete(schema.notebook_documents).where(~is_there))


def rename_sources(connection: Connection, new_by_old: Mapping[str, str]) -> None:
    """Keep documents in their notebooks under other sources."""
    kept = schema.notebook_documents
    for old, new in new_by_old.items():
        if old == new:
            continue
        there = select(kept.c.notebook_id).where(kept.c.source == new)
        connection.execute(delete(kept).where(kept.c.source == old, kept.c.notebook_id.in_(there)))
        connection.execute(update(kept).where(kept.c.source == old).values(source=new))
