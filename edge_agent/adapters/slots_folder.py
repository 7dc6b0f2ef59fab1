"""Slots below one root, as the updater sees them: links switched whole, what is remembered in one file, one updater."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from edge_agent.core.update import Turn
from shared.errors import Rejected, Transient

log = structlog.get_logger("slots")

CURRENT, GOOD, KEYS, BOOK = "current", "good", "release.pem", "update.json"
_TURN = TypeAdapter(Turn)
_KEYS_BYTES = 16_384


class SlotsFolder:
    """`current` and `good` are links to versions below the root; whoever may write here may update this machine."""

    def __init__(self, root: Path) -> None:
        """`Rejected` where nothing is installed in this way."""
        if not (root / CURRENT).is_symlink():
            raise Rejected("--root", f"{root} has no link {CURRENT}: the agent was not installed below it")
        self.root = root

    @contextmanager
    def claimed(self, *, wait: bool = False) -> Iterator[None]:
        """By one updater at a time: `Transient` while another one is at work, unless its end is waited for."""
        try:
            number = os.open(self.root / "update.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise Rejected("--root", f"{self.root}: {fault.strerror}") from None
        try:
            fcntl.flock(number, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(number)
            raise Transient("another update is under way") from None
        try:
            yield
        finally:
            os.close(number)

    def load(self) -> Turn:
        return read_turn(self.root)

    def save(self, turn: Turn) -> None:
        fresh = self.root / f".{BOOK}"
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w") as out:
                json.dump(asdict(turn), out)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self.root / BOOK)
            self._sync()
        except OSError as fault:
            raise Transient(f"{self.root}: {fault.strerror}") from fault

    def current(self) -> str:
        return str((self.root / CURRENT).readlink())

    def good(self) -> str:
        try:
            return str((self.root / GOOD).readlink())
        except FileNotFoundError:
            return self.current()

    def point(self, to: str) -> None:
        if not (self.root / GOOD).is_symlink():
            self._link(GOOD, self.current())
        self._link(CURRENT, to)

    def settle(self, to: str) -> None:
        self._link(GOOD, to)

    def keys(self) -> str:
        try:
            return (self.root / KEYS).read_text(encoding="ascii")[:_KEYS_BYTES]
        except (OSError, UnicodeDecodeError):
            told = f"{self.root / KEYS} is missing: put the public key of whoever makes your releases there"
            raise Rejected("release key", told) from None

    def _link(self, name: str, to: str) -> None:
        fresh = self.root / f".{name}"
        try:
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(to)
            fresh.replace(self.root / name)
            self._sync()
        except OSError as fault:
            raise Transient(f"{self.root / name}: {fault.strerror}") from fault

    def _sync(self) -> None:
        number = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def read_turn(root: Path) -> Turn:
    """What the machine remembers of its newest update; nothing where there is none, or it is not readable."""
    try:
        return _TURN.validate_json((root / BOOK).read_bytes())
    except FileNotFoundError:
        return Turn()
    except (OSError, ValidationError, ValueError) as fault:
        log.error("update.json is not readable: what runs, runs on", error=type(fault).__name__)  # noqa: TRY400 - one line
        return Turn()


def own_root() -> Path | None:
    """Below which root this process was installed; None: in some other way."""
    place = Path(sys.prefix).resolve()
    with suppress(IndexError):
        root = place.parents[2]
        if (root / CURRENT).is_symlink():
            return root
    return None
