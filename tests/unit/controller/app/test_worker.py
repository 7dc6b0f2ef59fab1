"""What a worker leaves for the dashboard of what runs it."""

from pathlib import Path

from controller.adapters.nvdec_trial import Decoding
from controller.adapters.own_processes import OwnProcesses
from controller.app.detectors import open_judging
from controller.app.worker import tell_model
from shared.texts import say
from tests.unit.controller.app.test_detectors import model, site


def test_footage_that_the_processor_decodes_after_all_is_told(tmp_path: Path) -> None:
    model(tmp_path / "models" / "hats.onnx", "helmet", 20)
    here = site(tmp_path, model="hats", worker={"provider": "cpu"})
    judging = open_judging(here)
    told = OwnProcesses(tmp_path / "roles.json", here.model_file, "hats")
    tell_model(here, judging, Decoding())
    assert told.notices() == []
    tell_model(here, judging, Decoding(notice=say("decoder_fallback", wanted="nvdec", why="no device")))
    (notice,) = told.notices()
    assert notice["text"] == "nvdec does not decode stored footage, the CPU does: no device"
    assert notice["said"] == {"code": "decoder_fallback", "params": {"wanted": "nvdec", "why": "no device"}}
