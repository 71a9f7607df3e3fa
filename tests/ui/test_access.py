from __future__ import annotations

import pytest

from ui.access import PASSWORD_VARIABLE, USER_VARIABLE, AccessError, Users, hash_password

HASH = hash_password("correct horse")


def test_hash_differs_each_time_and_does_not_hold_the_password():
    assert hash_password("correct horse") != HASH
    assert "correct" not in HASH


@pytest.mark.parametrize("password", ["correct horse", "zażółć 😀", " ", "x" * 1000, "a$b:c"])
def test_only_the_right_password_opens(password):
    users = Users({"anna": hash_password(password)})
    assert users.allows("anna", password)
    assert not users.allows("anna", password + " ")
    assert not users.allows("otto", password)


@pytest.mark.parametrize("password", ["", "x" * 1001])
def test_password_of_impossible_length_is_refused(password):
    with pytest.raises(AccessError, match=f"{len(password)} characters"):
        hash_password(password)
    assert not Users({"anna": HASH}).allows("anna", password)


def test_guessing_is_slowed_down_and_ends():
    now = [0.0]
    users = Users({"anna": HASH}, clock=lambda: now[0])
    for _ in range(5):
        assert not users.allows("anna", "wrong")
    assert not users.allows("anna", "correct horse")
    now[0] = 31.0
    assert users.allows("anna", "correct horse")
    assert not users.allows("anna", "wrong")
    assert users.allows("anna", "correct horse")  # a right one forgives the wrong ones before it


def test_users_of_a_file(tmp_path):
    path = tmp_path / "users"
    path.write_text(f"# the desk\nanna:{HASH}\n\notto:{hash_password('battery')}\n")
    users = Users.of_file(path)
    assert users.allows("anna", "correct horse")
    assert users.allows("otto", "battery")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no user"),
        ("# nobody\n", "there is no user"),
        ("anna\n", "line 1 of .*is not user:HASH"),
        ("anna:secret\n", "password of 'anna': it is not a hash"),
        ("anna:scrypt$3$8$1$AA==$AA==\n", "password of 'anna': it is not a hash"),
        ("anna:scrypt$1073741824$8$1$AA==$AA==\n", "password of 'anna': it is not a hash"),
        ("anna:scrypt$32768$8$1$%%$AA==\n", "password of 'anna': it is not a hash"),
    ],
)
def test_file_that_names_nobody_properly_is_refused_with_the_reason(tmp_path, text, said):
    path = tmp_path / "users"
    path.write_text(text)
    with pytest.raises(AccessError, match=said) as caught:
        Users.of_file(path)
    assert "secret" not in str(caught.value)


def test_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AccessError, match=r"nowhere': No such file"):
        Users.of_file(tmp_path / "nowhere")


def test_user_of_the_environment():
    assert Users.of_environment({}) is None
    users = Users.of_environment({USER_VARIABLE: "anna", PASSWORD_VARIABLE: HASH})
    assert users is not None
    assert users.allows("anna", "correct horse")
    with pytest.raises(AccessError, match=PASSWORD_VARIABLE):
        Users.of_environment({USER_VARIABLE: "anna"})
    with pytest.raises(AccessError, match=USER_VARIABLE):
        Users.of_environment({PASSWORD_VARIABLE: HASH})
