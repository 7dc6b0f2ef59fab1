"""What a worker is wired with: the models that its settings name for cameras score their pictures."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from controller.app.site import Site
from controller.app.worker import score_pictures
from controller.ports import TimedPicture
from controller.settings import parse_settings
from shared.clock import SystemClock
from shared.ids import CameraId
from tests import anomaly_models

YARD, DOOR = CameraId("gate.yard"), CameraId("gate.door")


async def test_a_camera_is_scored_by_the_model_that_is_named_for_it(tmp_path: Path) -> None:
    anomaly_models.as_anomalib(tmp_path / "models" / "odd.onnx")
    settings = {"site": "yard", "data_dir": str(tmp_path), "anomaly": {"models": {YARD: "odd"}, "score_age_s": 10}}
    scores = score_pictures(Site(parse_settings(settings, tmp_path), tmp_path / "cctv.toml"), SystemClock())
    running = asyncio.create_task(scores.run())
    picture = np.full((90, 160, 3), 153, np.uint8)
    for camera in (YARD, DOOR):
        scores.offer(camera, TimedPicture(1_000, picture, 720))
    async with asyncio.timeout(50):
        while (found := scores.take(YARD, 1_500)) is None:
            await asyncio.sleep(0.01)
    assert found.score == pytest.approx(0.6, abs=1e-5)
    assert found.by.name == "odd"
    assert scores.take(DOOR, 1_500) is None
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
