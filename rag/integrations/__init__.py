"""The assistant as parts of other people's frameworks, one file for each framework."""
