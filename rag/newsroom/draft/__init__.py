"""A draft before it is printed: its quotations and claims, each beside the place in the documents that it rests on."""
