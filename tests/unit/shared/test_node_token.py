"""Node tokens: only the node's own key signs for it."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.errors import Rejected
from shared.ids import NodeId
from shared.node_token import claimed_node, sign_node_token, verify_node_token

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
