"""One machine by `ansible/`: a Debian tree, a release, an inventory, and the plays up to a recording node."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.release import make_release, sha256
from scripts.sign_release import make_key
from tests.provision.machines import Site
from tests.provision.trees import ENTER, Tree, play
from tests.repo.tree import ROOT

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
    cctv_release_signer: {signer}
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
def signer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key of whoever makes releases; its public half, which nodes are given, lies beside it."""
    key = tmp_path_factory.mktemp("signer") / "release.key"
    make_key(key)
    return key


@pytest.fixture(scope="module")
def inventory(tree: Tree, signer: Path, tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """An inventory of that one machine, for a release; entered by chroot until it is started."""
    folder = tmp_path_factory.mktemp("inventory")
    enter = folder / "enter"
    enter.write_text(ENTER)
    enter.chmod(0o755)

    def written(release: Path) -> Path:
        wheel = next(release.glob("sht_cctv-*.whl"))
        text = INVENTORY.format(
            enter=enter if tree.outer else "chroot", host=HOST, root=tree.root, release=release,
            sha256=sha256(wheel), version=wheel.name.split("-")[1], signer=f"{signer}.pub",
        )  # fmt: skip
        file = folder / "hosts.yml"
        file.write_text(text)
        return file

    return written


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


@pytest.fixture(scope="module")
def whole(site: Site) -> Site:
    """The machines after the plays, their node let in."""
    for book in ("site.yml", "enroll.yml"):
        code, _, said = play(book, site.inventory())
        assert code == 0, said[-6000:]
    return site
