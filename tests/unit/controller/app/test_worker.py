"""What a worker is wired with, by its settings, and what it leaves for the dashboard of what runs it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.confined_pictures import ConfinedFootage, ConfinedStream, PictureProcesses
from controller.adapters.frames import FileFootage
from controller.adapters.nvdec import Nvdec
from controller.adapters.nvdec_trial import Decoding
from controller.adapters.own_processes import OwnProcesses
from controller.app.detectors import open_judging
from controller.app.site import Site
from controller.app.worker import decoders, score_pictures, tell_model
from controller.ports import TimedPicture
from controller.settings import parse_settings
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.texts import say
from tests import anomaly_models
from tests.unit.controller.app.test_detectors import model, site

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


def test_footage_that_the_processor_decodes_after_all_is_told(tmp_path: Path) -> None:
    model(tmp_path / "models" / "hats.onnx", "person", 20)
    here = site(tmp_path, model="hats", worker={"provider": "cpu"})
    judging = open_judging(here)
    told = OwnProcesses(tmp_path / "roles.json", here.model_file, "hats")
    tell_model(here, judging, Decoding())
    assert told.notices() == []
    tell_model(here, judging, Decoding(notice=say("decoder_fallback", wanted="nvdec", why="no device")))
    (notice,) = told.notices()
    assert notice["text"] == "nvdec does not decode stored footage, the CPU does: no device"
    assert notice["said"] == {"code": "decoder_fallback", "params": {"wanted": "nvdec", "why": "no device"}}


def test_all_but_a_video_engine_decodes_in_confined_processes(tmp_path: Path) -> None:
    pictures = PictureProcesses(tmp_path)
    for decoding, stored in (
        (None, ConfinedFootage),
        (Decoding(), ConfinedFootage),
        (Decoding(Nvdec(None, frozenset())), FileFootage),
    ):
        footage, decoder_for = decoders(pictures, decoding)
        assert type(footage) is stored
        assert type(decoder_for("avc1.42c01f")) is ConfinedStream
