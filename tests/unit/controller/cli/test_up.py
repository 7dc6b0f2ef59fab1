"""The address given to `cctv up`."""

import pytest

from controller.cli.up import parse_listen
from shared.errors import Rejected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1", ("127.0.0.1", None)),
        ("0.0.0.0:8443", ("0.0.0.0", 8443)),
        (":9000", ("127.0.0.1", 9000)),
        ("[::1]:9000", ("::1", 9000)),
        ("[::1]", ("::1", None)),
        ("cctv.example:1", ("cctv.example", 1)),
    ],
)
def test_an_address_is_read(text: str, found: tuple[str, int | None]) -> None:
    assert parse_listen(text) == found


@pytest.mark.parametrize("text", ["a:b", "a:0", "a:65536", "a:-1"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        parse_listen(text)
