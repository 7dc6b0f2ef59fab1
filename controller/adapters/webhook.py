"""The site's own webhook: a JSON document by POST, signed with HMAC-SHA256 over time and body."""

import asyncio
import base64
import hashlib
import hmac
import json
from urllib.parse import urlsplit

import httpx

from controller.adapters.outgoing import guarded
from controller.core.delivery import Parcel
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.texts import say

SCHEMA = "cctv.notice.v1"
_KEYS = (
    "id", "number", "severity", "kind", "rule_name", "camera", "node", "zone_name", "condition_ms", "raised_at",
    "occurrences", "late", "regulation", "detail",
)  # fmt: skip


def check_url(url: str, *, private: bool) -> str:
    """The scheme of a usable address; `Rejected` says what is wrong without repeating it."""
    parts = urlsplit(url)
    try:
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.scheme not in {"https", "http"} or any(sign.isspace() for sign in url):
        raise Rejected("address", say("address_web"))
    if parts.username is not None or parts.fragment:
        raise Rejected("address", say("address_user"))
    if parts.scheme == "http" and not private:
        raise Rejected("address", say("address_plain"))
    return parts.scheme


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-CCTV-Signature`."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={made}"


def body_of(parcel: Parcel, at: str) -> bytes:
    """The document that is posted."""
    document = {
        "schema": SCHEMA,
        "id": parcel.id,
        "at": at,
        "why": parcel.why,
        "title": parcel.title,
        "text": parcel.text,
        "alarms": [{key: state.get(key) for key in _KEYS} for state in parcel.alarms],
    }
    if parcel.picture_jpeg is not None:
        document["picture_jpeg"] = base64.b64encode(parcel.picture_jpeg).decode()
    return json.dumps(document, ensure_ascii=False).encode()


class Webhook:
    """Posts to one address at a time; what is answered is never read, only its status."""

    def __init__(self, clock: Clock, timeout_s: float) -> None:
        self._clock = clock
        self._timeout_s = timeout_s

    async def send(self, parcel: Parcel, url: str, secret: str, *, private: bool) -> None:
        """`Transient` unless the receiver says 2xx; no redirect is followed."""
        check_url(url, private=private)
        now = self._clock.now()
        timestamp, body = str(int(now.timestamp())), body_of(parcel, now.isoformat())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "cctv-webhook",
            "X-CCTV-Delivery": parcel.id,
            "X-CCTV-Timestamp": timestamp,
            "X-CCTV-Signature": sign(secret, timestamp, body),
        }
        with guarded(private=private):
            client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._timeout_s)
            try:
                async with (
                    asyncio.timeout(self._timeout_s),
                    client,
                    client.stream("POST", url, content=body, headers=headers) as answer,
                ):
                    status = answer.status_code
            except httpx.InvalidURL:
                raise Rejected("address", say("address_web")) from None
            except (TimeoutError, httpx.TimeoutException):
                raise Transient(say("send_silent", seconds=f"{self._timeout_s:g}")) from None
            except httpx.HTTPError as fault:
                raise Transient(_words(fault)) from None
        if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's own
            raise Transient(say("send_answered", status=status))


def _words(fault: httpx.HTTPError) -> str:
    """What failed, in our words: a library's own may repeat the address."""
    if isinstance(fault, httpx.ConnectError):
        return say("send_unreachable")
    return say("send_garbage" if isinstance(fault, httpx.RemoteProtocolError) else "send_broke")
