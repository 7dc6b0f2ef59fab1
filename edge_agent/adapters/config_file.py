"""The ConfigBook port: what the node remembers of the controller's wishes, as one JSON file, replaced whole."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from edge_agent.core.reconfigure import Book
from shared.errors import Transient

log = structlog.get_logger("config file")

_BOOK = TypeAdapter(Book)


class ConfigFile:
    """`config.json` in the data folder. Blocks: a write is on disk before it returns."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "config.json"

    def load(self) -> Book:
        """What was saved last; nothing, when there is no file or it cannot be read."""
        try:
            return _BOOK.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return Book()
        except (OSError, ValidationError, ValueError, RecursionError) as fault:
            log.error("controller's settings unreadable: the node's own file counts", error=type(fault).__name__)  # noqa: TRY400 - one line
            return Book()

    def save(self, book: Book) -> None:
        """Raises `Transient` when the disk does not take it; then the old one still stands."""
        fresh = self._file.with_suffix(".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(json.dumps(asdict(book), ensure_ascii=False).encode())
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(self._file)
            folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as fault:
            raise Transient(f"config.json: {fault.strerror}") from None
