"""What the page shows and what can be taken away, as HTML and text: pure functions of `rag`'s records."""
