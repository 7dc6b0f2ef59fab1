"""Node tokens: only the node's own key signs for it."""

import contextlib
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.ids import NodeId
from shared.node_token import AUDIENCE, claimed_node, sign_node_token, verify_node_token

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _pair() -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


def test_a_token_proves_its_node() -> None:
    private, public = _pair()
    token = sign_node_token(NodeId("n1"), private, NOW)
    assert claimed_node(token) == "n1"
    assert verify_node_token(token, public, NOW + timedelta(hours=3)) == "n1"


def test_another_key_an_old_token_and_nonsense_are_rejected() -> None:
    private, public = _pair()
    token = sign_node_token(NodeId("n1"), private, NOW)
    with pytest.raises(Rejected):
        verify_node_token(token, _pair()[1], NOW)
    with pytest.raises(Rejected, match="clock"):
        verify_node_token(token, public, NOW + timedelta(days=3))
    for nonsense in ("", "a.b.c", token[:-4], token + "x"):
        with pytest.raises(Rejected):
            verify_node_token(nonsense, public, NOW)
    with pytest.raises(Rejected):
        claimed_node("nonsense")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
PRIVATE, PUBLIC = _pair()


@given(st.dictionaries(st.sampled_from(["sub", "exp", "iat", "nbf", "jti", "iss"]), JSON))
@example({"exp": 1e300})
@example({"exp": "abc"})
@example({"exp": float("nan")})
def test_whatever_a_node_signs_is_taken_or_rejected(claims: dict[str, object]) -> None:
    good = {"sub": "n1", "aud": AUDIENCE, "iat": NOW.timestamp(), "exp": NOW.timestamp()}
    try:
        token = jwt.encode(good | claims, PRIVATE, algorithm="EdDSA")
    except TypeError:
        return  # the library signs no such thing
    with contextlib.suppress(Rejected):
        assert verify_node_token(token, PUBLIC, NOW) == claimed_node(token)
