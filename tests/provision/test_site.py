"""`ansible/` run for real on Debian trees: at rest, twice; started, to a recording node, an upgrade, a way back."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.release import make_release, sha256
from tests.provision.trees import ENTER, Tree, play
from tests.repo.tree import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
HOST = "site"
INVENTORY = """
all:
  vars:
    ansible_connection: community.general.chroot
    ansible_chroot_exe: {enter}
    ansible_python_interpreter: /usr/bin/python3
    ansible_remote_tmp: /tmp
    cctv_version: {version}
    cctv_release: {release}
    cctv_wheel_sha256: {sha256}
    cctv_time_servers: [time.example]
    cctv_controller_address: localhost
    edge_node: gate
    edge_camera_modules: false
    edge_data: folder
    edge_sources: ["yard=scene://yard?seed=7"]
    software_offline: true
    software_hold_s: 5
    software_tries: 10
  children:
    controller: {{hosts: {{{host}: {{ansible_host: {root}}}}}}}
    broker: {{hosts: {{{host}: }}}}
    edge: {{hosts: {{{host}: }}}}
"""
Inventory = Callable[[Path], Path]


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    made = Tree(tmp_path_factory.mktemp("tree") / "root", request.param)
    made.make()
    yield made
    made.stop()
    shutil.rmtree(made.root)


@pytest.fixture(scope="module")
def release(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree as a release, with the packages of Python for that system."""
    out = tmp_path_factory.mktemp("release")
    make_release(ROOT, out, [f"{tree.suite}-amd64"])
    return out


@pytest.fixture(scope="module")
def inventory(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """An inventory of that one machine, for a release; entered by chroot until it is started."""
    folder = tmp_path_factory.mktemp("inventory")
    enter = folder / "enter"
    enter.write_text(ENTER)
    enter.chmod(0o755)

    def written(release: Path) -> Path:
        wheel = next(release.glob("sht_cctv-*.whl"))
        text = INVENTORY.format(
            enter=enter if tree.outer else "chroot", host=HOST, root=tree.root, release=release,
            sha256=sha256(wheel), version=wheel.name.split("-")[1],
        )  # fmt: skip
        file = folder / "hosts.yml"
        file.write_text(text)
        return file

    return written


def other_version(release: Path, folder: Path, version: str, spoil: str = "") -> Path:
    """The same release under another version; with `spoil`, of code that says so and ends."""
    copy, out = folder / "copy", folder / "release"
    shutil.copytree(release, out)
    for name in ("shared", "edge_agent", "controller", "firmware_config", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    project = copy / "pyproject.toml"
    project.write_text(re.sub(r'(?m)^version = ".*"', f'version = "{version}"', project.read_text(), count=1))
    if spoil:
        (copy / spoil).write_text('"""A version that does not start."""\nraise SystemExit("spoiled")\n')
    next(out.glob("sht_cctv-*.whl")).unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, check=True, cwd=copy, stdout=subprocess.DEVNULL)
    return out


@pytest.fixture(scope="module")
def changed(inventory: Inventory, release: Path) -> tuple[int, int]:
    """How much the first run at rest changed, and the second."""
    numbers = []
    for _ in range(2):
        code, counts, said = play("site.yml", inventory(release))
        assert code == 0, said[-4000:]
        numbers.append(counts["changed"])
    return numbers[0], numbers[1]


@pytest.fixture(scope="module")
def running(tree: Tree, changed: tuple[int, int], inventory: Inventory, release: Path) -> Tree:
    """The tree, started, its node let in."""
    assert changed[0] > 0
    tree.start()
    code, counts, said = play("enroll.yml", inventory(release))
    assert code == 0, said[-4000:]
    assert counts["changed"] > 0
    return tree


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
    worse = other_version(release, tmp_path, "0.1.2" if unit == "cctv-edge" else "0.1.3", spoil)
    code, counts, said = play("upgrade.yml", inventory(worse))
    assert (code, counts["rescued"]) == (2, 1), said[-4000:]
    assert "and is well" in said
    assert running.run("readlink", f"{place}/current").stdout == before
    assert running.run("systemctl", "is-active", unit).stdout.strip() == "active"
