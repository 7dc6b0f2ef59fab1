"""One node on one page: what it told of itself, as text."""

from controller.cli.node_show import lines
from shared.messages import CameraHealth


def test_each_camera_is_called_by_its_name() -> None:
    cameras = [
        CameraHealth(id=name, state=state, ring_s=120) for name, state in (("pole.yard", "live"), ("pole.gate", "lost"))
    ]
    state = {
        "id": "pole", "state": "online", "enabled": True, "last_seen_at": None, "version": "1.0", "skew": "same",
        "update": None, "config": {"version": 0, "reported": None}, "last_words": [],
        "health": {"cameras": [camera.model_dump(mode="json") for camera in cameras]},
    }  # fmt: skip
    shown = list(lines(state))
    assert "camera pole.yard: live, ring 2 min" in shown
    assert "camera pole.gate: lost, ring 2 min" in shown
