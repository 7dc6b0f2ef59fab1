"""What is open at each camera: counted once for each alarm, the gravest told, none left out."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.camera_alarms import CameraAlarms, OpenAt, per_camera
from shared.kinds import OPEN_STATES, SEVERITIES

CAMERAS = ["gate.a", "gate.b", "hall.c"]
ALARM = st.builds(
    OpenAt, st.lists(st.sampled_from(CAMERAS), max_size=4).map(tuple), st.sampled_from(SEVERITIES),
    st.sampled_from(OPEN_STATES),
)  # fmt: skip


def test_an_alarm_of_several_cameras_is_open_at_each() -> None:
    found = per_camera(
        CAMERAS, [OpenAt(("gate.a", "gate.b"), "low", "acknowledged"), OpenAt(("gate.a",), "critical", "raised")]
    )
    assert found == {
        "gate.a": CameraAlarms(2, 1, "critical"),
        "gate.b": CameraAlarms(1, 0, "low"),
        "hall.c": CameraAlarms(0, 0, None),
    }


@given(st.lists(ALARM, max_size=20))
def test_every_camera_is_told_and_nothing_counted_twice(alarms: list[OpenAt]) -> None:
    found = per_camera(CAMERAS, alarms)
    assert set(found) == set(CAMERAS)
    for camera, told in found.items():
        mine = [one for one in alarms if camera in one.cameras]
        assert (told.open, told.raised) == (len(mine), sum(one.state == "raised" for one in mine))
        assert (told.severity is None) == (not mine)
        assert all(SEVERITIES.index(one.severity) <= SEVERITIES.index(told.severity or "low") for one in mine)
