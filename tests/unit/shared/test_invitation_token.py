"""An invitation's token: what was written is read, and a typo is called one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.invitation_token import FORM, InvitationToken, proof_hash, read_token

SECRETS = st.binary(min_size=20, max_size=20)
AUTHORITIES = st.none() | st.binary(min_size=32, max_size=32)


@given(SECRETS, AUTHORITIES)
def test_what_was_written_is_read(secret: bytes, authority: bytes | None) -> None:
    token = InvitationToken(secret, authority)
    assert read_token(token.text()) == token
    assert read_token(f"  {token.text().upper()}\n") == token
    assert secret.hex() not in repr(token)


@given(SECRETS, AUTHORITIES, st.data())
def test_one_wrong_sign_is_a_typo(secret: bytes, authority: bytes | None, data: st.DataObject) -> None:
    text = InvitationToken(secret, authority).text()
    place = data.draw(st.integers(len(FORM), len(text) - 2))  # bits of the last sign are not all used
    sign = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567189").filter(lambda one: one != text[place]))
    with pytest.raises(Rejected, match="typo"):
        read_token(text[:place] + sign + text[place + 1 :])


@given(SECRETS, st.data())
def test_a_part_of_a_token_is_none(secret: bytes, data: st.DataObject) -> None:
    text = InvitationToken(secret, bytes(32)).text()
    with pytest.raises(Rejected, match="typo"):
        read_token(text[: data.draw(st.integers(len(FORM), len(text) - 2))])


@pytest.mark.parametrize("text", ["", "swordfish", "cctv2-abc", "cctv1", "eyJhbGciOiJFZERTQSJ9.e30.x"])
def test_another_secret_is_no_token(text: str) -> None:
    with pytest.raises(Rejected, match="cctv1-"):
        read_token(text)


def test_what_is_kept_of_a_secret_does_not_give_it_back() -> None:
    token = InvitationToken(bytes(range(20)), None)
    assert proof_hash(token.proof) == proof_hash(read_token(token.text()).proof)
    assert token.proof not in proof_hash(token.proof)
