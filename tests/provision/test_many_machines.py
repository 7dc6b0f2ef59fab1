"""Every role of `ansible/` on machines that reach nobody but each other: packages from the release folder alone."""

import json
import re
import shutil
from collections.abc import Iterator

import pytest

from tests.provision.machines import Site, machines
from tests.provision.trees import play

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
SITE, WORKER, NODE, WATCH = NAMES = ("site.example", "judge.example", "gate.example", "watch.example")
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
    cctv_url: https://site.example
    cctv_controller_address: site.example
    cctv_database: postgresql
    cctv_database_password: "long enough, and : odd @ 'as'/it?is"
    cctv_database_clients: [10.77.0.0/24]
  hosts:
    site.example: {{ansible_host: {root}/site.example}}
    judge.example: {{ansible_host: {root}/judge.example}}
    gate.example: {{ansible_host: {root}/gate.example}}
    watch.example: {{ansible_host: {root}/watch.example}}
  children:
    controller: {{hosts: {{site.example: }}}}
    database: {{hosts: {{site.example: }}}}
    broker: {{hosts: {{site.example: }}}}
    proxy: {{hosts: {{site.example: }}}}
    store: {{hosts: {{site.example: , judge.example: }}}}
    worker: {{hosts: {{judge.example: }}}}
    monitoring: {{hosts: {{watch.example: }}}}
    edge:
      hosts:
        gate.example:
          edge_node: gate
          edge_camera_modules: false
          edge_data: folder
          edge_sources: ["yard=scene://yard?seed=7&fps=6"]
"""


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Machines as somebody gets them who has installed Debian with its SSH server, and a release packed for them."""
    folder = tmp_path_factory.mktemp(request.param)
    with machines(request.param, folder, INVENTORY, NAMES, proxy=SITE, sharing={SITE, WORKER}) as made:
        yield made


def test_a_second_run_changes_nothing(whole: Site) -> None:
    code, counts, said = play("site.yml", whole.inventory())
    assert (code, counts["changed"]) == (0, 0), said[-6000:]


def test_the_verifier_reaches_database_and_relay_from_its_own_machine(whole: Site) -> None:
    asks = "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE datname = 'cctv'"
    told = whole.machines[SITE].run("runuser", "--user=postgres", "--", "psql", "-tAc", asks).stdout.split()
    assert "10.77.0.2" in told, whole.machines[WORKER].run("journalctl", "-n", "60", "-u", "cctv-worker").stdout
    for unit in ("cctv-worker", "cctv-worker-tunnel"):
        assert whole.machines[WORKER].run("systemctl", "is-active", unit).stdout.strip() == "active"
        assert whole.machines[WORKER].run("systemctl", "show", "--value", "-p", "NRestarts", unit).stdout.strip() == "0"


def test_people_and_prometheus_come_by_the_proxy(whole: Site) -> None:
    assert whole.ask(NODE, f"https://{SITE}/").lower().startswith("200 <!doctype html>")
    up = json.loads(whole.ask(WATCH, "http://localhost:9090/api/v1/query?query=up").partition(" ")[2])
    assert [one["value"][1] for one in up["data"]["result"]] == ["1"], up


def test_a_backup_is_fetched_and_put_back(whole: Site) -> None:
    controller = whole.machines[SITE]
    controller.run("cctv", "user", "add", "kim", "--role", "viewer")
    controller.run("sh", "-c", "cd /var/tmp && /opt/cctv-controller/.venv/bin/cctv backup key house")
    for half in ("house", "house.pub"):
        shutil.copy(controller.root / "var/tmp" / half, whole.folder)
    to = whole.folder / "fetched"
    code, _, said = play(
        "backup.yml", whole.inventory(), cctv_backup_public_key=str(whole.folder / "house.pub"), backup_fetch_to=str(to)
    )
    assert code == 0, said[-6000:]
    (backup,) = to.iterdir()
    controller.run("cctv", "user", "add", "lee")
    code, _, said = play(
        "restore.yml", whole.inventory(), restore_file=str(backup), restore_key=str(whole.folder / "house")
    )
    assert code == 0, said[-6000:]
    there = controller.run("cctv", "user", "list").stdout
    assert re.search(r"\bkim\b", there)
    assert not re.search(r"\blee\b", there)
