"""How long a viewer sees nothing when the controller that has the camera dies, or freezes, behind nginx.

`python -m bench.takeover [--kills 5] [--freezes 3] [--out FILE]`: two whole controllers, PostgreSQL, mosquitto,
Ceph's gateway and nginx as deploy/nginx configures it, on this machine; a node with one rendered camera. The viewer
dials again 0.2 s after its socket ends, or after 4 s without a picture (the dashboard: 8 s). A controller that was
killed is started again, and has been ready for ten seconds, before the next one dies; one that is frozen wakes after
20 s.
"""

import argparse
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.told import spread, tell
from tests.e2e.two_controllers import Pictures, TwoControllers, two_controllers
from tests.servers.mosquitto import start_mosquitto
from tests.servers.postgres import running_postgres
from tests.servers.running_demo import until
from tests.servers.stores import running_radosgw

_PATIENCE_S = 120.0
_SETTLE_S = 10.0
_FROZEN_S = 20.0


def killed(both: TwoControllers, pictures: Pictures, again: ExitStack) -> tuple[float, float]:
    """Seconds without a picture, and until every lease is the other one's."""
    dies, lives = both.with_camera()
    begun_s = time.monotonic()
    dies.send(signal.SIGKILL)
    until("all leases at the other one", lambda: both.all_led_by(lives), _PATIENCE_S)
    moved_s = time.monotonic() - begun_s
    without_s = pictures.longest_without(begun_s, _PATIENCE_S)
    again.enter_context(dies.run())
    time.sleep(_SETTLE_S)
    return without_s, moved_s


def frozen(both: TwoControllers, pictures: Pictures) -> tuple[float, float]:
    """The same of one that is stopped for 20 s."""
    freezes, goes_on = both.with_camera()
    begun_s = time.monotonic()
    freezes.send(signal.SIGSTOP)
    until("all leases at the other one", lambda: both.all_led_by(goes_on), _PATIENCE_S)
    moved_s = time.monotonic() - begun_s
    without_s = pictures.longest_without(begun_s, _PATIENCE_S)
    time.sleep(max(0.0, begun_s + _FROZEN_S - time.monotonic()))
    freezes.send(signal.SIGCONT)
    time.sleep(_SETTLE_S)
    return without_s, moved_s


def measure(folder: Path, kills: int, freezes: int) -> dict[str, object]:
    """Seconds, of each time."""
    with ExitStack() as undo:
        cluster = undo.enter_context(running_postgres())
        database_url = cluster.url(undo.enter_context(cluster.database()))
        s3 = undo.enter_context(undo.enter_context(running_radosgw()).fresh_bucket())
        broker = start_mosquitto(folder / "mosquitto")
        undo.callback(broker.server.stop)
        both = undo.enter_context(two_controllers(folder, database_url, s3, broker.port))
        until("an alarm", both.alarms, 240, every_s=1)
        pictures = undo.enter_context(both.watching())
        dead = [killed(both, pictures, undo) for _ in range(kills)]
        still = [frozen(both, pictures) for _ in range(freezes)]
    named = {"killed": dead, "frozen": still}
    return {
        f"{how}: {what}, ms": spread([one[index] * 1000 for one in times])
        for how, times in named.items()
        if times
        for index, what in enumerate(("no live picture", "all leases moved"))
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--freezes", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cctv-takeover-") as folder:
        tell(measure(Path(folder), given.kills, given.freezes), given.out)


if __name__ == "__main__":
    main()
