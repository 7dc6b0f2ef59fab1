"""What a node's processes load: an agent nothing of FFmpeg, a camera nothing of the network, nobody extras."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import {modules}
print(*sorted({{name.partition(".")[0] for name, module in sys.modules.items() if module}}))
"""
CODECS = {"av", "cv2", "PIL"}
EXTRAS = {"rich", "pygments", "click", "greenlet", "attr", "twisted"}
NETWORK = {"httpx", "paho", "pydantic", "typer", "fastapi", "cryptography", "jwt", "websockets"}


def loaded(*modules: str) -> set[str]:
    script = SCRIPT.format(modules=", ".join(modules))
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # coverage loads its own
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=bare)
    return set(done.stdout.split())


def test_the_agent_loads_no_codecs_and_no_extras() -> None:
    found = loaded("edge_agent.cli", "edge_agent.app.run", "edge_agent.adapters.pictures")
    assert found & (CODECS | EXTRAS) == set()
    assert {"structlog", "httpx"} < found


def test_a_camera_s_process_loads_no_network_and_no_extras() -> None:
    found = loaded("edge_agent.adapters.camera_child", "edge_agent.adapters.rtsp_camera")
    assert found & (NETWORK | EXTRAS) == set()
    assert {"av", "numpy", "structlog"} < found


@pytest.mark.parametrize("extra", ["rich", "attr"])
def test_whoever_else_wants_an_extra_finds_it(extra: str) -> None:
    pytest.importorskip(extra)
    assert extra in loaded("edge_agent", extra)
