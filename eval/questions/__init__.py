"""Questions of your own: drafted from your documents, accepted by a person, and held to in your continuous integration.

Nothing of the public sets is needed. `files` reads and writes the questions, `places` finds their gold quotes in the
documents, `drafting` makes drafts, `task` and `gate` measure, and `ci/` has the files to copy.
"""
