"""Which requests may be sent again, and which are the same."""

import pytest

from controller.core.repeats import fingerprint, takes_key


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("POST", "/api/v1/holds", True),
        ("POST", "/api/v1/session", False),
        ("POST", "/api/v1/session/password", False),
        ("POST", "/api/v1/sessions", True),
        ("POST", "/api/v1/users", False),
        ("POST", "/api/v1/users/kim/code", False),
        ("PUT", "/api/v1/rules", False),
        ("POST", "/other", False),
    ],
)
def test_posts_but_those_of_logins_take_a_key(method: str, path: str, takes: bool) -> None:
    assert takes_key(method, path) is takes


def test_requests_differ_by_each_part_and_by_nothing_else() -> None:
    one = ("POST", "/a", "admin", b"{}")
    assert fingerprint(*one) == fingerprint(*one)
    others = [("PUT", *one[1:]), ("POST", "/b", *one[2:]), ("POST", "/a", "viewer", b"{}"), (*one[:3], b"{ }")]
    others.append(("POST", "/aadmi", "n", b"{}"))
    assert len({fingerprint(*one), *(fingerprint(*other) for other in others)}) == 6
