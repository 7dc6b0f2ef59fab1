"""The models that a site's settings name: one or several, here or on a cluster, each told with what runs it."""

import json
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.own_processes import OwnProcesses, write_model_note
from controller.api.system_schemas import JudgingModelOut
from controller.app.detectors import open_judging
from controller.app.site import Site
from controller.settings import parse_settings
from shared.errors import Rejected, Transient
from shared.texts import said
from tests.fakes.kserve import serving
from tests.fakes.ways import anywhere
from tests.onnx_models import build_model

PICTURE = np.full((64, 64, 3), 200, np.uint8)


@pytest.fixture(autouse=True)
def _ways_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.app.detectors.serving_latch", lambda _site, _place: anywhere)


def model(file: Path, name: str, left: float, *, named: bool = True) -> Path:
    """Sees one thing of its class, at `left` of 64 px."""
    file.parent.mkdir(exist_ok=True)
    answer = np.zeros((5, 84), np.float32)
    answer[:, 5] = (left, 32, 16, 16, 0.8)
    return build_model(file, answer, batch="n", metadata={"names": f"['{name}']"} if named else None)


def site(home: Path, **settings: object) -> Site:
    file = home / "cctv.toml"
    return Site(parse_settings({"site": "yard", "data_dir": str(home), **settings}, home), file)


def test_one_model_is_itself(tmp_path: Path) -> None:
    model(tmp_path / "models" / "hats.onnx", "helmet", 20)
    judging = open_judging(site(tmp_path, model="hats", worker={"provider": "cpu"}))
    assert judging.detector.info.name == "hats"
    assert [one.info.classes for one in judging.models] == [("helmet",)]
    assert [said(notice) for notice in judging.notices] == [{"code": "model_no_person", "params": {"model": "hats"}}]


def test_several_are_merged_and_each_is_told(tmp_path: Path) -> None:
    model(tmp_path / "models" / "hats.onnx", "helmet", 20)
    remote = model(tmp_path / "remote.onnx", "person", 44, named=False)
    with serving(remote) as cluster, ExitStack() as stack:
        (tmp_path / "models" / "hats.txt").write_text("helmet", encoding="utf-8")
        worker = {"models": ["yard", cluster.address], "serving_hosts": [cluster.place], "provider": "tensorrt"}
        here = site(tmp_path, model="hats", worker=worker)
        judging = open_judging(here)
        stack.callback(judging.close)
        assert judging.detector.info.name == "hats+yard"
        assert judging.detector.info.classes == ("helmet", "person", "vest", "vehicle")
        found = judging.detector.detect([PICTURE])[0]
        assert len(found) == 2
        providers = [one.info.provider for one in judging.models]
        assert providers == ["CPUExecutionProvider", "CPUExecutionProvider", f"kserve {cluster.place}"]
        (notice,) = judging.notices
        assert "tensorrt is not used" in str(notice)
        note = tmp_path / "model.json"
        write_model_note(
            note, model="hats", note=None, provider="", classes=(), notices=judging.notices, models=judging.models
        )
        told = [JudgingModelOut.model_validate(one) for one in OwnProcesses(note, note, "hats").model()["models"]]
        assert [one.provider for one in told] == providers
        assert told[0].fallback_said is not None
        assert told[2].fallback == ""


def test_a_cluster_that_is_not_allowed_or_away_is_told(tmp_path: Path) -> None:
    address = "kserve+http://127.0.0.1:9/v2/models/hats"
    with pytest.raises(Rejected, match="serving_hosts"):
        open_judging(site(tmp_path, model=address))
    with pytest.raises(Transient, match="cannot be reached"):
        open_judging(site(tmp_path, model=address, worker={"serving_hosts": ["127.0.0.1:9"]}))


def test_notes_of_an_earlier_version_have_no_models(tmp_path: Path) -> None:
    note = tmp_path / "model.json"
    note.write_text(json.dumps({"model": "yard", "provider": "CPU"}), encoding="utf-8")
    assert OwnProcesses(note, note, "yard").model()["models"] == []
