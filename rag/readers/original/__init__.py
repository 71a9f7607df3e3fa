"""Pages of the files that documents were read from, drawn, and where the words of a text stand on them."""
