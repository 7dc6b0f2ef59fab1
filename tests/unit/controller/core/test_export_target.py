"""What a destination of exports may be called, and where it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.export_target import has_form


@pytest.mark.parametrize(
    ("endpoint", "taken"),
    [
        ("https://s3.example", True),
        ("http://nas:9000", True),
        ("http://10.0.0.9:9000", True),
        ("http://[fd00::9]:9000", True),
        ("http://169.254.169.254", False),
        ("http://[::ffff:169.254.169.254]", False),
        ("http://[fd00:ec2::254]", False),
        ("http://169.254.0.9", False),
        ("http://[fe80::1]:9000", False),
        ("http://224.0.0.1", False),
        ("http://0.0.0.0:9000", False),
        ("http://[1:2", False),
        ("ftp://s3.example", False),
        ("https://s3.example/path", False),
    ],
)
def test_a_store_is_where_stores_can_be(endpoint: str, taken: bool) -> None:
    assert has_form("endpoint", endpoint) is taken


@given(st.text("htps:/[]0123456789.abf", max_size=40))
def test_whatever_is_given_has_a_form_or_none(text: str) -> None:
    assert has_form("endpoint", f"http://{text}") in {True, False}
