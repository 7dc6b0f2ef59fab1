"""Who may use the node's own server: whoever has its token, or a cookie that this token signed. Pure."""

import hashlib
import hmac
from collections import OrderedDict

from shared.errors import Rejected

COOKIE_MS = 12 * 3_600_000
_TOKEN_LEAST = 32
_WINDOW_MS = 60_000
_ADDRESSES_MAX = 1024
_SIGNED = b"sht-cctv node page "


def check_token(token: str, field: str = "token") -> str:
    """The token, or `Rejected` without it: what guards pictures must not be guessed."""
    if len(token) < _TOKEN_LEAST or not token.isascii() or not token.isprintable() or " " in token:
        raise Rejected(field, f"needs at least {_TOKEN_LEAST} printable ASCII characters without spaces")
    return token


class Door:
    """Knows the token; without one (loopback only) it stands open."""

    def __init__(self, token: str | None) -> None:
        self._key = None if token is None else token.encode()

    @property
    def stands_open(self) -> bool:
        return self._key is None

    def takes_token(self, given: str) -> bool:
        """Whether this is the token, compared in constant time."""
        return self._key is not None and hmac.compare_digest(self._key, given.encode("utf-8", "surrogateescape"))

    def cookie(self, now_ms: int) -> str:
        """What a browser keeps after its person gave the token: no secret in it, good for twelve hours."""
        until = str(now_ms + COOKIE_MS)
        return f"{until}.{self._signature(until)}"

    def takes_cookie(self, given: str, now_ms: int) -> bool:
        """Whether this token signed it, and its time is not over."""
        until, _, signature = given.partition(".")
        if self._key is None or not (until.isascii() and until.isdigit()) or len(until) > 15:  # noqa: PLR2004 - digits of a time
            return False
        right = hmac.compare_digest(self._signature(until).encode(), signature.encode("utf-8", "surrogateescape"))
        return right and now_ms < int(until) <= now_ms + COOKIE_MS

    def _signature(self, until: str) -> str:
        return hmac.new(self._key or b"", _SIGNED + until.encode(), hashlib.sha256).hexdigest()


class Refusals:
    """Counts who was refused; after `most` in a minute an address has to wait for that minute's end.

    Who has the token is never counted, so nobody can be locked out by others who share an address with them.
    """

    def __init__(self, most: int = 10) -> None:
        self._most = most
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()  # when the minute began, refusals in it

    def count(self, address: str, now_ms: int) -> int:
        """One more refusal; how many milliseconds that address has to wait now, 0 while it need not."""
        began_ms, times = self._seen.pop(address, (now_ms, 0))
        if not 0 <= now_ms - began_ms < _WINDOW_MS:
            began_ms, times = now_ms, 0
        self._seen[address] = (began_ms, times + 1)
        if len(self._seen) > _ADDRESSES_MAX:
            self._seen.popitem(last=False)
        return began_ms + _WINDOW_MS - now_ms if times >= self._most else 0
