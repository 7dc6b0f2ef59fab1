"""The models of a process: each loaded once, shared by all cameras, and unloaded for others when memory is short."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from controller.adapters.engine import OutOfMemory
from controller.adapters.model_detector import Inferred, ModelDetector, Prepared
from controller.core.memory_budget import shares, to_unload
from controller.core.records import Detection
from controller.ports import ModelInfo, Picture
from shared.texts import Text

log = structlog.get_logger("models")

Open = Callable[[str, int | None, bool], ModelDetector]
"""Load a model within so many bytes of a GPU (None: no bound); `OutOfMemory` when they do not do.

The last: nobody is left to make room, so it is loaded elsewhere rather than not at all.
"""


class ModelPool:
    """Called from one thread at a time, as its detectors are. `needs`: the least bytes of each model that may come."""

    def __init__(self, open_model: Open, needs: Mapping[str, int], budget_bytes: int | None) -> None:
        self._open = open_model
        self._needs = dict(needs)
        self._budget = budget_bytes
        self._shares = {} if budget_bytes is None else shares(needs, budget_bytes)
        self._loaded: dict[str, ModelDetector] = {}  # least recently used first
        self._detectors: dict[str, PooledDetector] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """What is in memory, least recently used first."""
        return tuple(self._loaded)

    def detector(self, name: str) -> "PooledDetector":
        """A model's one detector, whoever asks."""
        if name not in self._detectors:
            self._detectors[name] = PooledDetector(self, name)
        return self._detectors[name]

    def use(self, name: str) -> ModelDetector:
        """The loaded model; others are unloaded for it where the budget asks for that, or memory runs out."""
        found = self._loaded.pop(name, None)
        if found is None:
            found = self._load(name)
        self._loaded[name] = found
        return found

    def make_room(self, keep: str) -> bool:
        """Unload the least recently used of the others; False when there is none."""
        for name in self._loaded:
            if name != keep:
                self._unload(name)
                return True
        return False

    def _load(self, name: str) -> ModelDetector:
        share = self._shares.get(name)
        if self._budget is not None and share is not None:
            held = [(other, self._shares[other]) for other in self._loaded]
            for other in to_unload(held, share, self._budget):
                self._unload(other)
        while True:
            last = not self._loaded
            try:
                return self._open(name, share, last)
            except OutOfMemory as fault:
                log.warning("memory ran out while a model was loaded", model=name, reason=str(fault))
                if last or not self.make_room(name):
                    raise

    def close(self) -> None:
        """Unload all."""
        for name in self.loaded:
            self._loaded.pop(name).close()

    def _unload(self, name: str) -> None:
        log.info("model unloaded for another", model=name)
        self._loaded.pop(name).close()


class PooledDetector:
    """A model that may have to make room for others between two calls."""

    def __init__(self, pool: ModelPool, name: str) -> None:
        self._pool = pool
        self._name = name
        self._info: ModelInfo | None = None
        self._last: ModelDetector | None = None
        self._first = threading.Lock()
        self.fallback: Text | None = None  # why a faster provider does not judge

    @property
    def info(self) -> ModelInfo:
        return self._info or self._use().info

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """As the model does; when not even one picture fits into memory, others are unloaded first."""
        return self.conclude(self.infer([self.prepare(picture) for picture in pictures]))

    def prepare(self, picture: Picture) -> Prepared:
        """As the model does, from any thread: whether it is in memory at the moment makes no difference."""
        with self._first:
            loaded = self._last or self._use()
        return loaded.prepare(picture)

    def infer(self, prepared: Sequence[Prepared]) -> "Said":
        """What the model says, from one thread at a time."""
        while True:
            loaded = self._use()
            try:
                return Said(loaded, loaded.infer(prepared))
            except OutOfMemory:
                if not self._pool.make_room(self._name):
                    raise

    def conclude(self, said: "Said") -> list[tuple[Detection, ...]]:
        """What was said as detections, from any thread."""
        return said.by.conclude(said.inferred)

    def close(self) -> None:
        """Unload it with all the models of its pool."""
        self._last = None
        self._pool.close()

    def _use(self) -> ModelDetector:
        self._last = loaded = self._pool.use(self._name)
        self._info, self.fallback = loaded.info, loaded.fallback
        return loaded


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and the model as it was loaded then."""

    by: ModelDetector
    inferred: list[Inferred]
