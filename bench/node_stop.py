"""How long a node with two rendered cameras takes from SIGTERM to its end, with every segment closed: N times.

Nothing else is needed; the controller and the broker are away. `python bench/node_stop.py --times 10`.
"""

import argparse
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

CONFIG = '''
node = "n1"
site = "bench"
data_dir = "data"
controller_url = "http://127.0.0.1:9"
key_pem = """KEY"""

[broker]
port = 9
password = "none"

[[cameras]]
name = "one"
source = "scene://yard?seed=7"

[[cameras]]
name = "two"
source = "scene://yard?seed=8"
'''
START_S = 60
END_S = 60


def stop_once(folder: Path) -> float:
    """Start, record for a while, stop; returns seconds. Raises where something was left open."""
    config = folder / "node.toml"
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    config.write_text(CONFIG.replace("KEY", key.decode()), encoding="utf-8")
    config.chmod(0o600)
    with (folder / "log").open("wb") as log:
        node = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.cli", "run", "--config", str(config)], stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + START_S
            while len({path.parent for path in folder.glob("data/ring/*/*.mp4")}) < 2:
                if time.monotonic() > deadline or node.poll() is not None:
                    raise RuntimeError((folder / "log").read_text(encoding="utf-8")[-2000:])
                time.sleep(0.1)
            began = time.monotonic()
            node.send_signal(signal.SIGTERM)
            status = node.wait(END_S)
            took_s = time.monotonic() - began
        finally:
            node.kill()
            node.wait()
    left = list(folder.glob("data/ring/*/*.part"))
    if status != 0 or left:
        raise RuntimeError(f"ended with {status}, left open: {left}")
    return took_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    times: int = parser.parse_args().times
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            found.append(stop_once(Path(folder)))
    print(f"SIGTERM to end, {times} times on {platform.machine()}:")
    print(f"median {statistics.median(found):.2f} s, longest {max(found):.2f} s")


if __name__ == "__main__":
    main()
