"""Which servers a person at the page may have asked."""

from __future__ import annotations

import pytest

from ui.addresses import refusal

NAMES = {
    "near.example": ["192.168.1.5"],
    "far.example": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "mixed.example": ["192.168.1.5", "169.254.169.254"],
    "half.example": ["192.168.1.5", "93.184.215.14"],
    "unknown.example": [],
}


def refused(address):
    return refusal(address, resolve=NAMES.__getitem__)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:11434/v1",
        "http://[::1]:11434/v1",
        "http://192.168.1.5:8080/v1",
        "http://10.1.2.3/v1",
        "http://172.16.0.1/v1",
        "http://100.64.0.1/v1",
        "http://[fd12:3456::1]/v1",
        "http://[::ffff:127.0.0.1]/v1",
        "http://near.example/v1",
        "https://far.example/v1",
        "https://93.184.215.14/v1",
        "http://unknown.example/v1",
        "",
        "no address",
        "http://[::1",
    ],
)
def test_servers_on_this_machine_and_in_its_network_may_be_asked_and_others_over_https(address):
    assert refused(address) == ""


@pytest.mark.parametrize("address", ["http://far.example/v1", "http://half.example/v1", "http://93.184.215.14/v1"])
def test_servers_elsewhere_are_not_asked_in_clear(address):
    assert "Use https." in refused(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1",
        "https://169.254.169.254/v1",
        "http://[fe80::1]/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1",
        "http://100.100.100.200/v1",
        "http://0.0.0.0:8000/v1",
        "http://[::]/v1",
        "http://224.0.0.1/v1",
        "http://255.255.255.255/v1",
        "https://mixed.example/v1",
    ],
)
def test_addresses_of_no_model_server_are_not_asked_at_all(address):
    assert "is not asked from this page" in refused(address)
