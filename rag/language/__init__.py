"""Words and sentences of a text, the lists of English words and countries, and which language a text is in."""
