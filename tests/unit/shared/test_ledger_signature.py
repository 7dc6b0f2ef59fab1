"""Signatures under ledger entries: they fit one key and one entry, and nothing odd raises."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.ledger_signature import EntrySigner, fingerprint, fits
from tests.fakes.node import PRIVATE_PEM, PUBLIC_PEM

ENTRY = "12" * 32


def test_a_signature_fits_its_entry_and_its_key() -> None:
    signature = EntrySigner(PRIVATE_PEM).sign(ENTRY)
    assert fits(signature, ENTRY, PUBLIC_PEM)
    assert not fits(signature, "13" * 32, PUBLIC_PEM)
    wrong = bytearray(base64.b64decode(signature))
    wrong[5] ^= 1
    assert not fits(base64.b64encode(wrong).decode(), ENTRY, PUBLIC_PEM)


def test_a_fingerprint_is_of_the_key_and_not_of_its_text() -> None:
    assert fingerprint(PUBLIC_PEM) == fingerprint(PUBLIC_PEM.strip())
    assert len(fingerprint(PUBLIC_PEM)) == 64
    with pytest.raises(Rejected, match="public_key"):
        fingerprint("no key")


@pytest.mark.parametrize("text", ["", "no key", PUBLIC_PEM])
def test_what_is_no_private_key_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Rejected, match="key_pem or key_file"):
        EntrySigner(text)


@given(st.text(max_size=100), st.text(max_size=60))
def test_nothing_odd_fits_or_raises(signature: str, pem: str) -> None:
    assert not fits(signature, ENTRY, PUBLIC_PEM)
    assert not fits(EntrySigner(PRIVATE_PEM).sign(ENTRY), ENTRY, pem)
