"""Speed, always as a ratio against a peer or the raw model in the same run: machines are noisy."""
