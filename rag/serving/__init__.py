"""The assistant behind HTTP, in the protocols that other programs speak; and its calls for programs that await."""
