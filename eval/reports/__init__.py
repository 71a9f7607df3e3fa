"""Runs to look at: compared, or as a page with plots."""
