"""What stands above a text: the title, who published it, who wrote it and when, in a line.

A passage of a news item seldom repeats its title, outlet or date, and questions often name them. The line is only
given to indexes; it is part of no passage and no quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

__all__ = ["heading_of"]

N_CHARACTERS = 400


def heading_of(title: str, metadata: Mapping[str, str], *, source: str) -> str:
    """Title, publisher, author and date with full stops between them; what is not known is left out.

    source: of the document. A title that is only the name of its file says nothing, and may change with it.

    >>> heading_of("A deal in Jeddah", {"publisher": "The Verge", "published": "2025-03-12"}, source="/news/1.html")
    'A deal in Jeddah. The Verge. 12 March 2025'
    >>> heading_of("1.html", {}, source="/news/1.html")
    ''
    """
    file = source.partition("#")[0]
    is_file_name = file == title or file.endswith((f"/{title}", f"\\{title}"))
    parts = (
        "" if is_file_name else title,
        metadata.get("publisher", ""),
        metadata.get("author", ""),
        _in_words(metadata.get("published", "")),
    )
    return ". ".join(filter(None, (part.strip(" .") for part in parts)))[:N_CHARACTERS]


def _in_words(published: str) -> str:
    """An ISO 8601 date as people ask for it; as it is when it is none."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
