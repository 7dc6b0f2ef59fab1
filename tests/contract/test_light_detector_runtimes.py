"""The LightDetector port on tflite-runtime, which needs Python 3.11 and numpy 1: a world of its own, equal boxes."""

import json
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.adapters.litert import LiteRtDetector
from edge_agent.core.sightings import Thing
from shared.geometry import Box, iou

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
SSD = "ssd_mobilenet_v1_1_metadata_2.tflite"
PACKAGES = ("tflite-runtime==2.14.0", "numpy<2", "flatbuffers", "structlog", "pytest")
LOOK = """
import json, sys
from pathlib import Path
import numpy as np
from edge_agent.adapters.litert import LiteRtDetector
detector = LiteRtDetector(Path(sys.argv[1]), None, 0.3, runtime="tflite_runtime")
seen = [detector.detect(picture) for picture in np.load(sys.argv[2])]
box = lambda b: [b.x1, b.y1, b.x2, b.y2]
print("seen " + json.dumps([[[t.name, t.score, box(t.box)] for t in things] for things in seen]))
"""


@pytest.fixture(scope="module")
def old_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python 3.11 with tflite-runtime 2.14."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv, which makes the other Python environment, is not installed")
    folder = tmp_path_factory.mktemp("tflite") / "venv"
    python = folder / "bin" / "python"
    install = [uv, "pip", "install", "-q", "-p", str(python), *PACKAGES]
    for command in ([uv, "venv", "-q", "-p", "3.11", str(folder)], install):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"tflite-runtime 2.14 cannot be installed here: {done.stderr.strip()[-200:]}")
    return python


def test_the_ports_suite_passes_on_tflite_runtime(old_world: Path) -> None:
    command = [str(old_world), "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(ROOT), "--noconftest"]
    command += ["--import-mode=importlib", "-p", "no:cacheprovider", "-rs", "tests/contract/test_light_detector.py"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
    assert "nor tflite-runtime" not in done.stdout


def test_a_real_model_gives_equal_boxes(old_world: Path, test_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert comes with the dev extra")
    pictures = []
    for number, frame in enumerate(av.open(str(test_data / "videos" / "vtest_480x360.mp4")).decode(video=0)):
        if number % 100 == 0:
            pictures.append(np.asarray(frame.reformat(300, 300, "rgb24").to_ndarray(), np.uint8))
    np.save(tmp_path / "pictures.npy", np.stack(pictures))
    model = test_data / "models" / SSD
    command = [str(old_world), "-c", LOOK, str(model), str(tmp_path / "pictures.npy")]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("seen ")).removeprefix("seen "))
    detector = LiteRtDetector(model, None, 0.3, runtime="ai_edge_litert")
    sure = 0
    for picture, theirs in zip(pictures, told, strict=True):
        there = [Thing(name, score, Box(*box)) for name, score, box in theirs]
        for ours in detector.detect(picture):
            if ours.score >= 0.5:  # near the limit a step of its eight bits decides
                sure += 1
                assert any(
                    it.name == ours.name and abs(it.score - ours.score) < 0.05 and iou(it.box, ours.box) > 0.9
                    for it in there
                )
    assert sure >= len(pictures)
