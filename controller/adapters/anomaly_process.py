"""The Scorer port on a process of its own: whatever its model does, it is ended there and starts anew."""

import asyncio
import json
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

import structlog

from controller.adapters.anomaly_child import SIZE
from controller.adapters.anomaly_model import place_picture
from controller.adapters.child import spawn_talking
from controller.core.anomaly import ScorerInfo
from controller.ports import Picture
from shared.errors import Broken, Rejected

log = structlog.get_logger("anomaly")

_CHILD = "controller.adapters.anomaly_child"
_START_S = 120
_END_S = 5


class AnomalyProcess:
    """One model. Who is cancelled while it works has ended the process: there is no telling what it would answer."""

    def __init__(self, model: str, folder: Path, threads: int = 1, program: str = _CHILD) -> None:
        self._asked = json.dumps({"model": model, "folder": str(folder), "threads": threads})
        self._program = program
        self._process: Process | None = None
        self._canvas: tuple[int, int, Any] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that is there now."""
        return None if self._process is None else self._process.pid

    async def start(self) -> ScorerInfo:
        """Load the model anew. `Rejected` says what is unfit about it, `Broken` that the process does not come up."""
        await self.stop()
        try:
            self._process = await spawn_talking([sys.executable, "-m", self._program, self._asked])
        except OSError as fault:
            raise Broken(f"no process can be started: {fault.strerror}") from None
        try:
            async with asyncio.timeout(_START_S):
                return await self._loaded(self._process)
        except TimeoutError:
            await self.stop()
            raise Broken(f"the model does not load in {_START_S} s") from None
        except BaseException:
            await self.stop()
            raise

    async def score(self, picture: Picture) -> float:
        """How unusual it is, 0..1. `Rejected`: it has no score; `Broken`: the process is over, `start` it anew."""
        process, canvas = self._process, self._canvas
        if process is None or process.stdin is None or canvas is None:
            raise Broken("the model is not loaded")
        placed = await asyncio.to_thread(place_picture, picture, *canvas)
        try:
            process.stdin.write(SIZE.pack(placed.shape[1], placed.shape[0]) + placed.tobytes())
            await process.stdin.drain()
            told = await self._line(process)
        except OSError as fault:
            await self.stop()
            raise Broken(f"the model's process does not listen: {fault!r}") from None
        except BaseException:
            await self.stop()
            raise
        score = told.get("score")
        if isinstance(score, float | int) and not isinstance(score, bool) and 0 <= score <= 1:
            return float(score)
        raise Rejected("score", str(told.get("fault", f"{score!r} is none"))[:300])

    async def stop(self) -> None:
        """End it, whatever it is doing."""
        process, self._process, self._canvas = self._process, None, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            process.kill()
        try:
            async with asyncio.timeout(_END_S):
                await process.communicate()  # what it said last is read, so that nothing keeps its pipes open
        except TimeoutError:
            log.warning("a killed process is still there", pid=process.pid)

    async def _loaded(self, process: Process) -> ScorerInfo:
        told = await self._line(process)
        if "fault" in told:
            raise Rejected("model", str(told["fault"])[:300])
        try:
            width, height = map(int, told["size"])
            self._canvas = (width, height, told["placing"])
            return ScorerInfo(str(told["name"]), str(told["sha256"]))
        except (KeyError, TypeError, ValueError):
            raise Broken("the model does not load: its process does not say what it is") from None

    async def _line(self, process: Process) -> dict[str, Any]:
        """One answer; `Broken` when none can come any more."""
        if process.stdout is None:
            raise Broken("the model's process has no output")
        try:
            line = await process.stdout.readuntil(b"\n")
            told: object = json.loads(line)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise Broken("the model's process ended, or answers at a length that nobody asked for") from None
        except ValueError:
            raise Broken("the model's process answers nonsense") from None
        if not isinstance(told, dict):
            raise Broken("the model's process answers nonsense")
        return told
