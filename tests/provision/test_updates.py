"""A node's updater as systemd runs it: one signed release stays, another one goes back; all by command line."""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scripts.sign_release import sign_release
from tests.provision.trees import Tree
from tests.provision.versions import other_version
from tests.servers.running_demo import until

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
UPDATER = "cctv-edge-update.service"
# What proves itself and does not run: only the updater's watch finds that out.
SPOILED = """
async def run_agent(*_given: object) -> None:
    raise SystemExit("this version does not run")
"""
Offer = Callable[..., None]


@pytest.fixture
def offer(running: Tree, release: Path, signer: Path, tmp_path: Path) -> Offer:
    """Signs this tree under another version, for this system, and has the controller offer it."""

    def offered(version: str, spoil: Mapping[str, str] | None = None) -> None:
        folder = tmp_path / version
        made, name = other_version(release, folder, version, spoil), f"{version}.release"
        sign_release(made, folder / name, signer.read_text(), version, datetime.now(UTC), f"{running.suite}-amd64")
        for file in (folder / name, Path(f"{signer}.pub")):
            shutil.copyfile(file, running.root / "srv" / file.name)
        running.run("cctv", "release", "trust", f"/srv/{signer.name}.pub")
        running.run("cctv", "release", "add", f"/srv/{name}")

    return offered


def node(tree: Tree) -> dict[str, Any]:
    """The one node, as the controller knows it."""
    (found,) = json.loads(tree.run("cctv", "node", "list", "--json").stdout)
    return dict(found)


def update(tree: Tree, version: str) -> dict[str, Any]:
    """How it ended there, by the controller's word."""
    words = ("cctv", "node", "update", "--all", "--to", version, "--json")
    told = tree.run(*words, fails=True, within_s=1500)
    assert told.stdout, told.stderr
    (ended,) = json.loads(told.stdout)
    return dict(ended)


def asked(tree: Tree, unit: str, *names: str) -> list[str]:
    """Properties of a unit, in their order."""
    return [tree.run("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip() for name in names]


def said(tree: Tree, unit: str) -> str:
    return tree.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout


def records(tree: Tree) -> None:
    """The controller hears of a camera that is live."""

    def live() -> bool:
        shown = json.loads(tree.run("cctv", "node", "show", "gate", "--json").stdout)
        return [one["state"] for one in (shown["health"] or {}).get("cameras", [])] == ["live"]

    until("its camera", live, 120)


def test_a_signed_version_is_fetched_installed_and_kept(running: Tree, offer: Offer) -> None:
    records(running)
    assert running.run("systemctl", "is-active", "cctv-edge-update.path").stdout.strip() == "active"
    offer("9.0")
    ended = update(running, "9.0")
    assert ended["fate"] == "done", (ended, said(running, UPDATER))
    until("the version", lambda: node(running)["version"] == "9.0", 60)
    assert running.run("readlink", "/opt/cctv/current", "/opt/cctv/good").stdout.split() == ["slots/a"] * 2
    assert asked(running, UPDATER, "Result", "ActiveState") == ["success", "inactive"]
    assert asked(running, "cctv-edge.service", "ActiveState") == ["active"]
    assert "9.0 runs (before: 0.1.0)" in said(running, UPDATER)
    records(running)


def test_one_that_does_not_run_goes_back_by_itself(running: Tree, offer: Offer) -> None:
    before = node(running)["version"]
    offer("10.0", {"edge_agent/app/run.py": SPOILED})
    ended = update(running, "10.0")
    assert ended["fate"] == "rolled-back", (ended, said(running, UPDATER))
    assert "not well within 240 s" in ended["reason"]
    until("it to be back", lambda: node(running)["state"] == "online" and node(running)["version"] == before, 120)
    assert "newest update: 10.0 rolled-back" in running.run("cctv", "node", "show", "gate").stdout
    assert "this version does not run" in said(running, "cctv-edge.service")
    assert f"goes back to {before}" in said(running, UPDATER)
    assert asked(running, "cctv-edge-update.path", "ActiveState") == ["active"]
    assert asked(running, "cctv-edge.service", "ActiveState") == ["active"]
    records(running)
