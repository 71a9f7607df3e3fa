"""What must not happen to a store or by a file: quotes that nobody added, documents that are lost, crashes, hangs."""
