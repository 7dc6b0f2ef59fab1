"""Follows the installer's guide word by word in fresh Debian systems, up to a live picture and the first alarm.

Needs root, debootstrap, systemd-nspawn, iproute2, Chromium and a way to the package registries for the set-up.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
if __package__ in {None, ""}:
    sys.path.insert(0, str(ROOT))

from scripts.guide_machines import NOISE, Machine, Machines, archive, end  # noqa: E402
from scripts.guide_steps import GuideError, Look, Step, filled_in, steps  # noqa: E402

CAMERAS = ("gate.film", "gate.yard")
LEARNT = {
    "TOKEN": re.compile(r"\b(cctv1-[a-z0-9]+)"),
    "FINGERPRINT": re.compile(r"^  ((?:[0-9a-f]{4} ?){8})$", re.MULTILINE),
    "LINK": re.compile(r"(https://\S+/#/login\?code=\S+)"),
}
PATIENCE_S = 120
AGAIN_S = 3


def film(path: Path, seconds: int = 30) -> None:
    """A film in which something moves, for who has no camera yet."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=15, options={"g": "15"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        grain = np.random.default_rng(7)
        ground = grain.integers(60, 120, (360, 640, 3), dtype=np.uint8)
        for number in range(seconds * 15):
            picture = ground.copy()
            left = 20 + (number * 4) % 560
            picture[150:310, left : left + 60] = (40, 90, 220)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)


class Reader:
    """Who follows the guide: types what stands there, and remembers what was shown."""

    def __init__(self, machines: Machines, out: Path) -> None:
        self._by_name: dict[str, Machine] = {"controller": machines.controller, "node": machines.node}
        self._out = out
        self._known = {"CONTROLLER": machines.controller.address}
        self._link = ""
        self._behind: list[tuple[Step, subprocess.Popen[str]]] = []

    def _learn(self, output: str) -> None:
        for name, pattern in LEARNT.items():
            if found := pattern.findall(output):
                if name == "LINK":
                    self._link = found[-1]
                else:
                    self._known[name] = found[-1].strip()

    def _until(self, process: subprocess.Popen[str], step: Step) -> str:
        """Read what it says until the words are there."""
        said = ""
        deadline = time.monotonic() + (step.within_s or PATIENCE_S)
        if process.stdout is None or step.until is None:
            raise GuideError("nothing is waited for")
        place = process.stdout.fileno()
        os.set_blocking(place, False)
        while step.until not in said:
            try:
                more = os.read(place, 65536)
            except BlockingIOError:
                more = None
            said += (more or b"").decode(errors="replace")
            if more == b"":
                raise GuideError(f"it ended ({process.wait()}) without saying {step.until!r}:\n{said[-3000:]}")
            if time.monotonic() > deadline:
                end(process, signal.SIGKILL)
                raise GuideError(f"nothing says {step.until!r}:\n{said[-3000:]}")
            time.sleep(0.1)
        os.set_blocking(place, True)
        return said

    def _repeated(self, machine: Machine, commands: str, step: Step) -> str:
        deadline = time.monotonic() + (step.within_s or PATIENCE_S)
        while True:
            code, said = machine.call(commands)
            if code == 0 and (step.until or "") in said:
                return said
            if time.monotonic() > deadline:
                raise GuideError(f"{step.until!r} was not shown (exit code {code}):\n{said[-3000:]}")
            time.sleep(AGAIN_S)

    def follow(self, step: Step) -> str:
        """Do one block of commands; what it said."""
        machine = self._by_name[step.machine]
        if step.until and not machine.started:
            machine.start()
        for earlier, process in [one for one in self._behind if one[0].machine == step.machine]:
            rest, _ = process.communicate(timeout=PATIENCE_S)
            self._behind.remove((earlier, process))
            if process.returncode:
                raise GuideError(f"what went on ended with {process.returncode}:\n{rest[-3000:]}")
        commands = filled_in(step.commands, self._known)
        if step.until and step.ending == "end":
            said = self._repeated(machine, commands, step)
        elif step.until:
            process = machine.begin(commands)
            said = self._until(process, step)
            if step.ending == "Ctrl-C":
                end(process, signal.SIGINT)
                said += process.communicate(timeout=PATIENCE_S)[0]
            else:
                self._behind.append((step, process))
        else:
            code, said = machine.call(commands)
            if code:
                raise GuideError(f"exit code {code}:\n{said[-4000:]}")
        self._learn(said)
        return said

    def look(self) -> str:
        """Open the dashboard in a browser on the other machine's network."""
        controller, node = self._by_name["controller"], self._by_name["node"]
        command = ["ip", "netns", "exec", node.space, sys.executable, "-m", "scripts.guide_browser"]
        command += [f"https://{controller.address}:8443", self._link]
        command += ["--ca", str(controller.root / "var/lib/cctv-controller/tls/ca.pem"), "--out", str(self._out)]
        command += [word for camera in CAMERAS for word in ("--camera", camera)]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=240)
        if done.returncode:
            raise GuideError(f"no live picture: {(done.stdout + done.stderr)[-3000:]}")
        return done.stdout


def shown(text: str) -> str:
    """Commands or answers, moved in, the long ones cut."""
    lines = [line for line in text.strip().splitlines() if not line.startswith(NOISE)]
    kept = lines if len(lines) <= 12 else [*lines[:4], f"… {len(lines) - 8} lines", *lines[-4:]]
    return "\n".join(f"    {line[:160]}" for line in kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=["bookworm", "trixie"], default="bookworm")
    parser.add_argument("--guide", type=Path, default=ROOT / "docs" / "installer.md")
    parser.add_argument("--film", type=Path, help="a film instead of the one that is made")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "guide", help="where pictures go")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Only root can make systems with debootstrap: sudo .venv/bin/python scripts/follow_guide.py")
    wanted = steps(given.guide)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="guide-") as folder, Machines(Path(folder) / "m", given.suite) as machines:
        for machine in (machines.controller, machines.node):
            archive(machine.root / "root" / "sht-cctv.tar.gz")
        if given.film:
            (machines.node.root / "root" / "film.mp4").write_bytes(given.film.read_bytes())
        else:
            film(machines.node.root / "root" / "film.mp4")
        reader = Reader(machines, given.out)
        for number, step in enumerate(wanted, 1):
            started = time.monotonic()
            where = "looks" if isinstance(step, Look) else step.machine
            print(f"[{number}/{len(wanted)}] {where}", flush=True)
            if isinstance(step, Step):
                print(shown(step.commands), flush=True)
            try:
                said = reader.look() if isinstance(step, Look) else reader.follow(step)
            except (GuideError, RuntimeError, subprocess.TimeoutExpired) as stop:
                sys.exit(f"GUIDE STOPPED at step {number} ({given.suite}): {stop}")
            print(f"  -> {time.monotonic() - started:.0f} s\n{shown(said)}", flush=True)
        minutes, seconds = divmod(round(time.monotonic() - begun), 60)
        print(f"GUIDE OK: {given.guide.name} on {given.suite}, {len(wanted)} steps, {minutes} min {seconds:02d} s")


if __name__ == "__main__":
    main()
