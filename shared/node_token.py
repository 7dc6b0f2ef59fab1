"""A node's proof of itself to HTTP and WebSocket: a short EdDSA token signed by its own key."""

from datetime import UTC, datetime, timedelta

import jwt

from shared.errors import Rejected
from shared.ids import NodeId, parse_node

AUDIENCE = "cctv-controller"
LIFETIME = timedelta(seconds=60)
_LEEWAY = timedelta(hours=36)
"""A node without a battery clock may be wrong by hours; the signature and TLS carry the trust, not the date."""


def sign_node_token(node: NodeId, private_key_pem: str, now: datetime) -> str:
    """Make a token for the next request."""
    claims = {"sub": node, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, private_key_pem, algorithm="EdDSA")


def claimed_node(token: str) -> NodeId:
    """The node that a token claims to be, unverified: only to look its public key up."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise Rejected("token", "is not a node's token") from None
    return parse_node(str(claims.get("sub", "")), "token.sub")


def verify_node_token(token: str, public_key_pem: str, now: datetime) -> NodeId:
    """Return the node that signed, or raise `Rejected`."""
    try:
        claims = jwt.decode(
            token,
            public_key_pem,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            options={"require": ["sub", "exp", "iat"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as fault:
        raise Rejected("token", str(fault)) from None
    try:
        expires_at = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Rejected("token.exp", "is not a time") from None
    if abs(now - expires_at) > _LEEWAY:
        raise Rejected("token", "is from another day: check the node's clock")
    return parse_node(str(claims["sub"]), "token.sub")
