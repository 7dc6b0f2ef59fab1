"""Takes exports that people ask for: checked at once, made by the role `export`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from controller.core.bundle import LONGEST_BUNDLE_MS, SIGNATURE
from controller.core.export import LONGEST_EXPORT_MS, MOST_ALARMS, MOST_SPANS, ExportForm
from controller.core.export_manifest import MANIFEST, SUMS
from controller.core.export_words import Language
from controller.core.spans import merge
from controller.errors import Conflict, Missing, Refused
from controller.ports import State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import parse_camera
from shared.texts import say


class ExportBook(Protocol):
    """Exports in the database."""

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
    ) -> State: ...

    async def alarm_spans(self, alarms: Sequence[str]) -> list[State]: ...

    async def page(self, *, cursor: str | None, limit: int) -> State: ...

    async def one(self, export: str) -> State: ...

    async def cancel(self, export: str, who: str, address: str) -> State: ...

    async def delete(self, export: str, who: str, address: str) -> State: ...

    async def downloaded(self, export: str, name: str, who: str, address: str) -> None: ...


class TargetNames(Protocol):
    """The destinations besides the browser."""

    async def one(self, name: str) -> State:
        """`Missing` when there is none."""
        ...


class ExportShelf(Protocol):
    """Where finished exports lie."""

    def whole(self, export: str) -> Path: ...

    def zipped(self, export: str, names: Sequence[str]) -> Iterator[bytes]:
        """These files as one ZIP, made while it is read."""
        ...


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants something of an export."""

    name: str
    admin: bool
    address: str = ""
    proven: bool = True  # they logged in: a key is a program's, and at the machine a name is what one says


@dataclass(frozen=True, slots=True)
class ManageExports:
    """Exports: asked for, listed, told, handed out, cancelled, deleted."""

    book: ExportBook
    shelf: ExportShelf
    clock: Clock
    targets: TargetNames

    async def make(
        self,
        spans: Sequence[State],
        alarms: Sequence[str],
        why: str,
        asker: Asker,
        key: str | None = None,
        target: str | None = None,
        language: Language = "en",
        form: ExportForm = "films",
    ) -> State:
        """Ask for `spans` (camera, start_ms, end_ms) and `alarms` with what cameras saw, sent to `target`; ExportOut.

        `Rejected` for a span that is none or in the future, for too many, and for more than a month in all, of a bundle
        more than a day. The same `key` of the same person gives the same export.
        """
        for field, count, most in (("spans", len(spans), MOST_SPANS), ("alarms", len(alarms), MOST_ALARMS)):
            if count > most:
                raise Rejected(field, say("too_many", count=count, most=most))
        if target is not None:
            await self.targets.one(target)
        now_ms = self.clock.unix_ms()
        wanted = [*spans, *await self.book.alarm_spans(alarms)]
        by_camera: dict[str, list[tuple[int, int]]] = {}
        for span in wanted:
            camera, start_ms, end_ms = parse_camera(span["camera"]), span["start_ms"], span["end_ms"]
            if span in spans and not start_ms < end_ms <= now_ms:
                raise Rejected("to_ms", say("out_of_range", value=end_ms, least=start_ms + 1, most=now_ms))
            by_camera.setdefault(camera, []).append((start_ms, min(end_ms, now_ms)))
        if not wanted and not alarms:
            raise Rejected("spans", say("missing"))
        asked: list[State] = [
            {"camera": camera, "start_ms": start_ms, "end_ms": end_ms}
            for camera, found in sorted(by_camera.items())
            for start_ms, end_ms in merge(found)
        ]
        total_ms = sum(span["end_ms"] - span["start_ms"] for span in asked)
        most_ms = LONGEST_BUNDLE_MS if form == "bundle" else LONGEST_EXPORT_MS
        if total_ms > most_ms:
            raise Rejected("spans", say("out_of_range", value=total_ms, least=1, most=most_ms))
        if form == "bundle" and not asked:
            raise Rejected("spans", say("missing"))
        once = None if key is None else f"{asker.name}:{key}"
        whose = (asker.name, asker.address, once)
        return await self.book.add(asked, list(dict.fromkeys(alarms)), why, *whose, target, language, form)

    async def derived(self, export: str) -> bool:
        """Whether all that it shows is derived."""
        return bool((await self.book.one(export))["export"]["form"] == "derived")

    async def cancel(self, export: str, asker: Asker) -> State:
        """Who made it or an admin; ExportOut."""
        await self._check(export, asker)
        return await self.book.cancel(export, asker.name, asker.address)

    async def delete(self, export: str, asker: Asker) -> State:
        """Who made it or an admin; ExportOut."""
        await self._check(export, asker)
        return await self.book.delete(export, asker.name, asker.address)

    async def file(self, export: str, name: str, asker: Asker) -> Path:
        """Where a file of a finished export lies; whoever asks for any of it is put on record."""
        if name not in await self._names(export):
            raise Missing("name", say("unknown", key=name[:200]))
        await self.book.downloaded(export, name, asker.name, asker.address)
        return self.shelf.whole(export) / name

    async def zip(self, export: str, name: str, asker: Asker) -> Iterator[bytes]:
        """All files of a finished export as one ZIP, whose `name` goes on record as a file's does."""
        names = await self._names(export)
        await self.book.downloaded(export, name, asker.name, asker.address)
        return self.shelf.zipped(export, names)

    async def _names(self, export: str) -> list[str]:
        found = await self.book.one(export)
        if found["export"]["state"] != "done":
            raise Conflict("export", say("export_not_done", state=found["export"]["state"]))
        if found["export"]["sent_at"] is not None:
            raise Conflict("export", say("export_elsewhere", name=found["export"]["destination"]))
        parts = (*found["files"], *found["records"], *found["papers"])
        signature = [SIGNATURE] if found["export"]["form"] == "bundle" else []
        return [*(one["name"] for one in parts), MANIFEST, *signature, SUMS]

    async def _check(self, export: str, asker: Asker) -> None:
        found = await self.book.one(export)
        if not asker.admin and found["export"]["who"] != asker.name:
            raise Refused("export", say("needs_role", role="admin"))
