"""Which alarms maintenance keeps quiet."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.maintenance import Window, covering, target_of
from shared.errors import Rejected
from tests.builders import AT

HOUR = timedelta(hours=1)
CAMERA = Window("w1", "camera", "gate.yard", AT, AT + HOUR)
NODE = Window("w2", "node", "gate", AT, AT + HOUR)
SITE = Window("w3", "site", "", AT, AT + HOUR)


@pytest.mark.parametrize(
    ("window", "camera", "node", "covers"),
    [
        (CAMERA, "gate.yard", None, True),
        (CAMERA, "gate.door", None, False),
        (CAMERA, None, "gate", False),
        (NODE, "gate.yard", None, True),
        (NODE, "roof.yard", None, False),
        (NODE, None, "gate", True),
        (NODE, None, None, False),
        (SITE, "roof.yard", None, True),
        (SITE, None, "gate", True),
        (SITE, None, None, True),
    ],
)
def test_what_is_covered(window: Window, camera: str | None, node: str | None, *, covers: bool) -> None:
    assert (covering([window], camera, node, AT) is window) == covers


@given(st.integers(-7200, 7200), st.none() | st.integers(0, 7200))
def test_a_window_covers_until_it_is_over_and_not_after(second: int, ended_s: int | None) -> None:
    ended = None if ended_s is None else AT + timedelta(seconds=ended_s)
    window = replace(SITE, ended_at=ended)
    over_s = 3600 if ended_s is None else min(3600, ended_s)
    covers = covering([window], "gate.yard", None, AT + timedelta(seconds=second)) is not None
    assert covers == (0 <= second < over_s)


def test_the_longest_window_is_named() -> None:
    longer = replace(NODE, until_at=AT + 2 * HOUR)
    assert covering([CAMERA, longer, SITE], "gate.yard", None, AT) is longer


@pytest.mark.parametrize(("scope", "text"), [("camera", "gate"), ("node", "../etc"), ("site", "gate"), ("roof", "x")])
def test_a_target_that_cannot_be_is_refused(scope: str, text: str) -> None:
    with pytest.raises(Rejected):
        target_of(scope, text)
