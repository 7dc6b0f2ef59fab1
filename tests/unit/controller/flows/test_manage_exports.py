"""Exports as they are asked for: checked before anything is kept; ended by who made them or an admin."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from controller.core.export import LONGEST_EXPORT_MS, MOST_SPANS, ExportForm
from controller.core.export_words import Language
from controller.errors import Conflict, Missing, Refused
from controller.flows.manage_exports import Asker, ManageExports
from controller.ports import State
from shared.errors import Rejected
from tests.builders import T0
from tests.fakes.site import HandClock

KIM, LEE, ADMIN = Asker("kim", admin=False), Asker("lee", admin=False), Asker("root", admin=True)


class Book:
    """One export of kim's."""

    def __init__(self) -> None:
        self.state = "done"
        self.added: list[State] = []
        self.once: str | None = None
        self.language = ""
        self.form: ExportForm = "films"
        self.downloads: list[str] = []

    async def add(
        self,
        spans: Sequence[State],
        alarms: Sequence[str],
        why: str,
        who: str,
        address: str,
        once: str | None,
        target: str | None = None,
        language: Language = "en",
        form: ExportForm = "films",
    ) -> State:
        self.added, self.once, self.language, self.form = list(spans), once, language, form
        assert target is None
        return {"why": why, "who": who, "alarms": alarms, "address": address}

    async def alarm_spans(self, alarms: Sequence[str]) -> list[State]:
        return [{"camera": "gate.yard", "start_ms": T0 - 5_000, "end_ms": T0 + 99_000} for _ in alarms]

    async def page(self, *, cursor: str | None, limit: int) -> State:
        raise NotImplementedError

    async def one(self, export: str) -> State:
        return {
            "export": {"id": export, "who": "kim", "state": self.state, "sent_at": None, "form": self.form},
            "files": [{"name": "a.mp4"}],
            "records": [{"name": "alarm-7.html"}],
            "papers": [{"name": "verify.py"}] if self.form == "bundle" else [],
        }

    async def cancel(self, export: str, who: str, address: str) -> State:
        return {"id": export, "state": "cancelled", "who": who, "address": address}

    async def delete(self, export: str, who: str, address: str) -> State:
        return {"id": export, "state": "deleted", "who": who, "address": address}

    async def downloaded(self, export: str, name: str, who: str, address: str) -> None:
        self.downloads.append(f"{export} {name} {who}{address}")


class NoTargets:
    async def one(self, name: str) -> State:
        raise NotImplementedError


class Shelf:
    def whole(self, export: str) -> Path:
        return Path("shelf") / export

    def zipped(self, export: str, names: Sequence[str]) -> Iterator[bytes]:
        return iter([export.encode(), *(name.encode() for name in names)])


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def exports(book: Book) -> ManageExports:
    return ManageExports(book, Shelf(), HandClock(), NoTargets())


def span(start_ms: int, end_ms: int, camera: str = "gate.yard") -> State:
    return {"camera": camera, "start_ms": start_ms, "end_ms": end_ms}


async def test_spans_of_a_camera_are_joined_and_an_alarms_end_with_now(exports: ManageExports, book: Book) -> None:
    asked = [span(T0 - 90, T0 - 50), span(T0 - 60, T0 - 10), span(T0 - 9, T0, "gate.door")]
    await exports.make(asked, [], "", KIM, "k1")
    assert book.added == [span(T0 - 9, T0, "gate.door"), span(T0 - 90, T0 - 10)]
    assert book.once == "kim:k1"
    await exports.make([], ["a1"], "", KIM)
    assert book.added == [span(T0 - 5_000, T0)]
    assert book.once is None


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [span(T0, T0)],
        [span(T0 - 1, T0 + 1)],
        [span(T0 - 5, T0, "yard")],
        [span(T0 - LONGEST_EXPORT_MS - 1, T0)],
        [span(T0 - LONGEST_EXPORT_MS, T0), span(T0 - 1, T0, "gate.door")],
        [span(T0 - n - 2, T0 - n - 1) for n in range(MOST_SPANS + 1)],
    ],
    ids=["nothing", "empty", "future", "no camera", "long", "long together", "many"],
)
async def test_what_cannot_be_exported_is_refused(exports: ManageExports, book: Book, spans: list[State]) -> None:
    with pytest.raises(Rejected):
        await exports.make(spans, [], "", KIM)
    assert book.added == []


async def test_who_made_it_or_an_admin_ends_it(exports: ManageExports) -> None:
    for end in (exports.cancel, exports.delete):
        with pytest.raises(Refused):
            await end("e", LEE)
        assert (await end("e", KIM))["who"] == "kim"
        assert (await end("e", ADMIN))["who"] == "root"


async def test_only_files_of_a_finished_export_are_handed_out_and_that_is_on_record(
    exports: ManageExports, book: Book
) -> None:
    assert await exports.file("e", "a.mp4", LEE) == Path("shelf/e/a.mp4")
    assert await exports.file("e", "alarm-7.html", LEE) == Path("shelf/e/alarm-7.html")
    await exports.file("e", "manifest.json", LEE)
    assert book.downloads == ["e a.mp4 lee", "e alarm-7.html lee", "e manifest.json lee"]
    with pytest.raises(Missing):
        await exports.file("e", "b.mp4", LEE)
    book.state = "running"
    with pytest.raises(Conflict):
        await exports.file("e", "a.mp4", LEE)
