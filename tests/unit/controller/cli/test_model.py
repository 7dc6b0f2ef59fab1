"""`cctv model`: what is put in is what it says, under a licence that somebody accepted, and called as the site does."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner, Result

from controller.adapters.detector import load_detector
from controller.adapters.model_card import ModelCard, read_card, write_card
from controller.adapters.model_catalogue import catalogue
from controller.adapters.model_file import hash_of
from controller.cli import app
from controller.core.anomaly import ScoreRange
from tests import anomaly_models
from tests.onnx_models import build_model

NAMES = {"names": "['item', 'helmet']"}
PICTURE = np.full((64, 64, 3), 200, np.uint8)


def model(file: Path, **metadata: str) -> Path:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.8, 0.1)
    return build_model(file, answer, batch="n", metadata={**NAMES, **metadata})


class Site:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.models = home / "models"

    def run(self, *arguments: object) -> Result:
        return CliRunner().invoke(app, ["model", *map(str, arguments), "--data", str(self.home)])

    def done(self, *arguments: object) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: object) -> str:
        result = self.run(*arguments)
        assert result.exit_code in (1, 2), result.output
        return result.stderr

    def listed(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.done("list", "--json"))
        return found

    def here(self) -> list[str]:
        return [one["name"] for one in self.listed()["here"]]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "home")


def test_a_model_is_put_in_mapped_used_and_taken_out(site: Site, tmp_path: Path) -> None:
    file = model(tmp_path / "hats.onnx")
    told = site.done("add", file, "--licence", "MIT", "--source", "our own")
    assert "hats: ultralytics, input 64x64, 2 classes, MIT" in told
    one = next(m for m in site.listed()["here"] if m["name"] == "hats")
    assert (one["head"], one["classes"], one["licence"], one["source"]) == (
        "ultralytics", ["item", "helmet"], "MIT", "our own",
    )  # fmt: skip
    assert one["bytes"] == file.stat().st_size
    assert "item -> person" in site.done("map", "hats", "item=person")
    assert "helmet -> (left out)" in site.done("map", "hats", "helmet=")
    assert "item=person" in site.done("list")
    detector = load_detector("hats", folders=[site.models], provider="cpu")
    assert detector.info.classes == ("person",)
    assert detector.detect([PICTURE])[0][0].class_name == "person"
    site.done("map", "hats", "item=item", "helmet=helmet")
    assert load_detector("hats", folders=[site.models], provider="cpu").info.classes == ("item", "helmet")
    config = site.home / "cctv.toml"
    config.write_text('[worker]\nmodels = ["hats"]\n', encoding="utf-8")
    assert "judges on this site" in site.refused("remove", "hats")
    config.write_text("", encoding="utf-8")
    site.done("remove", "hats")
    assert site.here() == ["yard"]
    assert list(site.models.iterdir()) == []


def test_a_model_without_people_is_warned_of_until_one_of_its_classes_is_called_so(site: Site, tmp_path: Path) -> None:
    told = site.run("add", model(tmp_path / "hats.onnx"), "--licence", "MIT")
    assert "cctv: warning: classes: none of the classes of hats is called person" in told.stderr
    assert "warning" not in site.run("map", "hats", "item=Person").stderr
    assert "cctv: warning: map: none of the classes" in site.run("map", "hats", "item=").stderr


def test_a_file_that_changed_or_is_gone_is_marked_and_can_be_taken_out(site: Site, tmp_path: Path) -> None:
    good = model(tmp_path / "good.onnx").read_bytes()
    site.models.mkdir(parents=True)
    for name in ("good", "other"):
        (site.models / f"{name}.onnx").write_bytes(good)
    for name, added in (("good", hash_of(site.models / "good.onnx")), ("other", "0" * 64), ("gone", "1" * 64)):
        write_card(site.models, name, ModelCard(sha256=added))
    write_card(site.models, "cluster", ModelCard(class_map=(("item", "person"),)))  # of a model elsewhere
    states = {one["name"]: one["state"] for one in site.listed()["here"]}
    assert states == {"good": "here", "other": "CHANGED", "gone": "MISSING", "yard": "shipped"}
    rows = {line.split()[0]: line.split()[1] for line in site.done("list").splitlines()}
    assert (rows["good"], rows["other"], rows["gone"]) == ("here", "CHANGED", "MISSING")
    site.done("remove", "gone")
    site.done("remove", "other")
    assert site.here() == ["good", "yard"]
    left = ["cluster.model.json", "good.model.json", "good.onnx"]
    assert sorted(one.name for one in site.models.iterdir()) == left


def test_the_shipped_one_stays_but_can_be_mapped(site: Site) -> None:
    assert "comes with the product" in site.refused("remove", "yard")
    site.done("map", "yard", "vehicle=forklift")
    classes = load_detector("yard", folders=[site.models], provider="cpu").info.classes
    assert classes == ("person", "helmet", "vest", "forklift")
    assert "is not THEIRS=OURS" in site.refused("map", "yard", "item")


def test_agpl_is_not_put_in_unasked_and_never_fetched(site: Site, tmp_path: Path) -> None:
    theirs = model(tmp_path / "theirs.onnx", author="Ultralytics", license="AGPL-3.0 License (https://ultralytics.com)")
    assert "--accept-licence AGPL-3.0" in site.refused("add", theirs, "--licence", "MIT")
    assert site.here() == ["yard"]
    assert not any("AGPL" in entry.licence for entry in catalogue().models)


def test_what_does_not_fit_is_refused_and_leaves_nothing(site: Site, tmp_path: Path) -> None:
    licence = ("--licence", "MIT")
    good = model(tmp_path / "good.onnx")
    (tmp_path / "cut.onnx").write_bytes(good.read_bytes()[:300])
    assert "model: cut.onnx cannot be loaded: it is damaged" in site.refused("add", tmp_path / "cut.onnx", *licence)
    (tmp_path / "m.pt").write_bytes(b"PK\x03\x04" + bytes(100))
    assert "export it to ONNX" in site.refused("add", tmp_path / "m.pt", *licence)
    assert "no file" in site.refused("add", tmp_path / "none.onnx", *licence)
    headless = build_model(tmp_path / "headless.onnx", np.zeros((7, 9), np.float32))
    assert "fit no known head" in site.refused("add", headless, *licence)
    wrong = onnx.load(str(good))
    wrong.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    wrong.graph.initializer[0].external_data.add(key="location", value="../../secret.bin")
    (tmp_path / "outside.onnx").write_bytes(wrong.SerializeToString())
    assert "keeps weights in another file" in site.refused("add", tmp_path / "outside.onnx", *licence)
    assert "is not a name" in site.refused("add", good, *licence, "--as", "../good")
    assert "is there already" in site.refused("add", good, *licence, "--as", "yard")
    assert site.here() == ["yard"]
    assert list(site.models.iterdir()) == []


def test_a_model_that_takes_all_memory_is_refused(site: Site, tmp_path: Path) -> None:
    greedy = onnx.load(str(model(tmp_path / "greedy.onnx")))
    shape = onnx.numpy_helper.from_array(np.array([1 << 20, 1 << 20], np.int64), "vast")
    greedy.graph.initializer.append(shape)
    greedy.graph.node.append(onnx.helper.make_node("ConstantOfShape", ["vast"], ["sea"]))
    greedy.graph.output.append(onnx.helper.make_tensor_value_info("sea", onnx.TensorProto.FLOAT, None))
    (tmp_path / "greedy.onnx").write_bytes(greedy.SerializeToString())
    told = site.refused("add", tmp_path / "greedy.onnx", "--licence", "MIT")
    assert "model:" in told
    assert site.here() == ["yard"]


def test_class_names_come_from_beside_the_file(site: Site, tmp_path: Path) -> None:
    file = build_model(tmp_path / "m.onnx", np.full((6, 84), 0.1, np.float32))
    (tmp_path / "m.txt").write_text("cat\ndog\n", encoding="utf-8")
    site.done("add", file, "--licence", "MIT", "--as", "beside")
    classes = {one["name"]: one["classes"] for one in site.listed()["here"]}
    assert classes["beside"] == ["cat", "dog"]


def test_a_file_of_the_catalogue_is_known_by_its_hash(site: Site, test_data: Path) -> None:
    told = site.done("add", test_data / "models" / "yolox_nano.onnx")
    assert "yolox-nano: yolox, input 416x416, 80 classes, Apache-2.0" in told


def test_what_the_catalogue_holds_can_be_told_and_only_that_pulled(site: Site) -> None:
    listed = site.listed()
    assert {"yolox-nano", "yolox-tiny", "yolox-s"} <= {m["name"] for m in listed["to_pull"]}
    assert all(m["address"].startswith("https://") and len(m["sha256"]) == 64 for m in listed["to_pull"])
    assert {m["name"] for m in listed["to_export"]} == {"rf-detr", "d-fine", "rt-detr"}
    assert "is not in the catalogue" in site.refused("pull", "no-such")
    assert "export it" in site.refused("pull", "rf-detr")
    assert "only https" in site.refused("pull", "yolox-nano", "--from", "http://127.0.0.1/yolox_nano.onnx")


def test_without_a_way_out_it_says_what_to_do(site: Site) -> None:
    told = site.refused("pull", "yolox-nano", "--from", "https://127.0.0.1:9/yolox_nano.onnx")
    assert "cannot be reached" in told
    assert "cctv model add FILE --as yolox-nano" in told


def test_the_bench_shows_every_provider(site: Site, tmp_path: Path) -> None:
    file = model(tmp_path / "hats.onnx")
    text = site.done("bench", file, "--batch", "2", "--provider", "cpu", "--provider", "tensorrt")
    assert "CPUExecutionProvider: " in text
    assert "batch  2:" in text
    assert "TensorrtExecutionProvider: does not run" in text
    document = json.loads(site.done("bench", file, "--batch", "1", "--json", "--provider", "cpu"))
    (cpu,) = document["providers"]
    assert cpu["times"][0]["batch"] == 1
    assert document["auto"] is None, "of one that was asked for nobody can say"
    assert "auto takes CPUExecutionProvider" in site.done("bench", file, "--batch", "1")
    assert "is not one of" in site.refused("bench", file, "--provider", "abacus")


def test_an_anomaly_model_is_put_in_as_one_and_named_for_a_camera(site: Site, tmp_path: Path) -> None:
    told = site.done("add", anomaly_models.as_anomalib(tmp_path / "odd.onnx"), "--licence", "MIT")
    assert "odd: anomaly score (anomalib), input 64x64, MIT" in told
    assert '"NODE.CAMERA" = "odd" under [anomaly.models]' in told
    assert "anomaly score" in site.done("list")
    card = read_card(site.models, "odd")
    assert card is not None
    assert (card.task, card.head, card.score_range) == ("anomaly", "anomalib", None)
    config = site.home / "cctv.toml"
    config.write_text('[anomaly.models]\n"gate.yard" = "odd"\n', encoding="utf-8")
    assert "[anomaly.models]" in site.refused("remove", "odd")
    config.write_text("", encoding="utf-8")
    site.done("remove", "odd")


def test_what_its_numbers_mean_is_said_or_asked_for(site: Site, tmp_path: Path) -> None:
    again = anomaly_models.reconstruction(tmp_path / "again.onnx")
    assert "--score-range LOW:HIGH" in site.refused("add", again, "--licence", "MIT")
    assert "is not LOW:HIGH" in site.refused("add", again, "--licence", "MIT", "--score-range", "0.1")
    assert "is no number" in site.refused("add", again, "--licence", "MIT", "--score-range", "0:many")
    assert "is no range" in site.refused("add", again, "--licence", "MIT", "--score-range", "1:0")
    assert "is not R,G,B" in site.refused("add", again, "--licence", "MIT", "--mean", "0.5")
    assert "divides by nothing" in site.refused("add", again, "--licence", "MIT", "--deviation", "0,1,1")
    assert "--score-range" in site.refused("add", again, "--licence", "MIT", "--score-clip")
    assert site.here() == ["yard"]
    given = ("--score-range", "0.01:0.2", "--score-clip", "--mean", "0.5,0.5,0.5", "--deviation", "0.5,0.5,0.5")
    site.done("add", again, "--licence", "MIT", *given)
    card = read_card(site.models, "again")
    assert card is not None
    assert card.score_range == ScoreRange(0.01, 0.2, clip=True)
    assert card.mean == card.deviation == (0.5, 0.5, 0.5)
    one = next(m for m in site.listed()["here"] if m["name"] == "again")
    assert one["score_range"] == {"low": 0.01, "high": 0.2, "clip": True}


def test_what_gives_no_number_is_refused_and_a_detector_has_no_range(site: Site, tmp_path: Path) -> None:
    assert "no number" in site.refused("add", anomaly_models.nonsense(tmp_path / "n.onnx"), "--licence", "MIT")
    hats = model(tmp_path / "hats.onnx")
    assert "for models that score pictures" in site.refused("add", hats, "--licence", "MIT", "--score-range", "0:1")
    assert site.here() == ["yard"]
