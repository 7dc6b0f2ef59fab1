"""One-time passwords of an authenticator (RFC 6238: SHA-1, 30 s, six digits). Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_totp.py:
1. What RFC 6238 tells for a time fits at that time.   2. One step early or late fits, two do not.
3. A step that was used, and every one before it, fits no more.
"""

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote

DIGITS = 6
SECRET_BYTES = 20
_STEP_S = 30


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a step."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: datetime) -> int:
    """The step that a moment lies in."""
    return int(now.timestamp()) // _STEP_S


def fitting_step(secret: bytes, code: str, now: datetime, used: int) -> int | None:
    """The step that a code fits, later than the last one used; None: it fits none."""
    here = step_of(now)
    for step in (here, here - 1, here + 1):
        if step > used and hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def spelt(secret: bytes) -> str:
    """As an authenticator takes it by hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, site: str, name: str) -> str:
    """As an authenticator reads it from a picture."""
    label = quote(f"SHT-CCTV {site}:{name}")
    return f"otpauth://totp/{label}?secret={spelt(secret)}&issuer={quote(f'SHT-CCTV {site}')}"
