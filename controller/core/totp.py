"""One-time passwords of an authenticator (RFC 6238: SHA-1, 30 s, six digits). Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_totp.py:
1. What RFC 6238 tells for a time fits at that time.   2. One step early or late fits, two do not.
3. A step that was used, and every one before it, fits no more.
"""

import base64
import hmac
from datetime import datetime

import pyotp

DIGITS = 6
SECRET_BYTES = 20
_STEP_S = 30


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a step."""
    return _told(secret).generate_otp(step)


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
    return _told(secret).provisioning_uri(name=name, issuer_name=f"SHT-CCTV {site}")


def _told(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(spelt(secret), digits=DIGITS, interval=_STEP_S)
