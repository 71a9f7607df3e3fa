"""Other people's retrieval, measured beside ours; one file a peer."""
