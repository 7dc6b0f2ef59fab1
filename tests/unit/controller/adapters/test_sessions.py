"""Session cookies and service tokens."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.warnings import InsecureKeyLengthWarning

from controller.adapters.seal import derived
from controller.adapters.sessions import Keyring
from shared.errors import Rejected

KEY = "k" * 64


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def unix_ms(self) -> int:
        return 0

    def monotonic_ms(self) -> int:
        return 0

    async def sleep_ms(self, duration_ms: float) -> None: ...


def test_a_session_is_read_back_until_it_runs_out() -> None:
    clock = Clock()
    ring = Keyring(KEY, clock)
    login = ring.new_session("kim", timedelta(hours=12))
    cookie = ring.sign_session(login)
    assert ring.read_session(cookie) == login
    other = ring.new_session("kim", timedelta(hours=12))
    assert other.csrf != login.csrf
    assert other.id != login.id
    assert login.secret not in login.id
    clock.moment += timedelta(hours=12)
    assert ring.read_session(cookie) is None


def test_keys_and_purposes_are_not_mixed_up() -> None:
    clock = Clock()
    ring, other = Keyring(KEY, clock), Keyring("x" * 64, clock)
    cookie = ring.sign_session(ring.new_session("kim", timedelta(hours=12)))
    token = ring.sign_service("worker")
    assert other.read_session(cookie) is None
    assert ring.read_session(token) is None
    assert ring.read_service(cookie) is None
    assert ring.read_service(token) == "worker"
    clock.moment += timedelta(minutes=5)
    assert ring.read_service(token) is None
    with pytest.raises(Rejected):
        Keyring("short", clock)


def test_an_unsigned_or_oddly_signed_token_is_nobody() -> None:
    ring = Keyring(KEY, Clock())
    claims = {"aud": "cctv-session", "sub": "kim", "csrf": "x", "sid": "y", "exp": datetime(2027, 1, 1, tzinfo=UTC)}
    own = derived(KEY, b"cctv-session")
    assert ring.read_session(jwt.encode(claims, own, algorithm="HS256")) is not None
    with pytest.warns(InsecureKeyLengthWarning):
        otherwise = jwt.encode(claims, own, algorithm="HS512")
    for token in (
        jwt.encode(claims, "", algorithm="none"),
        otherwise,
        jwt.encode({name: claims[name] for name in ("aud", "sub", "csrf", "exp")}, own, algorithm="HS256"),
        jwt.encode({name: claims[name] for name in ("aud", "sub", "csrf", "sid")}, own, algorithm="HS256"),
        jwt.encode(claims, derived(KEY, b"cctv-service"), algorithm="HS256"),
        jwt.encode(claims, KEY, algorithm="HS256"),
    ):
        assert ring.read_session(token) is None


@given(st.text(max_size=200))
def test_garbage_is_nobody(text: str) -> None:
    ring = Keyring(KEY, Clock())
    assert ring.read_session(text) is None
    assert ring.read_service(text) is None
