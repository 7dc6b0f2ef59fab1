"""The Scorer port on a process of its own: whatever its model does, it is ended there and starts anew."""

import asyncio
import json
from pathlib import Path
from typing import Any

from controller.adapters.anomaly_child import SIZE
from controller.adapters.anomaly_model import place_picture
from controller.adapters.talking_child import ChildOverError, TalkingChild
from controller.core.anomaly import ScorerInfo
from controller.ports import Picture
from shared.errors import Broken, Rejected

_CHILD = "controller.adapters.anomaly_child"
_START_S = 120


class AnomalyProcess:
    """One model. Who is cancelled while it works has ended the process: there is no telling what it would answer."""

    def __init__(self, model: str, folder: Path, threads: int = 1, program: str = _CHILD) -> None:
        self._asked = json.dumps({"model": model, "folder": str(folder), "threads": threads})
        self._program = program
        self._child: TalkingChild | None = None
        self._canvas: tuple[int, int, Any] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that is there now."""
        return None if self._child is None else self._child.pid

    async def start(self) -> ScorerInfo:
        """Load the model anew. `Rejected` says what is unfit about it, `Broken` that the process does not come up."""
        await self.stop()
        try:
            self._child = await TalkingChild.start(self._program, self._asked)
            async with asyncio.timeout(_START_S):
                return self._loaded(await self._child.told())
        except ChildOverError as fault:
            await self.stop()
            raise Broken(f"the model does not load: {fault}") from None
        except TimeoutError:
            await self.stop()
            raise Broken(f"the model does not load in {_START_S} s") from None
        except BaseException:
            await self.stop()
            raise

    async def score(self, picture: Picture) -> float:
        """How unusual it is, 0..1. `Rejected`: it has no score; `Broken`: the process is over, `start` it anew."""
        child, canvas = self._child, self._canvas
        if child is None or canvas is None:
            raise Broken("the model is not loaded")
        placed = await asyncio.to_thread(place_picture, picture, *canvas)
        try:
            await child.send(SIZE.pack(placed.shape[1], placed.shape[0]), placed.tobytes())
            told = await child.told()
        except ChildOverError as fault:
            await self.stop()
            raise Broken(f"the model's process: {fault}") from None
        except BaseException:
            await self.stop()
            raise
        score = told.get("score")
        if isinstance(score, float | int) and not isinstance(score, bool) and 0 <= score <= 1:
            return float(score)
        raise Rejected("score", str(told.get("fault", f"{score!r} is none"))[:300])

    async def stop(self) -> None:
        """End it, whatever it is doing."""
        child, self._child, self._canvas = self._child, None, None
        if child is not None:
            await child.end()

    def _loaded(self, told: dict[str, Any]) -> ScorerInfo:
        if "fault" in told:
            raise Rejected("model", str(told["fault"])[:300])
        try:
            width, height = map(int, told["size"])
            self._canvas = (width, height, told["placing"])
            return ScorerInfo(str(told["name"]), str(told["sha256"]))
        except (KeyError, TypeError, ValueError):
            raise Broken("the model does not load: its process does not say what it is") from None
