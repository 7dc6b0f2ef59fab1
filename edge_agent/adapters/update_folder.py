"""`update/` beside the node's own file, where agent and updater meet: what was fetched, and how the agent says it is.

The agent writes it as its own user and the updater reads it as root, so the updater follows no link in it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from edge_agent.core.update import Well
from shared.errors import Rejected, Transient

FOLDER = "update"
_WELL, _WANTED, _FETCHED = "well.json", "wanted.json", "fetched.release"
_TEXT_BYTES = 65_536
_WELL_TYPE = TypeAdapter(Well)


class Wanted(BaseModel):
    """What the agent fetched, and is to be installed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(max_length=80)
    downgrade: bool = False


class UpdateFolder:
    """Both sides of it. All of it blocks."""

    def __init__(self, place: Path) -> None:
        self._place = place / FOLDER

    @property
    def part(self) -> Path:
        """Where a release is fetched to; made private."""
        self._place.mkdir(mode=0o700, exist_ok=True)
        return self._place / "fetched.part"

    def want(self, wanted: Wanted) -> None:
        """What was fetched is whole: let the updater take it."""
        self.part.replace(self._place / _FETCHED)
        self._write(_WANTED, wanted.model_dump_json())

    def say(self, well: Well) -> None:
        """How the agent is; `Transient` when the disk does not take it."""
        self._write(_WELL, json.dumps(asdict(well)))

    def hush(self) -> None:
        """Nobody asks any more."""
        with suppress(OSError):
            (self._place / _WELL).unlink()

    def waits(self) -> bool:
        """Whether something was fetched that the updater has not done with."""
        return any((self._place / name).exists() for name in (_WANTED, _FETCHED))

    def well(self) -> Well | None:
        try:
            with self._opened(_WELL) as file:
                return _WELL_TYPE.validate_json(file.read(_TEXT_BYTES))
        except (OSError, ValidationError, ValueError):
            return None

    @contextmanager
    def taken(self) -> Iterator[tuple[Wanted, BinaryIO] | None]:
        """What the agent fetched, once: it is gone afterwards, whatever became of it."""
        try:
            with self._opened(_WANTED) as file:
                wanted = Wanted.model_validate_json(file.read(_TEXT_BYTES))
        except FileNotFoundError:
            self._remove(_FETCHED)  # of an update that was cut off
            yield None
            return
        except (OSError, ValidationError, ValueError):
            self._remove(_WANTED)
            raise Rejected("update", f"{self._place / _WANTED} is not readable: ask for the update again") from None
        self._remove(_WANTED)
        try:
            with self._opened(_FETCHED) as file:
                yield wanted, file
        except FileNotFoundError:
            raise Rejected("update", "what was fetched is gone: ask for the update again") from None
        finally:
            self._remove(_FETCHED)

    def forget_well(self) -> None:
        self._remove(_WELL)

    def _write(self, name: str, text: str) -> None:
        fresh = self._place / f".{name}"
        try:
            self._place.mkdir(mode=0o700, exist_ok=True)
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._place / name)
        except OSError as fault:
            raise Transient(f"{self._place / name}: {fault.strerror}") from fault

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        folder = os.open(self._place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
        with os.fdopen(number, "rb") as file:
            yield file

    def _remove(self, name: str) -> None:
        with suppress(OSError):
            folder = os.open(self._place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.unlink(name, dir_fd=folder)
            finally:
                os.close(folder)
