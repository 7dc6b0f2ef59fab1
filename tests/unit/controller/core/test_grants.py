"""What a person may do with which cameras: what was not given is refused."""

from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from controller.core.access import ROLES
from controller.core.grants import (
    EVERYTHING,
    NOTHING,
    RIGHTS,
    STRICT,
    Sight,
    common,
    known_targets,
    may,
    parse_given,
    rights_of_role,
    roles_with,
    sight,
)
from shared.errors import Rejected

NODES = ("gate", "gate-2", "shed")
CAMERAS = tuple(f"{node}.{name}" for node in NODES for name in ("yard", "door"))
roles = st.sampled_from([*ROLES, "guest"])
rights = st.sampled_from([*RIGHTS, "everything"])
cameras = st.sampled_from(CAMERAS)
grants = st.none() | st.dictionaries(
    st.sampled_from([*NODES, *CAMERAS]), st.lists(st.sampled_from(RIGHTS), min_size=1, max_size=6), max_size=4
).map(parse_given)


@over(roles, grants, rights, cameras)
def test_only_what_was_given_is_allowed(role: str, given: Any, right: str, camera: str) -> None:
    allowed = may(role, given, right, camera)
    if role not in ROLES or right not in RIGHTS:
        assert not allowed
    elif role == "admin":
        assert allowed
    elif given is None:
        assert allowed == (right in rights_of_role(role))
    else:
        node = camera.partition(".")[0]
        assert allowed == (right in given.get(camera, ()) or right in given.get(node, ()))
    assert not allowed or may(role, given, "view", camera)
    assert allowed == sight(role, given, right).sees(camera)


@over(grants)
def test_what_is_read_again_is_the_same(given: Any) -> None:
    if given is not None:
        assert parse_given(given) == given


def test_a_sight_says_what_it_sees() -> None:
    seen = Sight(cameras=frozenset({"gate.yard"}), nodes=frozenset({"shed"}))
    assert [seen.sees(one) for one in ("gate.yard", "gate.door", "shed.x", "shed-2.x", None)] == [
        *(True, False, True, False, False)
    ]
    assert [seen.sees_node(one) for one in ("gate", "shed", "yard", None)] == [True, True, False, False]
    assert (seen.empty, NOTHING.empty, EVERYTHING.empty) == (False, True, False)
    assert EVERYTHING.sees(None)
    assert EVERYTHING.sees_node(None)


def test_rights_that_were_stored_without_the_first_are_none() -> None:
    assert not may("viewer", {"gate.yard": ["export"]}, "export", "gate.yard")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "cameras"),
        ({"gate.yard": "view"}, "cameras.gate.yard"),
        ({"gate.yard": []}, "cameras.gate.yard"),
        ({"gate.yard": ["see"]}, "cameras.gate.yard"),
        ({"Gate.yard": ["view"]}, "cameras"),
        ({"gate.yard.x": ["view"]}, "cameras"),
        ({"": ["view"]}, "cameras"),
        ({f"n{number}": ["view"] for number in range(1_001)}, "cameras"),
    ],
)
def test_what_cannot_be_given_is_named(document: Any, field: str) -> None:
    with pytest.raises(Rejected) as fault:
        parse_given(document)
    assert fault.value.field == field


def test_rights_are_given_to_cameras_and_their_nodes() -> None:
    assert known_targets(["gate.yard", "shed.attic"]) == {"gate.yard", "shed.attic", "gate", "shed"}


@over(roles, grants, rights, cameras, st.sets(st.sampled_from(ROLES)))
def test_a_role_sees_clear_pictures_only_where_the_site_says_so(
    role: str, given: Any, right: str, camera: str, clear: set[str]
) -> None:
    told = roles_with(clear)
    assert may(role, given, "clear", camera, roles_with(())) == may(role, given, "clear", camera)
    if right != "clear":
        assert may(role, given, right, camera, told) == may(role, given, right, camera)
    elif role in STRICT and given is None:
        assert may(role, None, "clear", camera, told) == (role == "admin" or role in clear)
    assert "clear" in rights_of_role("admin", roles_with(()))


@over(grants, grants, rights, rights, cameras)
def test_what_two_see_in_common_is_what_each_sees(one: Any, other: Any, right: str, also: str, camera: str) -> None:
    first, second = sight("viewer", one, right), sight("viewer", other, also)
    assert common(first, second).sees(camera) == (first.sees(camera) and second.sees(camera))
