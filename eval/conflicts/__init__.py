"""Our own set of conflicts: groups of short news documents that disagree, correct themselves, or only seem to."""
