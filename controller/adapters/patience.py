"""Blocking calls to a place that may hang: who waits is told when nothing moves, and a cancel waits for none."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from controller.adapters.checked_file import Stopped
from controller.errors import AtTarget

R = TypeVar("R")


class Pulse:
    """What a call in its thread says while it works, and how it hears that nobody wants it any more."""

    def __init__(self, told: Callable[[int], None] | None = None) -> None:
        self._told = told
        self.beats = 0
        self.stopped = False

    def beat(self) -> bool:
        """It moves; True once it is to stop."""
        self.beats += 1
        return self.stopped

    def more(self, length_bytes: int) -> None:
        """So many more bytes are there. `Stopped` once nobody wants them."""
        if self.beat():
            raise Stopped("not wanted any more")
        if self._told is not None:
            self._told(length_bytes)


class Patience:
    """One per place. While a call that was given up still hangs, no other begins: each would cost a thread."""

    def __init__(self, stall_s: float = 120.0, leave_s: float = 0.3, wait_s: float = 5.0) -> None:
        self._stall_s = stall_s
        self._leave_s = leave_s
        self._wait_s = wait_s
        self._hanging: asyncio.Future[Any] | None = None

    async def run(self, call: Callable[[Pulse], R], told: Callable[[int], None] | None = None) -> R:
        """Its answer. `AtTarget` (away) when nothing moved for `stall_s`, or one that was given up hangs still."""
        if self._hanging is not None and not self._hanging.done():
            await asyncio.wait({self._hanging}, timeout=self._wait_s)
            if not self._hanging.done():
                raise AtTarget("target_away", "an earlier call still hangs")
        pulse = Pulse(told)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()

        def work() -> None:
            try:
                found = call(pulse)
            except BaseException as fault:  # noqa: BLE001 - handed to who waits
                _hand(loop, answer, None, fault)
            else:
                _hand(loop, answer, found, None)

        threading.Thread(target=work, name="export destination", daemon=True).start()
        try:
            while not answer.done():
                before = pulse.beats
                await asyncio.wait({answer}, timeout=self._stall_s)
                if not answer.done() and pulse.beats == before:
                    raise AtTarget("target_away", f"nothing moved for {self._stall_s:.0f} s")
        finally:
            if not answer.done():
                pulse.stopped = True
                await asyncio.wait({answer}, timeout=self._leave_s)
                self._hanging = answer
                answer.add_done_callback(_heed)
        return answer.result()


def _hand(
    loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Any]", found: Any, fault: BaseException | None
) -> None:
    def give() -> None:
        if answer.done():
            return
        if fault is None:
            answer.set_result(found)
        else:
            answer.set_exception(fault)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(give)


def _heed(answer: "asyncio.Future[Any]") -> None:
    """What comes when nobody waits any more is no fault."""
    if not answer.cancelled():
        answer.exception()
