"""The Agents port: the agent's unit, started anew by one fixed program, and what the agent writes of itself."""

import asyncio
from collections.abc import Sequence

from edge_agent.adapters.update_folder import UpdateFolder
from edge_agent.core.update import Well
from shared.errors import Transient

RESTART = ("/usr/bin/systemctl", "--no-block", "restart", "cctv-edge.service")
_PATIENCE_S = 60.0


class AgentService:
    """`argv` starts what `current` points at, however this machine does that, and ends soon."""

    def __init__(self, folder: UpdateFolder, argv: Sequence[str] = RESTART) -> None:
        self._folder = folder
        self._argv = tuple(argv)

    async def begin_anew(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as fault:
            raise Transient(f"{self._argv[0]}: {fault.strerror}") from None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                code = await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Transient(f"{self._argv[0]} does not end") from None
        if code:
            raise Transient(f"{self._argv[0]} ended with {code}")

    def well(self) -> Well | None:
        return self._folder.well()

    def forget(self) -> None:
        self._folder.forget_well()
