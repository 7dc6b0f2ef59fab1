"""A page elsewhere never speaks for somebody who is logged in here."""

import pytest

from shared.origin import same_origin


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        (None, "cctv:8443", True),
        ("https://cctv:8443", "cctv:8443", True),
        ("https://CCTV:8443", "cctv:8443", True),
        ("https://cctv:8444", "cctv:8443", False),
        ("https://evil.example", "cctv:8443", False),
        ("null", "cctv:8443", False),
        ("", "", False),
        ("http://[", "cctv", False),
    ],
)
def test_only_our_own_pages_are_ours(origin: str | None, host: str, ours: bool) -> None:
    assert same_origin(origin, host) is ours
