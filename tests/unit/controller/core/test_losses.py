"""Which gaps are losses that somebody is told of, and how they add up."""

from typing import get_args

import pytest

from controller.core.losses import (
    JOINED_MS,
    Missed,
    tally,
    tally_node,
    unseen_of_node,
    widened,
    worth_telling,
)
from shared.ids import CameraId, NodeId
from shared.kinds import GapCause

MINUTE_MS = 60_000
YARD = CameraId("gate.yard")


def test_what_was_meant_is_no_loss_and_what_has_its_own_alarm_is_told_there() -> None:
    told = {cause for cause in get_args(GapCause) if worth_telling(0, 600, cause)}
    assert told == {"lost", "disk full", "disk error"}


@pytest.mark.parametrize("cause", ["camera stalled", "camera restarting", "agent down"])
def test_of_a_still_camera_and_a_node_that_does_not_run_whole_minutes_count(cause: GapCause) -> None:
    assert not worth_telling(0, 30_000, cause)
    assert worth_telling(0, MINUTE_MS, cause)


def test_losses_near_each_other_are_one_stretch() -> None:
    assert widened((0, 1_000), (1_000 + JOINED_MS, 90_000)) == (0, 90_000)
    assert widened((100_000, 110_000), (20_000, 100_000 - JOINED_MS)) == (20_000, 110_000)
    assert widened((0, 50_000), (10_000, 20_000)) == (0, 50_000)
    assert widened((0, 1_000), (1_001 + JOINED_MS, 90_000)) is None
    assert widened((100_000, 110_000), (20_000, 99_999 - JOINED_MS)) is None


def test_what_is_said_counts_all_losses_of_its_alarm() -> None:
    first = tally(Missed(1, YARD, 0, 1_500, "lost"), {})
    assert first.startswith("1.5 s of gate.yard were never recorded (gaps: 1)")
    second = tally(Missed(2, YARD, MINUTE_MS, MINUTE_MS + 700, "lost"), first.params)
    assert second.startswith("2.2 s of gate.yard were never recorded (gaps: 2)")
    assert tally(Missed(3, YARD, 0, 60_000, "disk full"), {"gaps": "x"}).code == "alarm_gap_disk_full"


def test_of_a_node_that_did_not_run_only_what_no_alarm_told_of_counts_and_not_less_than_the_site_lets_pass() -> None:
    hour = (0, 60 * MINUTE_MS)
    assert unseen_of_node(hour, [], 30_000)
    assert not unseen_of_node(hour, [(-5_000, 60 * MINUTE_MS)], 30_000)
    assert unseen_of_node(hour, [(30 * MINUTE_MS, 90 * MINUTE_MS)], 30_000)
    assert not unseen_of_node(hour, [(30_000, 90 * MINUTE_MS)], 0)
    assert not unseen_of_node(hour, [], 61 * MINUTE_MS)


def test_the_times_that_a_node_did_not_run_count_once_however_many_cameras_tell_of_them() -> None:
    text = tally_node(NodeId("gate"), [(0, 90_000), (2_000, 92_000), (600_000, 660_000)])
    assert text.startswith("node gate did not run for 152 s (times: 2)")
