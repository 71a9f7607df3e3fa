"""Two sentences of two documents: do they say otherwise of the same thing, and what is otherwise?

The one judge of conflict. It compares as the guard does, atom by atom, and is strict about what is the same: a figure
of another year, region, group, unit or speaker is no conflict, nor a round or estimated one beside a count, a plan
beside what came of it, or two people of one name. Exactly one thing may differ, and all around it has to agree.
`sides` reads a sentence, `pair` says whether two are about the same, `differences` what differs.
"""

from rag.checking.disagreement.differences import Disagreement, disagreement
from rag.checking.disagreement.sides import Told, is_correcting

__all__ = ["Disagreement", "Told", "disagreement", "is_correcting"]
