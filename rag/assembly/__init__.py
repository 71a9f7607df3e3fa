"""Settings made into parts: which backends they choose, and the parts built when they are first used."""
