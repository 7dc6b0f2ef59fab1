"""Documents and files of lines of a bundle, each no larger than a bundle's are."""

from __future__ import annotations

from typing import Any, Iterator

from controller.adapters.verify_bundle.reading import Unfit, canonical, parsed
from controller.adapters.verify_bundle.terms import DOCUMENT_MOST, LINE_MOST, LINES_MOST


class Papers:
    """What lies in a folder or ZIP."""

    def __init__(self, source: Any) -> None:
        self.source = source

    def names(self) -> list[str]:
        found: list[str] = self.source.names()
        return found

    def open(self, name: str) -> tuple[Any, int]:
        """A file and its length."""
        found: tuple[Any, int] = self.source.open(name)
        return found

    def text(self, name: str) -> bytes:
        try:
            with self.open(name)[0] as file:
                data: bytes = file.read(DOCUMENT_MOST + 1)
        except OSError as fault:
            raise Unfit(f"{name}: {fault.strerror}") from None
        if len(data) > DOCUMENT_MOST:
            raise Unfit(f"{name}: is too large")
        return data

    def optional(self, name: str) -> bytes:
        try:
            return self.text(name)
        except Unfit:
            return b""

    def lines(self, name: str) -> Iterator[tuple[int, int, int, Any]]:
        """Number, first and last byte, and what a file of lines tells; None where a line is not readable."""
        try:
            with self.open(name)[0] as file:
                at, number = 0, 0
                while line := file.readline(LINE_MOST):
                    number, at = number + 1, at + len(line)
                    if at > LINES_MOST:
                        raise Unfit("is too large")
                    try:
                        told = parsed(line)
                        whole = canonical(told) + b"\n" == line
                    except Unfit:
                        whole = False
                    yield number, at - len(line), at, told if whole else None
        except OSError as fault:
            raise Unfit(str(fault.strerror)) from None
