"""What a node was let in with, beside its key: its certificate, and where the broker takes it."""

import os
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.enrolment import BrokerPlace
from shared.errors import Transient

log = structlog.get_logger("identity")


class Identity(BaseModel):
    """`broker`: None where the broker takes passwords alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    certificate: str
    broker: BrokerPlace | None = None


class IdentityFile:
    """`identity.json` in the data folder. Blocks: a write is on disk before it returns."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "identity.json"

    def load(self) -> Identity | None:
        """None when there is none, or none that can be read: another is asked for then."""
        try:
            return Identity.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError, ValueError) as fault:
            log.warning("certificate unreadable: another one is asked for", error=type(fault).__name__)
            return None

    def save(self, identity: Identity) -> None:
        """`Transient` when the disk does not take it; then the old one still stands."""
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                opened.write(identity.model_dump_json())
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(self._file)
        except OSError as fault:
            raise Transient(f"{self._file}: {fault.strerror}") from None
