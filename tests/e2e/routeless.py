"""What is done in a network of one machine alone, by a process of its own: `python -m tests.e2e.routeless FOLDER`."""

import contextlib
import io
import json
import socket
import sys
from pathlib import Path
from typing import Any

import av
import httpx

from tests.servers.running_demo import running_demo, until

WAIT_S = 120.0
ELSEWHERE = "192.0.2.1"  # of documentation: nobody has it


def tried() -> int:
    """How often anything here meant to reach an address to which no way leads, as the kernel counts it."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text(encoding="ascii").splitlines() if line[:3] == "Ip:"
    )
    return int(values[names.index("OutNoRoutes")])


def use(admin: httpx.Client) -> dict[str, Any]:
    """Records, judges, alarms, plays, as everywhere."""

    def alarms() -> list[dict[str, Any]]:
        items = admin.get("/api/v1/alarms?state=all").raise_for_status().json()["items"]
        return [one for one in items if not one["rule"].startswith("system.")]

    alarm = until("an alarm", alarms, WAIT_S)[-1]
    path = f"/api/v1/alarms/{alarm['id']}"
    until("its clip", lambda: admin.get(path).json()["alarm"]["clip_ready"], WAIT_S)
    clip = admin.get(f"{path}/clip.mp4").raise_for_status()
    with av.open(io.BytesIO(clip.content), mode="r") as container:
        frames = sum(1 for _ in container.decode(video=0))
    played = admin.get("/api/v1/playback", params={"camera": alarm["camera"], "from_ms": alarm["condition_ms"]})
    states = {one["state"] for one in admin.get("/api/v1/cameras").json()}
    return {"kind": alarm["kind"], "frames": frames, "played": played.status_code, "cameras": sorted(states)}


def main(folder: Path) -> None:
    """Say what was seen, and what was tried before and after somebody really does try."""
    with running_demo(folder) as demo, contextlib.closing(demo.log_in()) as admin:
        admin.timeout = httpx.Timeout(60)
        seen = use(admin)
    by_itself = tried()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, contextlib.suppress(OSError):
        other.connect((ELSEWHERE, 53))
    sys.stdout.write("\n" + json.dumps({**seen, "tried": by_itself, "counted": tried() - by_itself}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
