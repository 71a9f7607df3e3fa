"""Training of the models and weights that the product ships. Nothing that answers questions imports this package.

verifier   the small model that reads claims and questions beside sentences, and how far it is believed
ranking    how much each feature of a sentence counts
start      where the training of both begins: the default embedding model
"""
