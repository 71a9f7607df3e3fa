"""PDF files as documents; `reader` says how."""

from rag.readers.pdf.reader import MAX_PAGES, PdfReader

__all__ = ["MAX_PAGES", "PdfReader"]
