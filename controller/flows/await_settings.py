"""Await settings: what a node makes of a version that is wanted of it."""

from collections.abc import Awaitable, Callable
from typing import Literal

from controller.ports import State
from shared.clock import Clock

Fate = Literal["applied", "refused", "rolled-back", "silent"]

_ENDS: dict[str, Fate] = {"applied": "applied", "refused": "refused", "rolled-back": "rolled-back"}
_LOOK_MS = 250


async def await_settings(
    look: Callable[[], Awaitable[State]], clock: Clock, version: int, patience_s: float
) -> tuple[Fate, State]:
    """How it ends, with the last NodeConfigOut that `look` gave; `silent`: no last word on this version in time.

    The word on a later version ends it as well: this one is past then.
    """
    until_ms = clock.monotonic_ms() + round(patience_s * 1000)
    while True:
        state = await look()
        said = state["reported"]
        if said is not None and said["version"] >= version and said["state"] in _ENDS:
            return _ENDS[said["state"]], state
        if clock.monotonic_ms() >= until_ms:
            return "silent", state
        await clock.sleep_ms(_LOOK_MS)
