"""The contract of each socket as checks of plain asserts, for our own backends and for anybody's.

`check_embedder(MyEmbedder())` runs all of a socket's checks; the tuple beside it (`EMBEDDER_CHECKS`) holds them one
by one, for test runners that report each. Nothing here needs a test runner or a model.

>>> from rag.embedders.hashing import HashingEmbedder
>>> from rag.testing.embedder import check_embedder
>>> check_embedder(HashingEmbedder())
"""
