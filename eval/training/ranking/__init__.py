"""How much each feature of a sentence counts when sentences are ranked, fitted to questions with known answers."""
