"""Whatever the API's description allows and forbids is sent to a running site: nothing breaks, hangs, or lies."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.api.auth import COOKIE, CSRF_HEADER
from tests.e2e.test_site import CCTV, first_login, running

ROOT = Path(__file__).resolve().parents[2]
SCHEMATHESIS = (
    sys.executable,
    "-m",
    "schemathesis.cli",
    "--config-file",
    str(ROOT / "tests" / "e2e" / "api_fuzz" / "schemathesis.toml"),
    "run",
)
SHORT = ("--phases", "fuzzing", "--max-examples", "3", "--seed", "20261122", "--generation-deterministic")
LONG = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "150")
pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(SHORT, id="short", marks=pytest.mark.timeout(300)),
        pytest.param(LONG, id="long", marks=[pytest.mark.long, pytest.mark.timeout(5_400)]),
    ],
)
def test_the_api_holds_what_it_says(tmp_path: Path, free_port: Callable[[], int], how: tuple[str, ...]) -> None:
    place = f"127.0.0.1:{free_port()}"
    log = tmp_path / "up.log"
    up = [*CCTV, "up", "--data", str(tmp_path / "site"), "--listen", place, "--broker-port", str(free_port())]
    with running(up, log), contextlib.closing(first_login(log, verify=True)) as client:
        given = {"CCTV_FUZZ_SESSION": client.cookies[COOKIE], "CCTV_FUZZ_CSRF": client.headers[CSRF_HEADER]}
        command = [
            *SCHEMATHESIS,
            str(ROOT / "docs" / "reference" / "openapi.json"),
            "--url",
            f"http://{place}",
            "--no-color",
            *how,
        ]
        asked = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | given | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=5_000,
        )
        told = asked.stdout[-20_000:]
        sys.stdout.write(told[told.find("= SUMMARY =") :])
        assert asked.returncode == 0, told
        assert client.get("/api/v1/session").status_code == 200
        lines = log.read_text()
    assert "request broke" not in lines
    assert "role ended" not in lines
    assert "role frozen" not in lines
