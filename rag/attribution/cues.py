"""Where a sentence says that somebody says something: the verb, and the noun phrase that is its subject.

Only the narrative is read; words inside quotation marks are not. Handled: "Rubio said", "said Rubio", "Rubio, the
minister, has also said", "he urged", "Rubio met him and said", "…, adding", "according to Rubio", "was told by Rubio",
"who said", "was quoted as saying". Not cues: passives without agent ("it is understood"), negations ("did not say"),
infinitives ("refused to say"), nouns ("Putin’s claims"). Auxiliaries, adverbs, times and places may stand between
subject and verb, and after a parenthetical cue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.attribution.phrases import (
    CONJUNCTIONS,
    Mention,
    MentionKind,
    phrase_before_apposition,
    phrase_from,
    phrase_until,
)
from rag.attribution.quotations import QUOTATION, Token
from rag.language.english import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    MODALS,
    NEGATIONS,
    OBJECTS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    WEEKDAYS,
    word_set,
)
from rag.language.saying import CUE_FORMS, NOUNS_TOO, OF_CLAUSES, QUOTED_ONLY, REPORTED, TURNING_TO, WEAK, WIDE_FORMS

__all__ = ["Cue", "before_auxiliaries", "cues_of", "ends_here", "wide_cues_of"]

# "Could say" and "to say" report nothing, "will say" does.
_NO_REPORT = (MODALS - {"shall", "will"}) | {"to", "let", "cannot"}
_TIME_WORDS = frozenset(WEEKDAYS) | word_set(
    "morning afternoon evening night week month year statement interview yesterday today day"
)
_HEARERS = word_set("""reporters journalists reuters lawmakers parliament me us him her them the""")


def ends_here(tokens: list[Token], last: int) -> bool:
    """Whether nothing but an adverbial, or a participle clause after a comma, follows."""
    position = last + 1
    n_words = 0
    while position < len(tokens) and n_words <= 8:
        lower = tokens[position].lower
        if lower in (",", ".", "!", "?", ";", "—", "–", ":", QUOTATION):
            return lower != ":"
        if n_words == 0 and not (
            lower in PREPOSITIONS
            or lower in ADVERBS
            or lower in _TIME_WORDS
            or lower in _HEARERS
            or lower in ("last", "this", "in")
        ):
            return lower.endswith("ly")
        n_words += 1
        position += 1
    return position >= len(tokens)


def before_auxiliaries(tokens: list[Token], position: int) -> int:
    """The token left of the verb's auxiliaries and adverbs: that of "Rubio" in "Rubio has also repeatedly said"."""
    before = position - 1
    while before >= 0 and position - before < 8:
        lower = tokens[before].lower
        if tokens[before].word[0].isupper() and lower not in _TIME_WORDS:
            break  # "May" and "Will" are names here
        if (
            lower in AUXILIARIES
            or lower in NEGATIONS
            or lower in _NO_REPORT - {"to"}
            or lower in ADVERBS
            or lower in ("quoted", "as")
        ) or (
            lower.endswith("ly")
            and len(lower) > 4
            and tokens[before].word.islower()
            and lower not in ("family", "assembly", "ally")
        ):
            before -= 1
        elif lower in _TIME_WORDS and (start := _time_start(tokens, before)) >= 0:
            before = start - 1
        else:
            break
    return before


def _time_start(tokens: list[Token], last: int) -> int:
    """Where "on Wednesday night", "last week", "in a statement" begins when it ends at `last`, or -1."""
    for first in range(last, max(-1, last - 5), -1):
        if tokens[first].lower in ("on", "in", "last", "this", "yesterday", "today"):
            return first or -1
        if tokens[first].word[0].isupper() and tokens[first].lower not in _TIME_WORDS:
            return -1
    return -1


_NOBODY = re.compile(r"(?:i|we|you|nobody|none|neither|no\b.*)$", re.IGNORECASE)
_N_OF_A_NAME, _N_OF_A_PHRASE = 5, 14
_N_CUES = 50  # what no sentence has; keeps the work per sentence bounded
_INVERTIBLE = (REPORTED - {"told", "denied", "suggested", "confirmed"}) | word_set(
    "asked wrote replied explained continued admitted exclaimed declared answered noted joked recalled responded"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A verb of saying (or "according to") with its subject.

    first, last: its tokens; start, end: where it stands in the text.
    subject: None when the verb shares the subject of the cue or clause before it ("…, adding").
    is_embedded: it stands in a clause that another cue or a conjunction introduces.
    is_final: the parenthetical kind at the end, `…,” he said.`
    clause_start, clause_end: from the first to the last of subject and verb, in the text.
    """

    first: int
    last: int
    start: int
    end: int
    verb: str
    subject: Mention | None
    is_embedded: bool
    is_final: bool
    clause_start: int
    clause_end: int


def wide_cues_of(text: str, tokens: list[Token]) -> list[Cue]:
    """The cues of thoughts and judgements in a sentence, and of sources that nobody would call a speaker.

    Of verbs: with a subject to the left, and a clause or an object to the right. "According to the latest data" and, at
    the start of a line, "Anna Berg: …" are among them.
    """
    cues: list[Cue] = []
    for position, token in enumerate(tokens):
        cue = None
        if token.lower in WIDE_FORMS and not _is_in_a_name(tokens, position):
            cue = _wide_at(text, tokens, position)
        elif token.lower == "according" and position + 1 < len(tokens) and tokens[position + 1].lower == "to":
            cue = _according_to_anything(text, tokens, position)
        elif token.lower == ":" and position <= _N_OF_A_NAME and not cues:
            cue = _labelled(text, tokens, position)
        if cue is not None:
            cues.append(cue)
            if len(cues) == _N_CUES:
                break
    return cues


def _wide_at(text: str, tokens: list[Token], position: int) -> Cue | None:
    verb = tokens[position].lower
    before = before_auxiliaries(tokens, position)
    skipped = {token.lower for token in tokens[before + 1 : position]}
    if skipped & NEGATIONS or skipped & (_NO_REPORT - {"would", "could", "might"}):
        return None
    if skipped & BE and not verb.endswith("ing"):
        return None
    if verb in TURNING_TO:
        following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
        if following not in ("to", "about", "on", "out"):
            return None
    elif not _has_object(tokens, position, needs_clause=verb in OF_CLAUSES):
        return None
    last = tokens[before].lower if before >= 0 else ""
    if verb.endswith("ing") and last == ",":
        return _inherit(tokens, position, has_earlier=True, verb=verb)
    return _with_subject(text, tokens, position, before, verb=verb)


def _has_object(tokens: list[Token], position: int, *, needs_clause: bool) -> bool:
    """Whether what follows a verb can be what is thought, wanted, shown or judged."""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is None:
        return False
    lower = following.lower
    if lower in ("that", "to", "how", "why", "whether", "what", "if") or following.word == QUOTATION:
        return True
    is_phrase = lower in DETERMINERS | PRONOUNS | POSSESSIVES | OBJECTS or following.word[0].isupper()
    if not needs_clause:
        return is_phrase or (lower.isalpha() and lower not in PREPOSITIONS | ADVERBS | AUXILIARIES | SUBORDINATORS)
    window = {token.lower for token in tokens[position + 2 : position + 8]}
    return is_phrase and bool(window & (AUXILIARIES | MODALS | {"to"}))


def _according_to_anything(text: str, tokens: list[Token], position: int) -> Cue | None:
    """With any noun phrase: up to the next sign, or before the clause that it introduces."""
    first = position + 2
    if _according(text, tokens, position) is not None or first >= len(tokens) or tokens[first].lower in PRONOUNS:
        return None
    last = first
    while last + 1 < len(tokens) and last - first < _N_OF_A_PHRASE and tokens[last + 1].word[0].isalnum():
        last += 1
    start, end = tokens[first].start, tokens[last].end
    subject = Mention(kind=MentionKind.DESCRIPTION, start=start, end=end, first=first, last=last, name=text[start:end])
    return _make(tokens, position, position + 1, subject, verb="according")


def _labelled(text: str, tokens: list[Token], colon: int) -> Cue | None:
    """The colon of a transcript or a headline, "BERG: We will win", when nothing but the name stands before it."""
    following = tokens[colon + 1] if colon + 1 < len(tokens) else None
    if following is None or following.word == QUOTATION:
        return None
    subject = phrase_until(text, tokens, colon - 1, any_noun=False)
    if subject is None or subject.first or subject.kind is not MentionKind.NAME:
        return None
    return _make(tokens, colon, colon, subject, verb=":")


def cues_of(text: str, tokens: list[Token]) -> list[Cue]:
    """The cues of one sentence from left to right."""
    cues: list[Cue] = []
    for position, token in enumerate(tokens):
        if token.lower in CUE_FORMS and not _is_in_a_name(tokens, position):
            cue = _cue_at(text, tokens, position, has_earlier=bool(cues))
        elif token.lower == "according" and position + 1 < len(tokens) and tokens[position + 1].lower == "to":
            cue = _according(text, tokens, position)
        elif token.lower == ":" and not cues and position + 1 < len(tokens) and tokens[position + 1].word == QUOTATION:
            cue = _transcribed(text, tokens, position)
        else:
            continue
        if cue is not None:
            cues.append(cue)
            if len(cues) == _N_CUES:
                break
    return cues


def _is_in_a_name(tokens: list[Token], position: int) -> bool:
    """Whether a form stands in a name, as in "the United States"; not in a headline, where all words have capitals."""
    if position == 0 or not tokens[position].word[0].isupper() or tokens[position - 1].word == QUOTATION:
        return False
    words = [token.word for token in tokens if token.word[0].isalpha()]
    return any(word.islower() and len(word) > 4 for word in words)


def _make(tokens: list[Token], first: int, last: int, subject: Mention | None, *, verb: str) -> Cue:
    start, end = tokens[first].start, tokens[last].end
    clause_first = min(first, subject.first) if subject else first
    clause_last = max(last, subject.last) if subject else last
    before = tokens[clause_first - 1].lower if clause_first else ""
    return Cue(
        first=first,
        last=last,
        start=start,
        end=end,
        verb=verb,
        subject=subject,
        is_embedded=before in SUBORDINATORS or (subject is not None and _opens_subordinate(tokens, subject.first)),
        is_final=before in (",", QUOTATION, "—", "–") and ends_here(tokens, clause_last),
        clause_start=min(start, subject.start) if subject else start,
        clause_end=max(end, subject.end) if subject else end,
    )


def _opens_subordinate(tokens: list[Token], first: int) -> bool:
    """Whether the sentence begins with "When", "After", … and its first comma comes later than the subject."""
    if tokens[0].lower not in SUBORDINATORS:
        return False
    return not any(token.lower == "," for token in tokens[:first])


def _transcribed(text: str, tokens: list[Token], colon: int) -> Cue | None:
    """The colon of `Trump: “We will win.”`, when nothing but the name stands before it."""
    subject = phrase_until(text, tokens, colon - 1, any_noun=False)
    if subject is None or subject.first or subject.kind is not MentionKind.NAME:
        return None
    return _make(tokens, colon, colon, subject, verb=":")


def _according(text: str, tokens: list[Token], position: int) -> Cue | None:
    subject = phrase_from(text, tokens, position + 2)
    if subject is None or subject.kind is MentionKind.PRONOUN:
        return None
    return _make(tokens, position, position + 1, subject, verb="according")


def _cue_at(text: str, tokens: list[Token], position: int, *, has_earlier: bool) -> Cue | None:
    verb = tokens[position].lower
    if verb in QUOTED_ONLY and not _has_words_after(tokens, position, verb):
        return None
    before = before_auxiliaries(tokens, position)
    skipped = {token.lower for token in tokens[before + 1 : position]}
    if skipped & NEGATIONS or skipped & _NO_REPORT:
        return None
    following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
    if following == "by":
        agent = phrase_from(text, tokens, position + 2) if verb != "asked" else None
        is_agent = agent is not None and agent.kind is not MentionKind.PRONOUN and verb.endswith(("d", "n", "t"))
        return _make(tokens, position, position, agent, verb=verb) if is_agent else None
    if verb == "accused" and following == "of":
        return None
    if verb == "saying" and "as" in skipped:
        return _with_subject(text, tokens, position, before, verb=verb)
    if skipped & BE and not verb.endswith("ing"):
        return None
    if before >= 0 and tokens[before].lower == "to":
        went_on = (
            before > 1 and tokens[before - 1].lower == "on" and tokens[before - 2].lower in ("went", "goes", "gone")
        )
        return _inherit(tokens, position, has_earlier=True, verb=verb) if went_on else None
    if verb in NOUNS_TOO and not verb.endswith("ing") and not _reads_as_verb(tokens, position):
        return None
    return _with_subject(text, tokens, position, before, verb=verb) or _after_break(
        text, tokens, position, before, has_earlier=has_earlier, verb=verb
    )


def _has_words_after(tokens: list[Token], position: int, verb: str) -> bool:
    """Whether quoted words follow within the clause, or the preposition that makes "call" and "speak" verbs of
    saying."""
    if verb.startswith("call") and position + 1 < len(tokens) and tokens[position + 1].lower in ("for", "on"):
        return True
    clause = tokens[position + 1 : position + 12]
    if verb.startswith("continue"):
        return bool(clause[:2]) and (
            QUOTATION
            in (clause[0].word, clause[-1].word if len(clause) < 3 else "", clause[1].word if len(clause) > 1 else "")
        )
    return any(token.word == QUOTATION for token in clause)


def _reads_as_verb(tokens: list[Token], position: int) -> bool:
    """Whether a word that is also a noun has what follows a verb of saying: a clause, a quotation."""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is None:
        return position > 0 and tokens[position - 1].lower in PRONOUNS
    return (
        following.lower in ("that", ",", ":", QUOTATION, "no", "there")
        or following.lower in PRONOUNS
        or following.lower in DETERMINERS
        or following.word[0].isupper()
        or (position > 0 and tokens[position - 1].lower in PRONOUNS)
    )


def _with_subject(text: str, tokens: list[Token], position: int, before: int, *, verb: str) -> Cue | None:
    """The cue whose subject stands to its left, next to it or before an apposition between commas."""
    any_noun = verb not in WEAK and verb not in QUOTED_ONLY
    subject = phrase_until(text, tokens, before, any_noun=any_noun)
    if subject is not None and subject.name.lower() == "who":
        antecedent = before - 2 if before > 0 and tokens[before - 1].lower == "," else before - 1
        subject = phrase_until(text, tokens, antecedent, any_noun=False)
        if subject is None:
            return None
        return _make(tokens, position, position, subject, verb=verb)
    if subject is None and before > 0 and tokens[before].lower in (",", ")", "—", "–"):
        subject = phrase_before_apposition(text, tokens, before)
    if subject is None or _NOBODY.match(subject.name):
        return None
    if verb.endswith("ing") and not any(token.lower in BE | {"as"} for token in tokens[subject.last + 1 : position]):
        return None
    return _make(tokens, position, position, subject, verb=verb)


def _after_break(
    text: str, tokens: list[Token], position: int, before: int, *, has_earlier: bool, verb: str
) -> Cue | None:
    """The cue that has its subject to its right ("said Rubio") or shares that of the clause before it (", adding")."""
    last = tokens[before].lower if before >= 0 else ""
    if verb in _INVERTIBLE and last in (QUOTATION, ",", "", "—", "–") and position == before + 1:
        inverted = phrase_from(text, tokens, position + 1)
        if (inverted is not None and inverted.kind is not MentionKind.PRONOUN) or (
            inverted is not None and last == QUOTATION
        ):
            return _make(tokens, position, position, inverted, verb=verb)
    if last in CONJUNCTIONS or (verb.endswith("ing") and last in (",", "", QUOTATION, "by", "—", "–")):
        return (
            _inherit(tokens, position, has_earlier=has_earlier, verb=verb)
            if verb not in NOUNS_TOO or verb.endswith("ing")
            else None
        )
    return None


def _inherit(tokens: list[Token], position: int, *, has_earlier: bool, verb: str) -> Cue | None:
    if not has_earlier and tokens[0].word == QUOTATION:
        return None
    return _make(tokens, position, position, None, verb=verb)
