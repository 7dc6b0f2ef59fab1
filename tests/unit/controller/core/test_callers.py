"""Who may connect: the networks named, whichever way an address is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.callers import EVERYBODY, callers

LIST = callers(["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"], [], [])
V4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)


@pytest.mark.parametrize("address", ["10.0.0.1", "::ffff:10.9.9.9", "fd00::1%eth0", "192.0.2.7"])
def test_who_is_in_a_network_may(address: str) -> None:
    assert LIST.may(address)


@pytest.mark.parametrize("address", ["11.0.0.1", "::ffff:11.0.0.1", "fe80::1", "192.0.2.8", "", None, "a name", "10"])
def test_who_is_in_none_may_not(address: str | None) -> None:
    assert not LIST.may(address)


@given(V4)
def test_without_networks_everybody_may(address: ipaddress.IPv4Address) -> None:
    assert EVERYBODY.may(str(address))


@given(V4)
def test_the_same_address_either_way(address: ipaddress.IPv4Address) -> None:
    inside = address in ipaddress.ip_network("10.0.0.0/8") or str(address) == "192.0.2.7"
    assert LIST.may(str(address)) == LIST.may(f"::ffff:{address}") == inside
