"""Two controllers by `ansible/`, what both lean on on a third machine: either may be off."""

from collections.abc import Iterator

import pytest

from tests.provision.machines import Site, machines
from tests.provision.trees import play
from tests.servers.running_demo import until

pytestmark = [pytest.mark.long, pytest.mark.timeout(5400)]
EAST, WEST, HUB, NODE = NAMES = ("east.example", "west.example", "hub.example", "gate.example")
SLOW_S = 180  # a bound for a busy machine, and no measurement
INVENTORY = """
all:
  vars:
    ansible_connection: community.general.chroot
    ansible_chroot_exe: {enter}
    ansible_python_interpreter: /usr/bin/python3
    ansible_remote_tmp: /tmp
    cctv_offline: true
    cctv_version: {version}
    cctv_release: {release}
    cctv_wheel_sha256: {sha256}
    cctv_site: works
    cctv_url: https://hub.example
    cctv_controller_address: hub.example
    cctv_proxies: [10.77.0.3/32]
    cctv_database: postgresql
    cctv_database_password: "long enough, and : odd @ 'as'/it?is"
    cctv_database_clients: [10.77.0.0/24]
  hosts:
    east.example: {{ansible_host: {root}/east.example}}
    west.example: {{ansible_host: {root}/west.example}}
    hub.example: {{ansible_host: {root}/hub.example}}
    gate.example: {{ansible_host: {root}/gate.example}}
  children:
    controller: {{hosts: {{east.example: , west.example: }}}}
    database: {{hosts: {{hub.example: }}}}
    broker: {{hosts: {{hub.example: }}}}
    proxy: {{hosts: {{hub.example: }}}}
    store: {{hosts: {{east.example: , west.example: }}}}
    edge:
      hosts:
        gate.example:
          edge_node: gate
          edge_camera_modules: false
          edge_data: folder
          edge_sources: ["yard=scene://yard?seed=7&fps=6"]
"""


@pytest.fixture(scope="module", params=["bookworm"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two machines for controllers, one for what both lean on, and one for a node."""
    folder = tmp_path_factory.mktemp(request.param)
    with machines(request.param, folder, INVENTORY, NAMES, proxy=HUB, sharing={EAST, WEST}) as made:
        yield made


def asked(site: Site, query: str) -> list[str]:
    """What the database says."""
    return site.machines[HUB].run("runuser", "--user=postgres", "--", "psql", "-tAc", query, "cctv").stdout.split()


def led_by(site: Site) -> set[str]:
    """The machines that have something in hand that only one may do."""
    return set(
        asked(
            site,
            "SELECT DISTINCT substring(holder FROM '@(.*):') FROM lease WHERE holder <> '' AND name NOT LIKE 'worker%'",
        )
    )


def footage(site: Site) -> int:
    """How much of it the node has told of, and brought."""
    return int(asked(site, "SELECT count(*) FROM run WHERE state = 'stored'")[0])


def page(site: Site) -> str:
    """The beginning of the first page, as the node's machine gets it by the proxy."""
    return site.ask(NODE, f"https://{HUB}/").lower()[:19]


PAGE = "200 <!doctype html>"


def test_a_second_run_changes_nothing(whole: Site) -> None:
    code, counts, said = play("site.yml", whole.inventory())
    assert (code, counts["changed"]) == (0, 0), said[-6000:]


@pytest.mark.parametrize(("off", "on"), [(EAST, WEST), (WEST, EAST)])
def test_one_goes_on_while_the_other_is_off(whole: Site, off: str, on: str) -> None:
    whole.machines[off].stop()
    try:
        until("the other one's pages", lambda: page(whole) == PAGE, SLOW_S, every_s=1)
        until("everything in the other one's hand", lambda: led_by(whole) == {on}, SLOW_S, every_s=1)
        stored = footage(whole)
        until("more footage", lambda: footage(whole) > stored, SLOW_S, every_s=1)
    finally:
        whole.start(off)
    until("it is well again", lambda: well(whole, off), SLOW_S, every_s=2)


def well(site: Site, name: str) -> bool:
    return site.machines[name].run("cctv", "status", fails=True).returncode == 0
