"""Where the node's server listens, and which Host headers mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.listen import Listen, host_fits, parse_listen
from shared.errors import Rejected

LOOPBACK = Listen("127.0.0.1", 8880)
LAN = Listen("192.168.1.20", 8880)
EVERY = Listen("0.0.0.0", 8880)


@pytest.mark.parametrize(
    ("text", "host", "loopback"),
    [("127.0.0.1:8880", "127.0.0.1", True), ("[::1]:8880", "::1", True), ("192.168.1.20:8880", "192.168.1.20", False)],
)
def test_an_address_and_port_are_read(text: str, host: str, loopback: bool) -> None:
    listen = parse_listen(text)
    assert (listen.host, listen.port, listen.is_loopback) == (host, 8880, loopback)


@pytest.mark.parametrize(
    "text", ["", "8880", "localhost:8880", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:80"]
)
def test_anything_else_is_refused_by_its_key(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_listen(text)
    assert caught.value.field == "server.listen"


@pytest.mark.parametrize(
    ("listen", "header", "fits"),
    [
        (LOOPBACK, "127.0.0.1:8880", True),
        (LOOPBACK, "localhost:9000", True),
        (LOOPBACK, "[::1]:8880", True),
        (LOOPBACK, "evil.example", False),
        (LOOPBACK, "192.168.1.20", False),
        (LAN, "192.168.1.20:8880", True),
        (LAN, "GATE.local:8880", True),
        (LAN, "localhost:8880", False),
        (LAN, "evil.example:8880", False),
        (EVERY, "10.0.0.9:8880", True),
        (EVERY, "evil.example", False),
        (LAN, "", False),
        (LAN, "192.168.1.20 evil", False),
    ],
)
def test_a_name_that_somebody_pointed_at_us_is_not_ours(listen: Listen, header: str, fits: bool) -> None:
    assert host_fits(listen, ("gate.local",), header) is fits


@given(st.text(max_size=300))
def test_no_header_breaks_it(header: str) -> None:
    host_fits(LAN, (), header)
