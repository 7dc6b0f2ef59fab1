"""Who may do what, and which origins are our own."""

import pytest

from controller.core.access import ROLES, allows, leaves_admin, role_of
from shared.errors import Rejected


@pytest.mark.parametrize(
    ("have", "may"),
    [
        ("viewer", {"own", "viewer"}),
        ("operator", {"own", "viewer", "operator"}),
        ("admin", {"own", "viewer", "operator", "admin"}),
        ("", set()),
        ("root", set()),
    ],
)
def test_roles_are_in_order_and_unknown_ones_may_nothing(have: str, may: set[str]) -> None:
    assert {need for need in ("own", "viewer", "operator", "admin") if allows(have, need)} == may


def test_a_role_that_there_is_not_is_nobodys() -> None:
    assert [role_of(name) for name in ROLES] == ["viewer", "operator", "admin"]
    for name in ("", "own", "Viewer", "root"):
        with pytest.raises(Rejected, match="role"):
            role_of(name)


def test_who_must_set_a_password_may_do_only_that() -> None:
    assert allows("admin", "own", first="password")
    assert not allows("admin", "viewer", first="password")


@pytest.mark.parametrize(
    ("others", "left"),
    [
        ([], False),
        ([("operator", True, True)], False),
        ([("admin", False, True)], False),
        ([("admin", True, False)], False),
        ([("admin", True, False), ("admin", True, True)], True),
    ],
)
def test_somebody_is_left_to_administer(others: list[tuple[str, bool, bool]], left: bool) -> None:
    assert leaves_admin(others) is left
