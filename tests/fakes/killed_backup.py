"""A process that is killed while it makes the nightly backup of a site: `python -m … CONFIG PIECES`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from controller.app.nightly import NightlyBackup
from controller.app.site import open_site
from shared.clock import SystemClock
from tests.fakes.targets import NamedTargets


def _main() -> None:
    config, pieces = Path(sys.argv[1]), int(sys.argv[2])
    left = iter(range(pieces))

    def led() -> bool:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    asyncio.run(NightlyBackup(open_site(config), SystemClock(), NamedTargets({}), led).make())


if __name__ == "__main__":
    _main()
