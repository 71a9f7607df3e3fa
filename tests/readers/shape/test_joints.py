"""How often words stand in a text is the same when they are looked for one by one and when all are counted."""

import random
import re
from collections import Counter

from rag.readers.shape.joints import WordCounts

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def test_words_looked_for_are_as_many_as_words_counted():
    chance = random.Random(3)
    for _ in range(400):
        text = "".join(chance.choices("abAB-’' .1_²éİΣσ\n", k=chance.randrange(1, 60)))
        expected = Counter(word.lower() for word in _WORD.findall(text))
        counts = WordCounts(text)
        for word in [*expected, "a", "ab", "a-b", "b’a", "zz"]:
            assert counts[word] == expected[word], (text, word)


def test_many_words_are_counted_at_once():
    words = [f"{'abcdefghij'[i % 10]}{'klmno'[i // 10]}" for i in range(50)]
    counts = WordCounts(" ".join(words * 2))
    assert [counts[word] for word in words] == [2] * 50
