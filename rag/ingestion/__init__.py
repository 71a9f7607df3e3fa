"""The write path: files found or fetched, read, cut, embedded and stored; folders kept in step; uploads taken in."""

from rag.ingestion.elsewhere import Done, Workers, work
from rag.ingestion.entries import read_entries
from rag.ingestion.finding import SourceFile, absolute, address_in, find_files, hash_of_file, source_in
from rag.ingestion.ingestion import Ingestion
from rag.ingestion.preparing import recipe_of
from rag.ingestion.syncing import watch
from rag.ingestion.uploads import damaged_uploads, delete_unused, fetched_into, receiving

__all__ = [
    "Done",
    "Ingestion",
    "SourceFile",
    "Workers",
    "absolute",
    "address_in",
    "damaged_uploads",
    "delete_unused",
    "fetched_into",
    "find_files",
    "hash_of_file",
    "read_entries",
    "receiving",
    "recipe_of",
    "source_in",
    "watch",
    "work",
]
