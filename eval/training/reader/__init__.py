"""Training of the reader: question and passage in one pass, which sentence answers, and whether any does."""
