"""Readers of office documents: those of Microsoft Office, and OpenDocument."""
