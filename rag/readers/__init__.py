"""Readers, one per kind of file: each turns a file into a document whose text is decoded and normalised once."""
