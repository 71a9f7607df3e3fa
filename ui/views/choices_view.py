"""What the settings mean now, in words: which model answers, finds, ranks and checks, and why it is that one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rag import ChosenPart, PartKind, WhyChosen
from ui.languages.words import N_, _
from ui.preferences import STRICTNESS
from ui.views.markup import Html, element, text

__all__ = ["NOTCHES", "render_choices", "render_strictness"]

_HEADINGS: Mapping[PartKind, str] = {
    PartKind.LANGUAGE_MODEL: N_("Answers are written by"),
    PartKind.EMBEDDER: N_("Sentences are found by"),
    PartKind.RERANKER: N_("The best are ranked by"),
    PartKind.VERIFIER: N_("Each statement is checked by"),
}
_NAMES: Mapping[str, str] = {
    "": N_("nobody: the best sentences are quoted"),
    "overlap": N_("their words and meaning, without a further model"),
    "reader": N_("a small model that reads question and sentence together"),
    "rules": N_("rules alone"),
    "entailment": N_("rules and a small model that reads claim and sentence together"),
    "judge": N_("rules and a language model as the judge"),
}
_REASONS: Mapping[WhyChosen, str] = {
    WhyChosen.NAMED: N_("This was chosen."),
    WhyChosen.DEFAULT: N_("It comes with the installation, and nothing else was chosen."),
    WhyChosen.ADDRESS: N_("The address of its server is set."),
    WhyChosen.HERE: N_("It is on this machine, and nothing else was chosen."),
    WhyChosen.NOT_HERE: N_("No language model is on this machine, and the address of no server is set."),
    WhyChosen.NO_LIBRARY: N_("What runs a language model on this machine is not installed, and no server is set."),
    WhyChosen.DAMAGED: N_("The files of the language model on this machine cannot be used."),
}


NOTCHES = (N_("Seldom"), N_("Usual"), N_("Often"), N_("Most often"))
"""The names of `STRICTNESS`: how often a person is told that the documents hold no answer."""


def render_choices(parts: Iterable[ChosenPart]) -> str:
    """The parts as a list, each with its name and the reason."""
    return element("ul", *map(_item, parts), class_="cv-choices-now", aria_label=_("What is in use now"))


def render_strictness() -> str:
    """What each notch of strictness comes to, as measured."""
    items = (
        element(
            "li",
            element("span", text(_(name)), class_="cv-choice-name"),
            text(": "),
            text(
                _(
                    "of 100 questions that the documents do not answer, about {n_answered} are answered all the same; "
                    "of 100 that they do answer, about {n_declined} are declined.",
                    n_answered=notch.n_answered,
                    n_declined=notch.n_declined,
                )
            ),
        )
        for name, notch in zip(NOTCHES, STRICTNESS, strict=True)
    )
    return element("ul", *items, class_="cv-choices-now", aria_label=_("What each choice comes to"))


def _item(part: ChosenPart) -> Html:
    known = _NAMES.get(part.name)
    name = _(known) if known else part.name.rpartition("/")[2]
    return element(
        "li",
        element("span", text(_(_HEADINGS[part.kind])), class_="cv-facts"),
        text(" "),
        element("span", text(name), class_="cv-choice-name"),
        text(". "),
        element("span", text(_(_REASONS[part.why])), class_="cv-facts"),
    )
