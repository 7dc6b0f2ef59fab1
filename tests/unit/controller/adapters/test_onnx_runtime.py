"""The runtime of models is loaded in one place, where it is told to report to nobody."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LOADED = re.compile(r"^\s*(?:import|from) onnxruntime\b", re.MULTILINE)


def test_nothing_of_the_controller_loads_it_by_itself() -> None:
    files = [one for part in ("controller", "edge_agent", "shared") for one in (ROOT / part).rglob("*.py")]
    found = [one.name for one in files if LOADED.search(one.read_text(encoding="utf-8"))]
    assert found == ["onnx_runtime.py"]


def test_whoever_loads_it_has_told_it_to_be_silent() -> None:
    asked = "import os; import controller.adapters.detector; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "1"
