"""The app behind an address: who may come in, what belongs to whom, and what every request passes."""
