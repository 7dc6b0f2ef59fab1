"""A node is invited, asks by its own key, is let in, runs by its certificate, and is cut off by one command."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.open_site import OpenSite, enrol, open_site
from tests.e2e.test_site import EDGE, running
from tests.servers.running_demo import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    with open_site(tmp_path) as site:
        yield site


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
