"""Public sets as their makers give them, brought into our form; one file a set."""
