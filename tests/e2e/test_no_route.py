"""The whole system where no network leads anywhere: it does all that it does, and tries to reach nobody."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]
ALONE = ("unshare", "--map-root-user", "--net")


def test_it_records_judges_alarms_and_plays_and_reaches_for_nobody(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare and ip are not installed: apt-get install util-linux iproute2")
    if subprocess.run([*ALONE, "ip", "link", "set", "lo", "up"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody have a network of their own")
    inside = f"ip link set lo up && exec {sys.executable} -m tests.e2e.routeless {tmp_path}"
    done = subprocess.run([*ALONE, "sh", "-c", inside], check=False, capture_output=True, text=True, timeout=480)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    assert seen["kind"] in {"zone_intrusion", "ppe_missing"}
    assert seen["frames"] > 15
    assert (seen["played"], seen["cameras"]) == (200, ["live"])
    assert seen["tried"] == 0, "something meant to leave the machine"
    assert seen["counted"] == 1, "an attempt is counted, or the figure before says nothing"
