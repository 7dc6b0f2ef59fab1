"""Viewers are counted while they watch."""

from controller.flows.count_viewers import Viewers
from shared.ids import CameraId

YARD, DOOR = CameraId("gate.yard"), CameraId("gate.door")


def test_who_watches_counts_and_who_has_gone_does_not() -> None:
    viewers = Viewers()
    with viewers.watching(YARD, "main"), viewers.watching(YARD, "main"), viewers.watching(DOOR, "sub"):
        assert viewers.by_stream() == {(DOOR, "sub"): 1, (YARD, "main"): 2}
        assert viewers.by_quality() == {"main": 2, "sub": 1, "sound": 0, "derived": 0}
    assert viewers.by_stream() == {}
    assert viewers.by_quality() == {"main": 0, "sub": 0, "sound": 0, "derived": 0}
