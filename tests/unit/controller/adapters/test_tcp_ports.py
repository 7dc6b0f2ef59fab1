"""By which addresses other hosts may know this one, also where no route leads out."""

import socket

import pytest

from controller.adapters.tcp_ports import lasting_v6, own_addresses

TABLE = """\
00000000000000000000000000000001 01 80 10 80       lo
fe8000000000000000fc00fffe000001 02 40 20 80     eth0
fd000000000000000000000000000002 02 40 00 80     eth0
20010db8000000000000000000000009 02 40 00 01     eth0
20010db800000000000000000000000a 02 40 00 a0     eth0
20010db800000000000000000000000b 02 40 00 48     eth0
"""


def test_a_temporary_address_is_none_that_a_certificate_should_name() -> None:
    assert lasting_v6(TABLE + "\nbroken\n") == ["fd00::2"]


def test_the_interfaces_tell_where_neither_name_nor_route_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> list[object]:
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    monkeypatch.setattr(socket.socket, "connect", nothing)
    assert "127.0.0.1" in own_addresses()
