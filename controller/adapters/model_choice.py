"""The file that keeps which model people chose, beside the models: read by the worker, replaced in one step."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from controller.adapters.lock_file import hold_lock
from controller.core.model_choice import Choice
from controller.core.model_choice import wanted as wanted_by
from shared.errors import Rejected

log = structlog.get_logger("models")

_AGAIN_S = 0.02
_CHOICES = TypeAdapter(Choice)


class ModelChoice:
    """`models/.chosen.json` of a site. `in_settings`: the model that its settings name."""

    def __init__(self, folder: Path, in_settings: str) -> None:
        self._file = folder / ".chosen.json"  # no model's name begins with a dot
        self._lock = folder.parent / "model-choice.lock"
        self.in_settings = in_settings

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody else chooses meanwhile, in no process."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            while not _taken(held, self._lock):  # noqa: ASYNC110 - another process wakes nobody here
                await asyncio.sleep(_AGAIN_S)
            yield

    def read(self) -> Choice | None:
        """What was chosen, whether it stands or not; None: nothing, or nothing that can be read."""
        try:
            return _CHOICES.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as fault:
            log.warning("the choice of a model cannot be read: the settings count", reason=str(fault))
            return None

    def wanted(self) -> str:
        """The name of the model that is to judge."""
        return wanted_by(self.read(), self.in_settings)

    def write(self, choice: Choice) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as out:
            out.write(_CHOICES.dump_json(choice))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._file)

    def forget(self) -> None:
        """Let the settings count again."""
        self._file.unlink(missing_ok=True)


def _taken(held: ExitStack, lock: Path) -> bool:
    try:
        held.enter_context(hold_lock(lock, "a choice"))
    except Rejected:
        return False
    return True
