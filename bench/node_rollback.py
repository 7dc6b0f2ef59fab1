"""How long a node takes back to the version before: by command, and by itself from a version that does not run.

Usage: python -m bench.node_rollback [--gate 60] [--json FILE]

A real agent that records one camera, in real environments beside each other, with its updater. Counted from the order
until a file that was begun after the updater's last word stands in the ring. By itself: from the order of a version
that does not run, so the time that the updater gives it (`--gate`, 240 s as shipped) is within, and what comes beside
it is told apart. Aim: 5 min.
"""

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.told import tell
from tests.fakes.releases import ReleaseMaker
from tests.integration.edge_agent.test_long_life import node_file
from tests.servers.node_machine import NodeMachine, release

MOST_S = 300
PATIENCE_S = 600


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def films(machine: NodeMachine) -> set[Path]:
    """What is recorded so far, complete or not."""
    return set((machine.config.parent / "data/ring").glob("*/*.mp4"))


def recording_again(machine: NodeMachine, before: set[Path]) -> None:
    """Wait for a file that was not there before."""
    deadline = time.monotonic() + PATIENCE_S
    while not films(machine) - before:
        if time.monotonic() > deadline:
            sys.exit(f"it records nothing in {PATIENCE_S} s:\n{machine.log.read_text()[-2000:]}")
        time.sleep(0.05)


def update(machine: NodeMachine, file: Path, within_s: int, *more: str) -> str:
    """How it ended, in the updater's word."""
    words = [machine.root / "good/venv/bin/cctv-edge", "update", file, "--root", machine.root, "--config"]
    words += [machine.config, "--json", "--within", str(within_s), "--restart", machine.root / "restart", *more]
    done = subprocess.run(list(map(str, words)), capture_output=True, check=False, text=True)
    return str(json.loads(done.stdout)["result"])


def ordered(machine: NodeMachine, file: Path, expected: str, within_s: int, *more: str) -> float:
    """Seconds from the order until it records again."""
    begun_s = time.monotonic()
    if (result := update(machine, file, within_s, *more)) != expected:
        sys.exit(f"{file.name}: {result}, not {expected}:\n{machine.log.read_text()[-2000:]}")
    recording_again(machine, films(machine))
    return round(time.monotonic() - begun_s, 1)


def main(argv: Sequence[str] | None = None) -> int:
    """Tell the figures; 1 where a way back took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gate", type=int, default=60)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    maker = ReleaseMaker()
    with TemporaryDirectory() as name:
        folder = Path(name)
        (root := folder / "root").mkdir()
        with NodeMachine(root, node_file(folder, free_port), maker, "8.0") as machine:
            recording_again(machine, set())
            forward_s = ordered(machine, release(maker, folder, "9.0"), "done", PATIENCE_S)
            spoiled_s = ordered(machine, release(maker, folder, "10.0", spoiled=True), "rolled-back", given.gate)
            back_s = ordered(machine, release(maker, folder, "8.0"), "done", PATIENCE_S, "--downgrade")
    found = {
        "forward_s": forward_s,
        "back_by_command_s": back_s,
        "gate_s": given.gate,
        "back_by_itself_s": spoiled_s,
        "back_by_itself_beside_the_gate_s": round(spoiled_s - given.gate, 1),
    }
    tell(found, given.json)
    return int(max(back_s, spoiled_s) > MOST_S)


if __name__ == "__main__":
    sys.exit(main())
