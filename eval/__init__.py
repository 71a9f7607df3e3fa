"""Measurements of the assistant; nothing here is needed to use it."""
