"""The models behind the backends: their weights, our own small one, language models, and how libraries load theirs."""
