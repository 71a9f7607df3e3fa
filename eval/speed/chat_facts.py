"""Twenty small documents of different subjects, each with a question that only one sentence of it answers."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FACTS", "Fact"]


class Fact(NamedTuple):
    """A document's name, the sentence that answers the question, and what else stands in the document."""

    name: str
    sentence: str
    question: str
    rest: str

    @property
    def text(self) -> str:
        """The whole document."""
        return f"{self.sentence}\n{self.rest}\n"


FACTS = (
    Fact(
        "heron",
        "The heron at Lake Tarn swallowed 41 frogs in May.",
        "How many frogs did the heron at Lake Tarn swallow?",
        "Birds rest there on their way north.",
    ),
    Fact(
        "bridge",
        "The Orwell bridge was painted green in 1987.",
        "When was the Orwell bridge painted green?",
        "Lorries cross it by night.",
    ),
    Fact(
        "bakery",
        "The bakery in Elm Street sells 300 rye loaves a day.",
        "How many rye loaves does the bakery in Elm Street sell?",
        "Its oven is older than the house.",
    ),
    Fact(
        "comet",
        "Comet Vasari was discovered by Ines Moreau.",
        "Who discovered comet Vasari?",
        "Its tail is faint and blue.",
    ),
    Fact(
        "library",
        "The library of Porto Alto lost 12,000 books in the flood.",
        "How many books did the library of Porto Alto lose in the flood?",
        "Volunteers dried what was left.",
    ),
    Fact(
        "railway",
        "The railway tunnel under Mount Brenn is 19 kilometres long.",
        "How long is the railway tunnel under Mount Brenn?",
        "Two trains an hour pass it.",
    ),
    Fact(
        "vaccine",
        "The measles vaccine reached 94 percent of children in Kalvia.",
        "What share of children in Kalvia did the measles vaccine reach?",
        "Nurses went from school to school.",
    ),
    Fact(
        "chess",
        "Olga Petrenko won the chess final in 38 moves.",
        "In how many moves did Olga Petrenko win the chess final?",
        "The hall was silent until the end.",
    ),
    Fact(
        "volcano",
        "The volcano Mirador erupted for nine days.",
        "For how many days did the volcano Mirador erupt?",
        "Ash covered the coffee fields.",
    ),
    Fact(
        "satellite",
        "The satellite Argo-4 weighs 870 kilograms.",
        "How much does the satellite Argo-4 weigh?",
        "It watches the ice of both poles.",
    ),
    Fact(
        "violin",
        "The stolen violin was found in a taxi in Lyon.",
        "Where was the stolen violin found?",
        "Its owner had offered a reward.",
    ),
    Fact(
        "dam",
        "The Sorvo dam supplies electricity to 60,000 homes.",
        "To how many homes does the Sorvo dam supply electricity?",
        "Fish climb a ladder beside it.",
    ),
    Fact(
        "mayor",
        "Mayor Tom Hallett resigned over unpaid parking fines.",
        "Why did mayor Tom Hallett resign?",
        "A council meeting followed.",
    ),
    Fact(
        "opera",
        "The opera The Glass Orchard premiered in Ghent.",
        "Where did the opera The Glass Orchard premiere?",
        "Critics praised the chorus.",
    ),
    Fact(
        "wheat",
        "The wheat harvest of Dorland fell by 22 percent.",
        "By how much did the wheat harvest of Dorland fall?",
        "Farmers blamed a dry spring.",
    ),
    Fact(
        "submarine",
        "The submarine Nautica dived to 6,200 metres.",
        "How deep did the submarine Nautica dive?",
        "Its lamps showed white crabs.",
    ),
    Fact(
        "museum",
        "The clock museum in Varna opens at 11 on Sundays.",
        "At what time does the clock museum in Varna open on Sundays?",
        "Children may wind a clock.",
    ),
    Fact(
        "marathon",
        "Abel Desta finished the marathon with a broken shoe.",
        "With what did Abel Desta finish the marathon?",
        "He waved to the crowd.",
    ),
    Fact(
        "lighthouse",
        "The lighthouse keeper of Skerrow is called Runa Dahl.",
        "What is the lighthouse keeper of Skerrow called?",
        "Storms cut the island off each winter.",
    ),
    Fact(
        "bees",
        "The rooftop bees of Hotel Linden made 54 jars of honey.",
        "How many jars of honey did the rooftop bees of Hotel Linden make?",
        "Guests may buy one at the desk.",
    ),
)
