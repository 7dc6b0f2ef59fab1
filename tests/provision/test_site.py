"""`ansible/` run for real on Debian trees: at rest, twice; started, to a recording node, an upgrade, a way back."""

from pathlib import Path

import pytest

from tests.provision.conftest import Inventory
from tests.provision.trees import Tree, play
from tests.provision.versions import other_version

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
ENDS = '"""A version that does not start."""\nraise SystemExit("spoiled")\n'


def test_a_bare_tree_becomes_a_site_and_twice_is_once(tree: Tree, changed: tuple[int, int]) -> None:
    first, second = changed
    assert first > 20
    assert second == 0
    enabled = tree.root / "etc/systemd/system/multi-user.target.wants"
    assert {"cctv-edge.service", "cctv-controller.service"} <= {one.name for one in enabled.iterdir()}


def test_its_units_run_and_a_node_is_let_in(running: Tree) -> None:
    assert running.run("systemctl", "is-active", "cctv-edge", "cctv-controller").stdout.split() == ["active", "active"]


@pytest.mark.usefixtures("running")
def test_nothing_of_what_runs_is_changed_again(inventory: Inventory, release: Path) -> None:
    code, counts, said = play("enroll.yml", inventory(release))
    assert (code, counts["changed"]) == (0, 0), said[-4000:]
    for _ in range(2):  # the first one after a start sees what could not be done at rest
        code, counts, said = play("site.yml", inventory(release))
        assert code == 0, said[-4000:]
    assert counts["changed"] == 0, said[-4000:]


def test_another_version_counts_once_it_is_well(
    running: Tree, inventory: Inventory, release: Path, tmp_path: Path
) -> None:
    newer = other_version(release, tmp_path, "0.1.1")
    code, _, said = play("upgrade.yml", inventory(newer))
    assert code == 0, said[-4000:]
    assert running.run("/opt/cctv/.venv/bin/cctv-edge", "--version").stdout.strip() == "0.1.1"
    assert "version 0.1.1" in running.run("cctv", "status").stdout


@pytest.mark.parametrize(
    ("spoil", "place", "unit"),
    [
        ("edge_agent/app/agent.py", "/opt/cctv", "cctv-edge"),
        ("controller/app/embedded.py", "/opt/cctv-controller", "cctv-controller"),
    ],
)
def test_a_version_that_does_not_start_goes_back_by_itself(
    running: Tree, inventory: Inventory, release: Path, tmp_path: Path, spoil: str, place: str, unit: str
) -> None:
    before = running.run("readlink", f"{place}/current").stdout
    worse = other_version(release, tmp_path, "0.1.2" if unit == "cctv-edge" else "0.1.3", {spoil: ENDS})
    code, counts, said = play("upgrade.yml", inventory(worse))
    assert (code, counts["rescued"]) == (2, 1), said[-4000:]
    assert "and is well" in said
    assert running.run("readlink", f"{place}/current").stdout == before
    assert running.run("systemctl", "is-active", unit).stdout.strip() == "active"
