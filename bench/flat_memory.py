"""Whether a node's memory stays flat: a whole agent fed ten times as fast as cameras are, looked at again and again.

Usage, from the repository's root: python -m bench.flat_memory [--minutes 6]

Two films of 150 pictures a second are replayed, so that six minutes carry what an hour of 15 pictures a second does:
packets and bytes to the disk. Rings are small: they turn over. Printed are memory (PSS of the agent and its children),
threads and descriptors, and the slope of each through the second half.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.edge import CONFIG, machine, make_film, process, wait_for
from bench.process_cost import tree

EVERY_S = 10.0


def slope(looks: list[tuple[float, float]]) -> float:
    """Growth in an hour, by least squares."""
    found = statistics.linear_regression([at_s for at_s, _ in looks], [value for _, value in looks])
    return found.slope * 3600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    minutes: float = parser.parse_args().minutes
    memory: list[tuple[float, float]] = []
    threads: list[tuple[float, float]] = []
    descriptors: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        film = make_film(folder / "film.mp4", 320, 192, 150, 1_500_000)
        key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        text = CONFIG.replace("KEY", key.decode())
        for name in ("one", "two"):
            text += f'\n[[cameras]]\nname = "{name}"\nsource = "{film}"\nring.bytes_max = 20_000_000\n'
        config = folder / "node.toml"
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)
        run = (sys.executable, "-m", "edge_agent.cli", "run", "--config", str(config))
        with process(*run, log=folder / "log") as agent:
            wait_for(lambda: len({path.parent for path in folder.glob("data/ring/*/*.mp4")}) == 2)
            print(f"{machine()}, two cameras at ten times their speed")
            began = time.monotonic()
            while (at_s := time.monotonic() - began) < minutes * 60:
                found = tree(agent.pid)
                memory.append((at_s, sum(one.pss_bytes for one in found) / 1e6))
                threads.append((at_s, sum(one.threads for one in found)))
                descriptors.append((at_s, sum(one.descriptors for one in found)))
                print(f"{at_s:6.0f} s {memory[-1][1]:8.1f} MB {threads[-1][1]:4} threads {descriptors[-1][1]:4} fds")
                time.sleep(EVERY_S)
    for what, looks in (("MB", memory), ("threads", threads), ("descriptors", descriptors)):
        half = looks[len(looks) // 2 :]
        print(f"slope of the second half: {slope(half):8.2f} {what} an hour, which is ten hours of a camera's")


if __name__ == "__main__":
    main()
