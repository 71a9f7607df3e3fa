"""What is an address of a store, and what of it may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import StoreError
from rag.storage.engines.address import folder_of, server_address, shown, shown_place


@pytest.mark.parametrize("place", ["store", "/tmp/store", "C:\\store", "postgresql", Path("a/b"), "~/news"])
def test_folder_is_no_address(place):
    assert server_address(place) is None
    assert shown_place(place) == str(place)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_address_is_shown_without_password_and_options(scheme):
    url = server_address(f"{scheme}://anna:s%40cret@db.example:5433/news?sslpassword=hidden")
    assert url.password == "s@cret"
    assert shown(url) == "postgresql+psycopg://anna@db.example:5433/news"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://anna:secret@h/news", "at an address with 'mysql'"),
        ("postgresql+asyncpg://anna:secret@h/news", r"at an address with 'postgresql\+asyncpg'"),
        ("postgresql://anna:sec@ret@h/news", "write %40, or leave the password to PGPASSWORD"),
        ("postgresql://anna:secret@h:port/news", "cannot read the address of the store"),
        ("postgresql://anna:secret@h", "the address names no database"),
        (Path("postgresql://anna:secret@h/news"), "give it as text"),
    ],
)
def test_address_that_cannot_be_is_refused_without_its_password(place, said):
    with pytest.raises(StoreError, match=said) as caught:
        server_address(place)
    assert not {"secret", "ret", "cret"} & set(str(caught.value).replace("@", " ").replace("/", " ").split())


def test_each_database_has_a_folder_of_its_own_whoever_the_user():
    one, two, other = (
        folder_of(server_address(f"postgresql://{rest}"))
        for rest in ("anna@h/news", "otto:x@h:5432/news", "anna@h/sports")
    )
    assert one == two != other
    assert one.name.startswith("news-")
