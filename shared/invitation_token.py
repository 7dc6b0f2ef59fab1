"""A node's invitation as one word: the secret that lets it ask, the site's CA that it trusts, and a check for typos."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from shared.errors import Rejected

FORM = "cctv1-"
SECRET_BYTES = 20
_CA_BYTES = 32
_CHECK_BYTES = 4
_WHAT = b"cctv.invitation.v1\0"
_LENGTHS = (SECRET_BYTES, SECRET_BYTES + _CA_BYTES)


@dataclass(frozen=True, slots=True)
class InvitationToken:
    """`ca_sha256`: SHA-256 of the CA certificate (DER) that signs the server's; None: a server that browsers trust."""

    secret: bytes = field(repr=False)
    ca_sha256: bytes | None

    def text(self) -> str:
        """One word of lower-case letters and digits: it survives chats, papers and shells."""
        said = self.secret + (self.ca_sha256 or b"")
        word = base64.b32encode(said + _check(said)).decode().rstrip("=").lower()
        return FORM + word

    @property
    def proof(self) -> str:
        """What is sent for it, and to nobody but the server that the token trusts."""
        return self.secret.hex()


def read_token(text: str) -> InvitationToken:
    """The token that somebody typed or pasted; `Rejected` says when it is a typo."""
    word = "".join(text.split())
    if not word.lower().startswith(FORM):
        raise Rejected("token", f"does not begin with {FORM}: give what `cctv node invite` printed")
    letters = word[len(FORM) :].upper()
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        raise Rejected("token", "has a typo or is not whole: copy it again") from None
    said, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    if len(said) not in _LENGTHS or not hmac.compare_digest(check, _check(said)):
        raise Rejected("token", "has a typo or is not whole: copy it again")
    return InvitationToken(said[:SECRET_BYTES], said[SECRET_BYTES:] or None)


def proof_hash(proof: str) -> str:
    """What the site keeps of a secret: 160 random bits need no slow hash."""
    return hashlib.sha256(_WHAT + proof.encode()).hexdigest()


def _check(said: bytes) -> bytes:
    return hashlib.sha256(_WHAT + said).digest()[:_CHECK_BYTES]
