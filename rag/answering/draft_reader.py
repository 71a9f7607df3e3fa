"""A draft that is still being written, read claim by claim: each comes out as soon as nothing can change it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.claims import CitedClaim, claims_of_draft
from rag.types import Draft, Evidence

__all__ = ["DraftReader"]


class DraftReader:
    """Takes the pieces of one draft and gives its claims, each once, in order.

    A claim is finished when the next one has begun: until then a marker, or the rest of an abbreviation, may follow.
    The claims are those that `claims_of_draft` finds in the whole text.

    max_characters: what is read of the draft; a claim that is not finished by then is none. None for all of it.

    >>> reader = DraftReader((), generator_id="g", prompt_id="")
    >>> [claim.text for claim in reader.read("It rained. It")]
    ['It rained.']
    >>> [claim.text for claim in reader.finish()]
    ['It']
    """

    def __init__(
        self, evidence: Sequence[Evidence], *, generator_id: str, prompt_id: str, max_characters: int | None = None
    ) -> None:
        self._evidence = evidence
        self._generator_id = generator_id
        self._prompt_id = prompt_id
        self._max_characters = max_characters
        self._n_given = 0
        self.is_cut = False
        self.text = ""

    def read(self, piece: str) -> list[CitedClaim]:
        """The claims that this piece of the draft finishes."""
        room = len(piece) if self._max_characters is None else self._max_characters - len(self.text)
        self.is_cut = self.is_cut or len(piece) > room
        self.text += piece[:room]
        open_bracket = max(self.text.rfind("["), self.text.rfind("【"))
        is_in_marker = open_bracket > max(self.text.rfind("]"), self.text.rfind("】"))
        claims = self._claims(self.text[:open_bracket] if is_in_marker else self.text)
        last_start = claims[-1].span.start if claims else 0
        return self._new([claim for claim in claims if claim.span.start < last_start])

    def finish(self) -> list[CitedClaim]:
        """The claims that are left when the draft has ended."""
        return self._new(self._claims(self.text))

    def _claims(self, text: str) -> list[CitedClaim]:
        return claims_of_draft(
            Draft(text=text, generator_id=self._generator_id, prompt_id=self._prompt_id), self._evidence
        )

    def _new(self, claims: list[CitedClaim]) -> list[CitedClaim]:
        new = claims[self._n_given :]
        self._n_given = max(self._n_given, len(claims))
        return new
