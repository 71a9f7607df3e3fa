"""The check of drafts, measured: draft sentences made by rule and by hand, each with the verdict that it asks for."""
