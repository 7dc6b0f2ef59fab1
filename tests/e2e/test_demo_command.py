"""`cctv demo` from its start to its end: headless, in vain, refused, interrupted, killed; nothing is left behind."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.running_demo import running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_ctrl_c_ends_everything_cleanly(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        assert len(demo.processes()) > 8
        demo.stop()
        left = demo.processes()
    assert not left, f"left behind: {left}"
    assert demo.told().rstrip().endswith("cctv: stopped")


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        demo.kill_everything()
        until("all processes gone", lambda: not demo.processes(), 15)


def test_headless_until_the_first_alarm() -> None:
    started = time.monotonic()
    command = [sys.executable, "-m", "controller.cli", "demo", "--until-alarm", "--json", "--timeout", "120"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["alarms"][0]["number"] >= 1
    timings = told["timings_ms"]
    assert set(timings) == {"motion_to_event", "motion_to_alarm", "condition_to_alarm", "motion_to_stored"}
    assert all(0 < value < (time.monotonic() - started) * 1000 for value in timings.values())


def test_no_alarm_in_time_is_exit_code_3(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "controller.cli", "demo", "--until-alarm", "--json", "--timeout", "1"]
    done = subprocess.run([*command, "--data", str(tmp_path / "d")], capture_output=True, check=False, timeout=120)
    assert done.returncode == 3, done.stderr.decode()
    assert b"no alarm in 1 s" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--video", "/nowhere.mp4"), "--video: there is no file"),
        (("--video", "ftp://x/y"), "--video: ftp:// is not supported"),
        (("--json",), "--json"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "controller.cli", "demo", *arguments], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
