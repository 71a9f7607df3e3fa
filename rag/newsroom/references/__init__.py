"""The references of an answer in the forms that other programs read, one file for each kind of them."""

from rag.newsroom.references.forms import ReferenceFile, ReferenceForm, references_of
from rag.newsroom.references.markdown import escaped_markdown

__all__ = ["ReferenceFile", "ReferenceForm", "escaped_markdown", "references_of"]
