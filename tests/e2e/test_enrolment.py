"""A node is invited, asks by its own key, is let in, runs by its certificate, and is cut off by one command."""

import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.test_site import CCTV, EDGE, running
from tests.servers.processes import program
from tests.servers.running_demo import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
MARK = re.compile(r"^  ((?:[0-9a-f]{4} ?){8})$", re.MULTILINE)


@dataclass
class OpenSite:
    """A site that other machines reach: HTTPS by its own CA, mosquitto with a listener for certificates."""

    data: Path
    url: str
    log: Path

    def cctv(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [*CCTV, *words, "--data", str(self.data)], capture_output=True, check=False, timeout=60, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def invite(self, name: str, *words: str) -> str:
        told = self.cctv("node", "invite", name, "--camera", "yard=scene://yard?seed=9", *words)
        return next(word for word in told.split() if word.startswith("cctv1-"))

    def nodes(self) -> dict[str, dict[str, object]]:
        return {one["id"]: one for one in json.loads(self.cctv("node", "list", "--json"))}


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[OpenSite]:
    program("mosquitto", what="mosquitto")
    data, log, port = tmp_path / "site", tmp_path / "up.log", free_port()
    up = [*CCTV, "up", "--data", str(data), "--listen", f"0.0.0.0:{port}", "--site", "plant"]
    up += ["--broker-port", str(free_port())]
    with running(up, log):
        until("the site", lambda: "is ready" in log.read_text(), 90)
        yield OpenSite(data, f"https://127.0.0.1:{port}", log)


def enrolling(site: OpenSite, token: str, file: Path) -> list[str]:
    return [*EDGE, "enroll", site.url, token, "--config", str(file)]


def enrol(site: OpenSite, name: str, folder: Path) -> Path:
    """Let a node in as two people would: one at the node, one at the site, who compare what both show."""
    file = folder / f"{name}.toml"
    log = folder / f"{name}-enroll.log"
    with running(enrolling(site, site.invite(name), file), log) as asking:
        shown = until("the fingerprint", lambda: MARK.search(log.read_text()), 30)[1]
        until("the request", lambda: shown in site.cctv("node", "waiting"), 30)
        assert not file.exists()
        site.cctv("node", "approve", name, "--fingerprint", shown.replace("a", "b").replace("0", "1"), code=2)
        site.cctv("node", "approve", name, "--fingerprint", shown)
        assert asking.wait(30) == 0, log.read_text()
    return file


def test_a_node_is_let_in_by_two_people_and_runs_by_its_certificate(site: OpenSite, tmp_path: Path) -> None:
    file = enrol(site, "gate", tmp_path)
    settings = tomllib.loads(file.read_text())
    assert "password" not in settings["broker"]
    assert "PRIVATE" not in file.read_text()
    secrets = [file, tmp_path / "gate-key.pem", tmp_path / "gate-data" / "identity.json"]
    assert [secret.stat().st_mode & 0o077 for secret in secrets] == [0, 0, 0]
    with running([*EDGE, "run", "--config", str(file)], tmp_path / "node.log"):
        until("the node", lambda: site.nodes()["gate"]["state"] == "online", 60)
        checked = subprocess.run([*EDGE, "check", "--config", str(file), "--json"], capture_output=True, check=False)
        found = {one["check"]: one for one in json.loads(checked.stdout)["findings"]}
        assert "takes this node's certificate" in found["broker"]["says"]
        assert found["certificate of this node"]["level"] == "ok"
        assert "broker unreachable" not in (tmp_path / "node.log").read_text()
        site.cctv("node", "revoke", "gate", "--why", "stolen")
        until("its end", lambda: "broker unreachable" in (tmp_path / "node.log").read_text(), 10)
        checked = subprocess.run([*EDGE, "check", "--config", str(file), "--json"], capture_output=True, check=False)
        found = {one["check"]: one for one in json.loads(checked.stdout)["findings"]}
        assert found["broker"]["level"] == "trouble"
    assert site.nodes()["gate"]["enabled"] is False
