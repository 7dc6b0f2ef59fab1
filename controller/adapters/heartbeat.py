"""The heartbeat pipe of a supervised role: a byte a second from its event loop."""

import asyncio
import os
import select

_BEAT_S = 1.0


class Heartbeat:
    """Beats once `ready` was called. Without a descriptor nobody supervises, and nothing is written."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._ready = asyncio.Event()
        if descriptor is not None:
            os.set_blocking(descriptor, False)
            os.set_inheritable(descriptor, False)

    @property
    def supervised(self) -> bool:
        """A supervisor makes sure that this role runs once on this machine."""
        return self._descriptor is not None

    def ready(self) -> None:
        """From now on the role does its work: the first byte says so."""
        self._ready.set()

    async def run(self) -> None:
        """Return when the supervisor is gone; until then beat: a frozen loop is silent."""
        if self._descriptor is None:
            await asyncio.Event().wait()
            return
        while self._listened_to(self._descriptor):
            try:
                if self._ready.is_set():
                    os.write(self._descriptor, b".")
            except BlockingIOError:
                pass  # the supervisor is stopped for the moment: its pipe is full
            except BrokenPipeError:
                return
            if self._ready.is_set():
                await asyncio.sleep(_BEAT_S)
            else:
                await self._soon_ready()

    async def _soon_ready(self) -> None:
        try:
            async with asyncio.timeout(_BEAT_S):
                await self._ready.wait()
        except TimeoutError:
            return

    @staticmethod
    def _listened_to(descriptor: int) -> bool:
        poll = select.poll()
        poll.register(descriptor, 0)
        return not any(mask & (select.POLLERR | select.POLLNVAL) for _, mask in poll.poll(0))
