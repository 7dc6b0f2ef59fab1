"""The Machine port: starts this machine anew through systemd."""

import asyncio
from collections.abc import Sequence

from shared.errors import Rejected, Transient

REBOOT = ("/usr/bin/systemctl", "reboot")
_PATIENCE_S = 20.0


class SystemReboot:
    """One fixed program with fixed arguments, without a shell, without our environment's say."""

    def __init__(self, argv: Sequence[str] = REBOOT) -> None:
        self._argv = tuple(argv)

    async def reboot(self) -> None:
        """Return when the system has taken the order; `Rejected` when it refuses."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as fault:
            raise Rejected("reboot", f"{self._argv[0]}: {fault.strerror}") from None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                _out, told = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Transient(f"{self._argv[0]} does not answer") from None
        if process.returncode:
            why = told.decode(errors="replace").strip().splitlines()
            raise Rejected("reboot", why[0][:200] if why else f"{self._argv[0]} ended with {process.returncode}")
