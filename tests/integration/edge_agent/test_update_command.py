"""A real agent with a camera is updated beside what runs, and a version that does not run is taken back."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_agent.adapters.slots_folder import read_turn
from edge_agent.adapters.update_folder import UpdateFolder, Wanted
from tests.fakes.releases import ReleaseMaker
from tests.integration.edge_agent.test_long_life import node_file
from tests.servers.node_machine import NodeMachine, release
from tests.servers.running_demo import until

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(540)]
MAKER = ReleaseMaker()
PATIENCE_S = 180


@pytest.fixture
def machine(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[NodeMachine]:
    (root := tmp_path / "root").mkdir()
    with NodeMachine(root, node_file(tmp_path, free_port), MAKER, "8.0") as machine:
        yield machine


def update(machine: NodeMachine, file: Path, within_s: int, code: int = 0) -> dict[str, str]:
    words = ["update", str(file), "--root", str(machine.root), "--config", str(machine.config), "--json"]
    words += ["--within", str(within_s), "--restart", str(machine.root / "restart")]
    program = str(machine.root / "good/venv/bin/cctv-edge")
    done = subprocess.run([program, *words], capture_output=True, check=False, timeout=400, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_version_that_records_is_kept_and_one_that_does_not_run_is_taken_back(
    machine: NodeMachine, tmp_path: Path
) -> None:
    ring = machine.config.parent / "data/ring"
    until("the ring", lambda: list(ring.glob("*/*.mp4")), PATIENCE_S)
    ended = update(machine, release(MAKER, tmp_path, "9.0"), PATIENCE_S)
    assert (ended["result"], ended["before"], ended["to"]) == ("done", "8.0", "slots/a")
    assert [(machine.root / link).resolve().name for link in ("current", "good")] == ["a", "a"]
    first = set(ring.glob("*/*.mp4"))
    assert first

    ended = update(machine, release(MAKER, tmp_path, "10.0", spoiled=True), 10, code=1)
    assert (ended["result"], ended["step"]) == ("rolled-back", "idle")
    assert "not well within 10 s" in ended["reason"]
    assert [(machine.root / link).resolve().name for link in ("current", "good")] == ["a", "a"]
    until("it to record again", lambda: set(ring.glob("*/*.mp4")) - first, PATIENCE_S)

    folder = UpdateFolder(machine.config.parent)  # as the agent leaves it, when it has fetched something
    folder.part.write_bytes(release(MAKER, tmp_path, "11.0").read_bytes())
    folder.want(Wanted(version="11.0"))
    until("the updater", lambda: read_turn(machine.root).result == "done", PATIENCE_S)
    assert (read_turn(machine.root).before, (machine.root / "current").resolve().name) == ("9.0", "b")
    until("it to be done with", lambda: not folder.waits(), PATIENCE_S)
    log = machine.log.read_text()
    assert [log.count(f'"version": "{one}"') > 0 for one in ("8.0", "9.0", "10.0", "11.0")] == [True, True, False, True]
