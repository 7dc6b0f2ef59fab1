"""The commands of `cctv` on a real site: exit codes, one-line faults, no traceback."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.lock_file import hold_lock
from controller.app.site import Site, prepare_site
from controller.cli import app

pytestmark = pytest.mark.integration


def _cctv(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "controller.cli", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=100)


def _here(*arguments: str) -> Result:
    """The same in this process: a process of its own costs seconds."""
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return prepare_site(tmp_path / "data")


def test_people_and_rules_from_the_command_line(site: Site, tmp_path: Path) -> None:
    data = str(site.data_dir)
    migrated = _cctv("migrate", "--data", data)
    assert migrated.returncode == 0, migrated.stderr
    file = tmp_path / "rules.yaml"
    file.write_text("rules:\n- {name: lawn, kind: zone_intrusion, zone: [[0, 0], [1, 0], [1, 1]]}\n")
    applied = _cctv("rule", "apply", str(file), "--data", data)
    assert (applied.returncode, applied.stdout) == (0, "rules at version 1: 1 in force\n")
    lost = _here("rule", "apply", str(file), "--camera", "n1.gaet", "--data", data)
    assert (lost.exit_code, lost.stdout) == (0, "rules at version 2: 2 in force\n")
    assert lost.stderr == "cctv: warning: no node has told of a camera 'n1.gaet' (known: -)\n"
    strict = _here("rule", "apply", str(file), "--camera", "n1.gaet", "--strict", "--data", data)
    assert (strict.exit_code, strict.stdout) == (2, "")
    assert strict.stderr.startswith("cctv: --camera: no node has told of a camera 'n1.gaet'")
    assert json.loads(_here("rule", "list", "--data", data).stdout)["rules"][0]["name"] == "lawn"
    file.write_text("rules:\n- {name: lawn, kind: zone_intrusion, colour: red}\n")
    refused = _here("rule", "apply", str(file), "--data", data)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("cctv: rules[0].colour: ")
    assert "Traceback" not in refused.stderr
    added = _here("user", "add", "kim", "--role", "operator", "--data", data)
    assert "one-time code" in added.stdout
    assert _here("user", "add", "kim", "--data", data).exit_code == 2
    assert "kim" in _here("user", "list", "--data", data).stdout
    span = ("gate.drive", "2026-03-01T08:00Z", "2026-03-01T08:10Z")
    unknown = _here("footage", "request", *span, "--data", data)
    assert (unknown.exit_code, unknown.stderr) == (2, "cctv: camera: gate.drive is not known\n")
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO camera (id, node, state, reason, source, codec, width_px, height_px, fps, has_sub, present,"
            " label) VALUES ('gate.drive', 'gate', 'live', '', 'rtsp', '', 0, 0, 0, 0, 1, '')"
        )
    asked = _here("footage", "request", *span, "--data", data)
    assert asked.exit_code == 0, asked.stderr
    assert ": waiting, asked by " in asked.stdout
    assert _here("footage", "list", "--data", data).stdout == asked.stdout
    late = _here("footage", "request", "gate.drive", "2026-03-01T08:00Z", "2096-03-01T08:10Z", "--data", data)
    assert late.exit_code == 2
    assert "to_ms: " in late.stderr


def test_a_second_start_a_taken_port_and_a_missing_site_say_what_to_do(site: Site, tmp_path: Path) -> None:
    data = str(site.data_dir)
    with hold_lock(site.lock_file, "cctv"):
        second = _cctv("up", "--data", data)
    assert second.returncode == 2
    assert "is in use by cctv (process" in second.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.settings.listen.port))
        taken.listen()
        blocked = _cctv("up", "--data", data)
    assert blocked.returncode == 2
    assert blocked.stderr.splitlines()[-1].startswith("cctv: listen.port: cannot listen on 127.0.0.1")
    missing = _cctv("migrate", "--data", str(tmp_path / "nothing"))
    assert missing.returncode == 2
    assert "does not exist" in missing.stderr


def test_a_role_in_the_foreground_stops_on_sigterm(site: Site) -> None:
    argv = [sys.executable, "-m", "controller.cli", "serve", "--role", "broker", "--config", str(site.config_file)]
    with subprocess.Popen(argv) as role:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", site.settings.broker.port)) == 0:
                    break
            time.sleep(0.1)
        os.kill(role.pid, signal.SIGTERM)
        assert role.wait(20) == 0
