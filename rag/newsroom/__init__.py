"""What a newsroom does with documents beside asking: check a draft, see who said what, what changed, what conflicts."""
