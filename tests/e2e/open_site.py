"""A site that other machines reach, and how a node is let in there as two people do it."""

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.test_site import CCTV, EDGE, running
from tests.servers.processes import free_port, program
from tests.servers.running_demo import until

MARK = re.compile(r"^  ((?:[0-9a-f]{4} ?){8})$", re.MULTILINE)


@dataclass
class OpenSite:
    """A site that other machines reach: HTTPS by its own CA, mosquitto with a listener for certificates."""

    data: Path
    url: str
    log: Path

    def cctv(self, *words: str, code: int = 0, within_s: float = 180) -> str:
        done = subprocess.run(
            [*CCTV, *words, "--data", str(self.data)], capture_output=True, check=False, timeout=within_s, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def invite(self, name: str, *words: str) -> str:
        told = self.cctv("node", "invite", name, "--camera", "yard=scene://yard?seed=9&fps=6", *words)
        return next(word for word in told.split() if word.startswith("cctv1-"))

    def nodes(self) -> dict[str, dict[str, object]]:
        return {one["id"]: one for one in json.loads(self.cctv("node", "list", "--json"))}


@contextlib.contextmanager
def open_site(folder: Path) -> Iterator[OpenSite]:
    """`cctv up` beyond loopback, in `folder`."""
    program("mosquitto", what="mosquitto")
    data, log, port = folder / "site", folder / "up.log", free_port()
    up = [*CCTV, "up", "--data", str(data), "--listen", f"0.0.0.0:{port}", "--site", "plant"]
    up += ["--broker-port", str(free_port())]
    with running(up, log):
        until("the site", lambda: "is ready" in log.read_text(), 240)
        yield OpenSite(data, f"https://127.0.0.1:{port}", log)


def enrolling(site: OpenSite, token: str, file: Path) -> list[str]:
    return [*EDGE, "enroll", site.url, token, "--config", str(file)]


def enrol(site: OpenSite, name: str, folder: Path) -> Path:
    """Let a node in as two people would: one at the node, one at the site, who compare what both show."""
    file = folder / f"{name}.toml"
    log = folder / f"{name}-enroll.log"
    with running(enrolling(site, site.invite(name), file), log) as asking:
        shown = until("the fingerprint", lambda: MARK.search(log.read_text()), 120)[1]
        until("the request", lambda: shown in site.cctv("node", "waiting"), 120)
        assert not file.exists()
        other = ("1" if shown[0] == "0" else "0") + shown[1:]
        site.cctv("node", "approve", name, "--fingerprint", other, code=2)
        site.cctv("node", "approve", name, "--fingerprint", shown)
        assert asking.wait(120) == 0, log.read_text()
    return file
