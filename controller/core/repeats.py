"""Which requests may be sent again under a key, and how they are told from others. Pure."""

import hashlib
from dataclasses import dataclass

KEPT_MS = 24 * 3_600_000
TAKEN_OVER_MS = 60_000
"""Who has not answered for so long is gone; no request of ours takes as long."""
HEADER = "Idempotency-Key"
KEY = r"^[\x21-\x7e]{1,200}$"
MOST_BYTES = 256_000
"""Of an answer that is kept; a larger one is not, and the request is done again."""

_PREFIX = "/api/v1/"
_NOT = ("/api/v1/enrolment", "/api/v1/keys", "/api/v1/login", "/api/v1/session", "/api/v1/users")
_NOT_ITSELF = "/api/v1/invitations"
"""None is made twice by being asked for twice, and no cookie, code, token or password of theirs is ever kept."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it was given."""

    status: int
    media_type: str
    body: bytes


def takes_key(method: str, path: str) -> bool:
    """Whether a request of this method and path may carry a key."""
    own = path == _NOT_ITSELF or any(path == one or path.startswith(f"{one}/") for one in _NOT)
    return method == "POST" and path.startswith(_PREFIX) and not own


def fingerprint(method: str, path: str, rights: str, body: bytes) -> str:
    """The same for the same request by someone with the same rights, and for no other."""
    digest = hashlib.sha256()
    for part in (method.encode(), path.encode(), rights.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
