"""The source of truth: documents, sentences, passages, vectors and answers in one database."""

from rag.storage.answers import StoredAnswer
from rag.storage.conflicts import StoredConflict
from rag.storage.copies import Copy
from rag.storage.documents import KnownVersion
from rag.storage.engines.address import expanded, identity_of, shown_place
from rag.storage.engines.sqlite import SqliteDatabase
from rag.storage.files import (
    INCOMING,
    exposure,
    is_store,
    make_private,
    opened_privately,
    passing_folder,
    private_folder,
    store_of,
)
from rag.storage.moving import copy_files, copy_rows
from rag.storage.passages import LoadedPassages, NewPassage, StoredPassage, heading_of
from rag.storage.standing import Place
from rag.storage.store import Store
from rag.storage.transfer import export_store, import_store
from rag.storage.upkeep import damaged_documents, damaged_texts, delete_dangling, problems, prune, restore_states

__all__ = [
    "INCOMING",
    "Copy",
    "KnownVersion",
    "LoadedPassages",
    "NewPassage",
    "Place",
    "SqliteDatabase",
    "Store",
    "StoredAnswer",
    "StoredConflict",
    "StoredPassage",
    "copy_files",
    "copy_rows",
    "damaged_documents",
    "damaged_texts",
    "delete_dangling",
    "expanded",
    "export_store",
    "exposure",
    "heading_of",
    "identity_of",
    "import_store",
    "is_store",
    "make_private",
    "opened_privately",
    "passing_folder",
    "private_folder",
    "problems",
    "prune",
    "restore_states",
    "shown_place",
    "store_of",
]
