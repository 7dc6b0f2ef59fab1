"""The whole view of a sensor, whatever is asked of it."""

import pytest

from edge_agent.core.sensor_modes import whole_sensor_mode


@pytest.mark.parametrize(
    ("size", "fps", "mode"),
    [
        ((1280, 720), 15, (1296, 972)),
        ((1280, 720), 30, (1296, 972)),
        ((1920, 1080), 15, (2592, 1944)),
        ((1920, 1080), 30, (1296, 972)),  # scaled up: better than a quarter of the width cropped away
        ((2592, 1944), 15, (2592, 1944)),
        ((1280, 720), 60, None),
    ],
)
def test_no_mode_that_crops_is_asked_for(size: tuple[int, int], fps: float, mode: tuple[int, int] | None) -> None:
    assert whole_sensor_mode("ov5647", size, fps) == mode


def test_another_sensor_chooses_for_itself() -> None:
    assert whole_sensor_mode("imx708", (1280, 720), 15) is None
