"""One-time passwords of an authenticator: as RFC 6238 tells, a step early or late, each once."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.totp import address, code_at, fitting_step, spelt, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("unix_s", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_digits_are_those_of_the_rfc(unix_s: int, eight: str) -> None:
    now = datetime.fromtimestamp(unix_s, UTC)
    assert code_at(SECRET, step_of(now)) == eight[2:]
    assert fitting_step(SECRET, eight[2:], now, 0) == unix_s // 30


@given(st.binary(min_size=20, max_size=20), st.integers(1_700_000_000, 1_900_000_000), st.integers(-3, 3))
def test_a_step_early_or_late_fits_and_none_twice(secret: bytes, unix_s: int, off: int) -> None:
    now = datetime.fromtimestamp(unix_s, UTC)
    here = step_of(now)
    code = code_at(secret, here + off)
    others = {code_at(secret, here + near) for near in (-1, 0, 1)}
    found = fitting_step(secret, code, now, 0)
    assert (found is not None) == (code in others)
    if found is not None:
        later = fitting_step(secret, code, now + timedelta(seconds=1), found)
        assert later is None or later > found


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "12 456"])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert fitting_step(SECRET, code, datetime.fromtimestamp(59, UTC), 0) is None


def test_an_authenticator_reads_whose_it_is() -> None:
    parts = urlsplit(address(SECRET, "yard 2", "kim"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/SHT-CCTV%20yard%202:kim")
    asked = parse_qs(parts.query)
    assert asked == {"secret": [spelt(SECRET)], "issuer": ["SHT-CCTV yard 2"]}
    assert base64.b32decode(spelt(SECRET)) == SECRET
