"""Secrets: none leaves in a text, however it stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.redact import REDACTED, redact

PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFxx\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("cannot open rtsp://kim:swordfish@10.0.0.5/one: refused", "swordfish"),
        ('{"url": "rtsp://10.0.0.5/one?password=swordfish&channel=1"}', "swordfish"),
        ("rtsp://10.0.0.5/user=admin_password=swordfish_channel=1: no", "swordfish"),
        ("rtsp://10.0.0.5/user=admin&password=swordfish&channel=1", "swordfish"),
        ("rtsp://admin:p@swordfish@10.0.0.5/one", "swordfish"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        (f"key is {PEM}", "MC4CAQAwBQYDK2VwBCIEIFxx"),
    ],
)
def test_what_looks_like_a_secret_goes_without_being_known(text: str, secret: str) -> None:
    assert secret not in redact(text, ())
    assert REDACTED in redact(text, ())


def test_a_line_of_a_known_key_is_gone_too() -> None:
    assert "MC4CAQAwBQYDK2VwBCIEIFxx" not in redact('"MC4CAQAwBQYDK2VwBCIEIFxx\\n"', [PEM])
    assert redact("channel=1 at rtsp://10.0.0.5/one", [PEM]) == "channel=1 at rtsp://10.0.0.5/one"


@given(
    st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=8, max_size=30),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_a_known_secret_is_gone_wherever_it_stands(secret: str, before: str, after: str) -> None:
    if secret in REDACTED:
        return
    assert secret not in redact(f"{before}{secret}{after}", [secret])
