from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.server.access import (
    PASSWORD_VARIABLE,
    USER_VARIABLE,
    AccessError,
    MustWaitError,
    Users,
    exposure,
    hash_password,
)

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


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def users(clock):
    """Two users with the same password, "correct horse", which is checked at once."""
    key = hashlib.scrypt(b"correct horse", salt=b"salt", n=2, r=8, p=1, dklen=32)
    cheap = f"scrypt$2$8$1${base64.b64encode(b'salt').decode()}${base64.b64encode(key).decode()}"
    return Users({"anna": cheap, "otto": cheap}, clock=clock)


def guess(users, *, n=5, user="anna", address="192.0.2.1"):
    for _ in range(n):
        assert not users.allows(user, "wrong", address=address)


def seconds_to_wait(users, *, user="anna", address="192.0.2.1"):
    with pytest.raises(MustWaitError) as caught:
        users.allows(user, "correct horse", address=address)
    return caught.value.seconds


def test_guessing_waits_twice_as_long_after_each_wrong_password(users, clock):
    guess(users)
    waited = []
    for _ in range(10):
        waited.append(seconds_to_wait(users))
        clock.now += waited[-1]
        guess(users, n=1)
    assert waited == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_right_password_forgives_the_wrong_ones_before_it(users, clock):
    guess(users)
    clock.now += seconds_to_wait(users)
    assert users.allows("anna", "correct horse", address="192.0.2.1")
    guess(users, n=4)
    assert users.allows("anna", "correct horse", address="192.0.2.1")


def test_wrong_passwords_shut_out_nobody_at_another_address_and_no_other_user(users):
    guess(users)
    assert users.allows("anna", "correct horse", address="192.0.2.2")
    assert users.allows("otto", "correct horse", address="192.0.2.1")
    assert seconds_to_wait(users) == 5


def test_wrong_passwords_from_many_addresses_shut_out_nobody_at_one_more(users):
    for last in range(20):
        guess(users, address=f"198.51.100.{last}")
    assert users.allows("anna", "correct horse", address="192.0.2.2")


def test_guessing_from_another_address_of_the_same_ipv6_network_waits_too(users):
    guess(users, address="2001:db8::1")
    assert seconds_to_wait(users, address="2001:db8::ffff:2") == 5
    assert users.allows("anna", "correct horse", address="2001:db8:0:1::1")


def test_unknown_users_wait_as_known_ones_do(users):
    guess(users, user="nobody")
    assert seconds_to_wait(users, user="nobody") == 5


def test_password_tried_many_times_at_once_is_looked_at_five_times(users):
    with ThreadPoolExecutor(12) as pool:
        tried = [pool.submit(users.allows, "anna", "wrong", address="192.0.2.1") for _ in range(12)]
    errors = [each.exception() for each in tried]
    assert [type(error) for error in errors if error] == [MustWaitError] * 7


def test_a_day_forgives_wrong_passwords(users, clock):
    guess(users)
    clock.now += 86_401
    guess(users, n=4)
    assert users.allows("anna", "correct horse", address="192.0.2.1")


@pytest.mark.parametrize(("mode", "is_exposed"), [(0o600, False), (0o640, False), (0o644, True)])
def test_file_of_users_that_everybody_can_read_is_warned_of(tmp_path, mode, is_exposed):
    path = tmp_path / "users"
    path.write_text(f"anna:{HASH}\n")
    path.chmod(mode)
    assert Users.of_file(path).allows("anna", "correct horse")
    assert exposure(path).startswith("every user of this machine can read" if is_exposed else "")
    assert bool(exposure(path)) == is_exposed


def test_file_of_users_that_everybody_can_write_to_is_refused(tmp_path):
    path = tmp_path / "users"
    path.write_text(f"anna:{HASH}\n")
    path.chmod(0o666)
    with pytest.raises(AccessError, match=r"can write to it, and so let anybody in - run `chmod 600 .*users`"):
        Users.of_file(path)


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
