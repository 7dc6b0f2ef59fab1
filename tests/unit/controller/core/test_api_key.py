"""A key has never more than its owner has, and one that is mistyped is told from others without looking."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.access import ROLES
from controller.core.api_key import ID_CHARS, SECRET_CHARS, narrowed, parse_scope, read, written
from controller.core.grants import RIGHTS, Given, may
from shared.errors import Rejected

CAMERAS = ("gate.yard", "gate.door", "shed.yard", "pier.north")
HELD: tuple[Given | None, ...] = (
    None,
    {},
    {"gate": ("view", "export")},
    {"gate.yard": ("view", "playback"), "shed": ("view", "delete")},
)
ASKED = (None, ("gate",), ("gate.yard", "pier"), ("shed.yard", "gate.door"))
KEPT = (None, ("view",), ("playback", "delete"))


def test_a_key_never_has_more_than_its_owner() -> None:
    allowed = 0
    for role, held, lesser, cameras, rights in product(ROLES, HELD, ROLES, ASKED, KEPT):
        try:
            scope = parse_scope(lesser, cameras, rights)
        except Rejected:
            assert (cameras is None and rights is not None) or (cameras is not None and lesser == "admin")
            continue
        has, given_ = narrowed(role, held, scope)
        assert ROLES.index(has) <= min(ROLES.index(role), ROLES.index(lesser))
        for right, camera in product(RIGHTS, CAMERAS):
            if may(has, given_, right, camera):
                allowed += 1
                assert may(role, held, right, camera), (role, held, scope, right, camera)
                assert cameras is None or camera in cameras or camera.partition(".")[0] in cameras
                assert rights is None or right in {"view", *rights}
    assert allowed > 100


def test_what_is_left_of_a_node_are_the_cameras_that_were_given() -> None:
    scope = parse_scope("viewer", ["gate"], None)
    assert narrowed("viewer", {"gate.yard": ("view",), "shed": ("view",)}, scope) == (
        "viewer",
        {"gate.yard": ("view",)},
    )
    assert narrowed("viewer", {"shed": ("view",)}, scope) == ("viewer", {})


@given(st.text("0123456789abcdef", min_size=ID_CHARS, max_size=ID_CHARS), st.integers(0, 16**SECRET_CHARS - 1))
def test_a_key_is_read_as_it_was_written_and_not_when_mistyped(key_id: str, number: int) -> None:
    secret = f"{number:0{SECRET_CHARS}x}"
    text = written(key_id, secret)
    assert read(text) == (key_id, secret)
    for place in (6, len(text) - 20, len(text) - 1):
        other = "0" if text[place] != "0" else "1"
        assert read(text[:place] + other + text[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "cctv_", "Bearer x", "cctv_0123456789ab_", "x" * 300, "cctv_\u0661" + "0" * 68])
def test_garbage_is_no_key(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("role", "cameras", "rights", "field"),
    [
        ("root", None, None, "role"),
        ("viewer", None, ["view"], "rights"),
        ("admin", ["gate"], None, "role"),
        ("viewer", ["gate"], ["fly"], "rights"),
        ("viewer", ["../etc"], None, "cameras"),
        ("viewer", ["Gate House"], None, "cameras"),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(
    role: str, cameras: list[str] | None, rights: list[str] | None, field: str
) -> None:
    with pytest.raises(Rejected) as fault:
        parse_scope(role, cameras, rights)
    assert fault.value.field == field
