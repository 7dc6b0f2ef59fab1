"""Listening is written down when it begins; a line that broke and was dialled again is the same listening."""

import pytest

from controller.flows.note_listening import NoteListening
from shared.errors import Transient
from shared.ids import CameraId
from tests.fakes.site import HandClock

YARD, GATE = CameraId("n1.yard"), CameraId("n1.gate")


class Book:
    def __init__(self) -> None:
        self.written: list[tuple[str, str, str, str]] = []
        self.away = False

    async def audit(self, who: str, what: str, *, subject: str = "", address: str = "") -> None:
        if self.away:
            raise Transient("database: away")
        self.written.append((who, what, subject, address))


async def test_each_beginning_is_written_down_and_a_broken_line_is_none() -> None:
    book, clock = Book(), HandClock()
    listening = NoteListening(book, clock)
    await listening.begin("kim", YARD, "10.0.0.9")
    assert book.written == [("kim", "live.listen", "n1.yard", "10.0.0.9")]
    clock.at_ms += 600_000
    listening.end("kim", YARD)
    clock.at_ms += 59_000
    await listening.begin("kim", YARD, "10.0.0.9")
    await listening.begin("lee", YARD, "")
    await listening.begin("kim", GATE, "")
    assert [(who, subject) for who, _, subject, _ in book.written] == [
        ("kim", "n1.yard"),
        ("lee", "n1.yard"),
        ("kim", "n1.gate"),
    ]
    listening.end("kim", YARD)
    clock.at_ms += 60_000
    await listening.begin("kim", YARD, "")
    assert len(book.written) == 4


async def test_what_could_not_be_written_down_is_not_begun() -> None:
    book, clock = Book(), HandClock()
    listening = NoteListening(book, clock)
    book.away = True
    for _ in range(2):
        with pytest.raises(Transient):
            await listening.begin("kim", YARD, "")
