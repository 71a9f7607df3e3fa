"""The parts of the reader: how a document is looked at, its bar, its text, and pages as they are printed."""
