"""The keyring: signs and reads session cookies and service tokens (JWT HS256, each with a key of its own)."""

import secrets
from datetime import UTC, datetime, timedelta

import jwt

from controller.adapters.seal import derived
from controller.ports import Login
from shared.clock import Clock
from shared.errors import Rejected

SERVICE_LIFETIME = timedelta(minutes=5)
_SESSION, _SERVICE = "cctv-session", "cctv-service"
_KEY_CHARS_MIN = 32


class Keyring:
    """Everything that is signed by what is derived of one site's key."""

    def __init__(self, key: str, clock: Clock) -> None:
        if len(key) < _KEY_CHARS_MIN:
            raise Rejected("session key", f"is shorter than {_KEY_CHARS_MIN} characters")
        self._keys = {one: derived(key, one.encode()) for one in (_SESSION, _SERVICE)}
        self._clock = clock

    def new_session(self, username: str, longest: timedelta) -> Login:
        """A fresh login, with its own secret and CSRF value."""
        expires_at = self._clock.now().replace(microsecond=0) + longest
        return Login(username, secrets.token_urlsafe(24), secrets.token_urlsafe(24), expires_at)

    def sign_session(self, login: Login) -> str:
        """The cookie's value."""
        claims = {
            "aud": _SESSION,
            "sub": login.username,
            "csrf": login.csrf,
            "sid": login.secret,
            "exp": login.expires_at,
        }
        return jwt.encode(claims, self._keys[_SESSION], algorithm="HS256")

    def read_session(self, cookie: str | None) -> Login | None:
        """The login that a cookie proves, or None."""
        claims = self._read(cookie, _SESSION, ["sub", "csrf", "sid", "exp"])
        if claims is None:
            return None
        expires_at = datetime.fromtimestamp(float(str(claims["exp"])), UTC)
        return Login(str(claims["sub"]), str(claims["csrf"]), str(claims["sid"]), expires_at)

    def sign_service(self, role: str) -> str:
        """A token by which one of our own processes calls another."""
        expires_at = self._clock.now() + SERVICE_LIFETIME
        claims = {"aud": _SERVICE, "sub": role, "role": "service", "exp": expires_at}
        return jwt.encode(claims, self._keys[_SERVICE], algorithm="HS256")

    def read_service(self, token: str | None) -> str | None:
        """The role that a service token names, or None."""
        claims = self._read(token, _SERVICE, ["sub", "exp"])
        return None if claims is None else str(claims["sub"])

    def _read(self, token: str | None, audience: str, needed: list[str]) -> dict[str, object] | None:
        if not token:
            return None
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self._keys[audience],
                algorithms=["HS256"],
                audience=audience,
                options={"require": needed, "verify_exp": False},
            )
            expires_at = datetime.fromtimestamp(float(str(claims["exp"])), UTC)
        except (jwt.PyJWTError, ValueError, OverflowError):
            return None
        return claims if self._clock.now() < expires_at else None
