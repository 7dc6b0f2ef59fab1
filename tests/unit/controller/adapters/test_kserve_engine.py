"""A serving cluster that is slow, away, wrong or hostile; whom pictures are sent to at all."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from controller.adapters.kserve_engine import KserveEngine, parse_remote
from controller.adapters.model_detector import ModelDetector
from controller.adapters.model_file import ModelFile
from controller.errors import WayShut
from shared.errors import Broken, Rejected, Transient
from tests.fakes.kserve import Cluster, serving
from tests.fakes.ways import anywhere
from tests.onnx_models import build_model

PICTURE = np.full((64, 64, 3), 200, np.uint8)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    answer = np.zeros((6, 84), np.float32)
    answer[:, 5] = (32, 32, 32, 16, 0.1, 0.8)
    with serving(build_model(tmp_path / "hats.onnx", answer, batch="n")) as running:
        yield running


@pytest.fixture
def detector(cluster: Cluster, tmp_path: Path) -> Iterator[ModelDetector]:
    (tmp_path / "hats.txt").write_text("person\nhelmet", encoding="utf-8")
    engine = engine_of(cluster)
    yield ModelDetector(engine, ModelFile("hats", tmp_path / "hats.onnx", engine.sha256), 0.1)
    engine.close()


def engine_of(cluster: Cluster, token: str | None = None) -> KserveEngine:
    return KserveEngine(parse_remote(cluster.address, {cluster.place}), through=anywhere, token=token)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("kserve+https://other:8000/v2/models/m", "not among"),
        ("kserve+https://triton:8001/v2/models/m", "not among"),
        ("kserve+http://triton:8000/v2/models/m", "clear text"),
        ("kserve+https://me:pw@triton:8000/v2/models/m", "is not kserve"),
        ("kserve+https://triton:8000/v2/models/../../etc", "is not kserve"),
        ("kserve+https://triton:8000/v2/models/m?x=1", "is not kserve"),
        ("kserve+file:///v2/models/m", "is not kserve"),
        ("https://triton:8000/v2/models/m", "is not kserve"),
    ],
)
def test_pictures_go_to_named_hosts_only(address: str, told: str) -> None:
    with pytest.raises(Rejected, match=told):
        parse_remote(address, {"triton:8000"})


def test_an_address_is_read() -> None:
    remote = parse_remote("kserve+https://triton:8000/v2/models/hats/versions/3", {"triton:8000"})
    assert remote.url == "https://triton:8000/v2/models/hats/versions/3"
    assert (remote.place, remote.name) == ("triton:8000", "hats")


def test_a_token_is_shown_and_an_unknown_model_refused(cluster: Cluster) -> None:
    engine_of(cluster, token="let-me-in").close()
    assert cluster.tokens == {"Bearer let-me-in"}
    with pytest.raises(Rejected, match="404"):
        KserveEngine(parse_remote(f"{cluster.address}x", {cluster.place}), through=anywhere)


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b'{"inputs": 5}', b'{"inputs": [{"name": "a"}], "outputs": []}'])
def test_metadata_that_tell_nothing_are_refused(cluster: Cluster, answer: bytes) -> None:
    cluster.answer = answer
    with pytest.raises(Rejected):
        engine_of(cluster)


@pytest.mark.parametrize(("status", "kind"), [(503, Transient), (429, Transient), (500, Broken), (400, Broken)])
def test_trouble_is_told_as_whose_it_is(
    cluster: Cluster, detector: ModelDetector, status: int, kind: type[Exception]
) -> None:
    cluster.status = status
    with pytest.raises(kind, match=str(status)):
        detector.detect([PICTURE])
    cluster.status = 200
    assert detector.detect([PICTURE])[0][0].class_name == "helmet"


def test_one_that_is_away_or_silent_is_transient(cluster: Cluster) -> None:
    impatient = KserveEngine(parse_remote(cluster.address, {cluster.place}), through=anywhere, answer_s=0.2)
    cluster.wait_s = 0.6
    with pytest.raises(Transient, match="cannot be reached"):
        impatient.run({"images": np.zeros((1, 3, 64, 64), np.float32)})
    impatient.close()
    remote = parse_remote("kserve+http://127.0.0.1:9/v2/models/m", {"127.0.0.1:9"})
    with pytest.raises(Transient, match="cannot be reached"):
        KserveEngine(remote, through=anywhere)


def test_a_cluster_that_takes_fewer_at_once_gets_fewer(cluster: Cluster, detector: ModelDetector) -> None:
    cluster.most_batch = 4
    assert len(detector.detect([PICTURE] * 16)) == 16
    assert max(cluster.batches) == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no JSON",
        b'{"outputs": 3}',
        b'{"outputs": [{"name": "output"}]}',
        b'{"outputs": [{"name": "other", "datatype": "FP32", "shape": [1], "data": [1]}]}',
        b'{"outputs": [{"name": "output", "datatype": "BYTES", "shape": [1], "data": ["a"]}]}',
        b'{"outputs": [{"name": "output", "datatype": "FP32", "shape": [1, 6, 84], "data": [1, 2]}]}',
        b'{"outputs": [{"name": "output", "datatype": "FP32", "shape": [1], "parameters": {"binary_data_size": 9}}]}',
        b'{"outputs": [{"name": "output", "datatype": "FP32", "shape": ["x"], "data": [1]}]}',
    ],
)
def test_answers_that_do_not_add_up_are_broken(cluster: Cluster, detector: ModelDetector, answer: bytes) -> None:
    cluster.answer = answer
    with pytest.raises(Broken):
        detector.detect([PICTURE])


def test_nothing_is_asked_over_a_way_that_is_shut(cluster: Cluster) -> None:
    def shut() -> None:
        raise WayShut("serving", cluster.place)

    remote = parse_remote(cluster.address, {cluster.place})
    with pytest.raises(WayShut):
        KserveEngine(remote, through=shut)
    assert cluster.tokens == set()
    let = iter((True, False))
    engine = KserveEngine(remote, through=lambda: None if next(let) else shut())
    with pytest.raises(WayShut):
        engine.run({})
    engine.close()
