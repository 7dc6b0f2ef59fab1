"""Two real nodes by command line alone: invited, approved, configured, updated, rolled back and revoked."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.open_site import OpenSite, enrol, open_site
from tests.fakes.releases import ReleaseMaker
from tests.servers.node_machine import NodeMachine, release
from tests.servers.running_demo import until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(1500)]
MAKER = ReleaseMaker()
NAMES = ("gate", "roof")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    with open_site(tmp_path) as site:
        yield site


def told(site: OpenSite, *words: str, code: int = 0) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(site.cctv("node", "update", *words, "--json", code=code, within_s=300))
    return found


def test_two_nodes_by_command_line_alone(site: OpenSite, tmp_path: Path) -> None:
    (key := tmp_path / "release.pub").write_text(MAKER.public_pem)
    site.cctv("release", "trust", str(key))
    for version, spoiled in (("8.0", False), ("9.0", False), ("10.0", True)):
        site.cctv("release", "add", str(release(MAKER, tmp_path, version, spoiled=spoiled)))
    with contextlib.ExitStack() as stack:
        machines = []
        for name in NAMES:
            (root := tmp_path / f"{name}-root").mkdir()
            (own := tmp_path / name).mkdir()
            machines.append(NodeMachine(root, enrol(site, name, own), MAKER, "8.0"))
            stack.enter_context(machines[-1])
        until("both nodes", lambda: {one["state"] for one in site.nodes().values()} == {"online"}, 90)
        until("both versions", lambda: {one["version"] for one in site.nodes().values()} == {"8.0"}, 30)
        assert {one["skew"] for one in site.nodes().values()} == {"newer"}
        until("both cameras", lambda: all(_live(site, name) for name in NAMES), 60)

        (wanted := tmp_path / "wanted.toml").write_text("[clip]\npre_s = 3.0\n")
        site.cctv("node", "config", "gate", "--set", str(wanted))
        page = json.loads(site.cctv("node", "show", "gate", "--json"))
        assert (page["config"]["reported"]["state"], page["update"]["installed"]) == ("applied", "8.0")
        assert page["last_words"]

        ended = told(site, "--all", "--to", "9.0", "--ring", "100%")
        assert [(one["node"], one["fate"]) for one in ended] == [("gate", "done"), ("roof", "done")]
        until("the versions", lambda: {one["version"] for one in site.nodes().values()} == {"9.0"}, 30)
        assert {(one.root / "current").resolve().name for one in machines} == {"a"}

        ended = told(site, "--all", "--to", "10.0", "--ring", "1", code=1)
        assert [(one["node"], one["fate"]) for one in ended] == [("gate", "rolled-back"), ("roof", "not begun")]
        assert "not well within" in ended[0]["reason"]
        until("it to be back", lambda: site.nodes()["gate"]["state"] == "online" and _live(site, "gate"), 60)
        assert site.nodes()["gate"]["version"] == "9.0"
        assert "newest update: 10.0 rolled-back" in site.cctv("node", "show", "gate")
        assert "step: idle" in site.cctv("node", "exec", "gate", "update")

        (refused,) = told(site, "roof", "--to", "8.0", code=1)
        assert refused["fate"] == "failed"
        assert "older than 9.0" in refused["reason"]
        (ended_one,) = told(site, "roof", "--to", "8.0", "--downgrade")
        assert ended_one["fate"] == "done"

        site.cctv("node", "exec", "gate", "reboot", code=2)
        site.cctv("node", "reboot", "gate", code=1)  # its own file does not allow it
        site.cctv("node", "revoke", "roof", "--why", "test")
        assert site.nodes()["roof"]["enabled"] is False
        site.cctv("node", "update", "roof", "--to", "9.0", code=2)


def _live(site: OpenSite, name: str) -> bool:
    health = json.loads(site.cctv("node", "show", name, "--json"))["health"] or {}
    return bool(health.get("cameras")) and all(one["state"] == "live" for one in health["cameras"])
