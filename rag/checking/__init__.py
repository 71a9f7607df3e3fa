"""A claim beside the sentences it cites → what speaks against it, by rules that a person can check."""
