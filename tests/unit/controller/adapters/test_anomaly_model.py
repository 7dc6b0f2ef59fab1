"""Models that score pictures: three kinds of answers, read as declared and never guessed at."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from controller.adapters.anomaly_model import AnomalyModel, place_picture
from controller.adapters.model_card import ModelCard
from controller.adapters.model_file import ModelFile
from controller.adapters.onnx_engine import CPU, open_engine
from controller.core.anomaly import ScoreRange
from shared.errors import Rejected
from tests import anomaly_models
from tests.anomaly_models import SIDE
from tests.onnx_models import build_model


def load(file: Path, card: ModelCard | None = None) -> AnomalyModel:
    model = ModelFile(file.stem, file, "", card or ModelCard())
    return AnomalyModel(open_engine(model, CPU, 1), model)


def grey(value: int) -> NDArray[Any]:
    return np.full((90, 160, 3), value, np.uint8)


def score(model: AnomalyModel, picture: NDArray[Any]) -> float:
    return model.score(model.canvas(picture))


def test_one_number_is_the_score(tmp_path: Path) -> None:
    model = load(anomaly_models.brightness(tmp_path / "m.onnx"))
    assert model.head.kind == "score"
    assert model.size == (SIDE, SIDE)
    assert score(model, grey(51)) == pytest.approx(0.2, abs=1e-5)
    assert score(model, grey(255)) == pytest.approx(1.0, abs=1e-5)


def test_anomalibs_score_is_found_by_its_name(tmp_path: Path) -> None:
    model = load(anomaly_models.as_anomalib(tmp_path / "m.onnx"))
    assert (model.head.kind, model.head.output) == ("anomalib", "pred_score")
    assert score(model, grey(204)) == pytest.approx(0.8, abs=1e-5)


def test_an_error_of_reconstruction_is_scored_by_its_declared_range(tmp_path: Path) -> None:
    file = anomaly_models.reconstruction(tmp_path / "m.onnx")
    with pytest.raises(Rejected, match="--score-range"):
        load(file)
    model = load(file, ModelCard(score_range=ScoreRange(0.0, 0.1)))
    assert model.head.kind == "reconstruction"
    assert score(model, grey(128)) == pytest.approx(0.0, abs=0.001)
    assert score(model, grey(179)) == pytest.approx((179 / 255 - 0.5) ** 2 / 0.1)
    with pytest.raises(Rejected, match=r"beyond its range of 0 to 0\.1"):
        score(model, grey(255))
    clipping = load(file, ModelCard(score_range=ScoreRange(0.0, 0.1, clip=True)))
    assert score(clipping, grey(255)) == 1.0


def test_a_number_beyond_0_to_1_is_refused_unless_its_range_is_declared(tmp_path: Path) -> None:
    file = anomaly_models.brightness(tmp_path / "m.onnx", times=4)
    with pytest.raises(Rejected, match="gives 4, beyond its range of 0 to 1"):
        score(load(file), grey(255))
    assert score(load(file, ModelCard(score_range=ScoreRange(2, 4))), grey(255)) == pytest.approx(1.0, abs=1e-5)


def test_no_number_is_refused_when_the_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="nan, which is no number"):
        load(anomaly_models.nonsense(tmp_path / "m.onnx"))


def test_its_input_is_what_the_card_says(tmp_path: Path) -> None:
    picture = grey(0)
    picture[:, :, 2] = 255  # red
    file = anomaly_models.red(tmp_path / "m.onnx")
    assert score(load(file), picture) == pytest.approx(1.0, abs=1e-5), "red comes first"
    wide = ScoreRange(-10, 300)
    for card, expected in (
        (ModelCard(values="byte", score_range=wide), 255.0),
        (ModelCard(values="imagenet", score_range=wide), (1 - 0.485) / 0.229),
        (ModelCard(mean=(0.5, 0, 0), deviation=(0.25, 1, 1), score_range=wide), 2.0),
    ):
        assert score(load(file, card), picture) == pytest.approx((expected + 10) / 310)


def test_a_picture_is_placed_as_the_card_says() -> None:
    assert (place_picture(grey(255), 64, 64, "stretch") == 255).all()
    centred = place_picture(grey(255), 64, 64, "centre")
    assert (centred[14:50] == 255).all()
    assert (centred[:14] == 114).all()
    assert (place_picture(grey(255), 64, 64, "corner")[36:] == 114).all()


def test_a_detector_and_a_batch_are_no_such_model(tmp_path: Path) -> None:
    detector = build_model(tmp_path / "d.onnx", np.zeros((6, 84), np.float32))
    with pytest.raises(Rejected, match="are no anomaly score"):
        load(detector)
    many = build_model(tmp_path / "many.onnx", np.zeros((1, 1), np.float32), batch=4)
    with pytest.raises(Rejected, match="1x3xHEIGHTxWIDTH"):
        load(many)
