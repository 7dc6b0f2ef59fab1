"""Destinations of exports: directories that the settings name, S3 stores in the database with their keys sealed."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from controller.adapters.database import Database
from controller.adapters.directory_target import DirectoryTarget
from controller.adapters.patience import Patience
from controller.adapters.presign import S3Key
from controller.adapters.seal import Seal
from controller.adapters.states import State
from controller.adapters.tables import ArchiveRow, AuditRow, ExportRow, ExportTargetRow
from controller.core.export import OPEN
from controller.core.grants import EVERYTHING
from controller.errors import AtTarget, Conflict, Missing, WayShut
from controller.ports.looking import looking
from controller.ports.ways import Doors
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_NOBODY = {"access_key": "nobody", "secret_key": "nobody"}


class NamedDirectory(Protocol):
    """A directory of the settings file."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> Path: ...

    @property
    def mounted(self) -> bool: ...


class SqlExportTargets:
    """`TargetBook` and `Targets`. `seal` is asked for when a key is put or used; no answer has any of it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        directories: Sequence[NamedDirectory],
        seal: Callable[[], Seal],
        doors: Doors,
    ) -> None:
        self._database = database
        self._clock = clock
        self._directories = {one.name: one for one in directories}
        self._seal = seal
        self._doors = doors
        self._patience: dict[str, Patience] = {}

    async def all(self) -> list[State]:
        """ExportTargetOut of each, by name."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(ExportTargetRow))).all()
        found = [_directory_state(one) for one in self._directories.values()]
        found += [_state(row) for row in rows if row.name not in self._directories]
        return sorted(found, key=lambda one: str(one["name"]))

    async def one(self, name: str) -> State:
        """ExportTargetOut; `Missing` when there is none."""
        if name in self._directories:
            return _directory_state(self._directories[name])
        async with self._database.reading() as session:
            row = await session.get(ExportTargetRow, name)
        if row is None:
            raise Missing("destination", say("unknown", key=name))
        return _state(row)

    async def put(
        self, name: str, place: Mapping[str, str], key: Mapping[str, str] | None, who: str, address: str
    ) -> State:
        """Add or change an S3 store; `key` None: as it was. ExportTargetOut.

        `Conflict`: a directory has the name; `Rejected`: what can be no store, a new one without key, or one that
        moves without.
        """
        if name in self._directories:
            raise Conflict("name", say("name_taken", name=name))
        try:
            _s3(place, _NOBODY, None)
        except Rejected as fault:
            raise Rejected(fault.field, say("bad_form")) from None
        async with self._database.writing() as session:
            row = await session.get(ExportTargetRow, name, with_for_update=True)
            what = "export_target.add" if row is None else "export_target.change"
            if key is None and (row is None or row.endpoint != place["endpoint"]):
                raise Rejected("access_key", say("missing"))  # a key never goes to a host that it was not given for
            sealed = self._seal().close(name, key) if key is not None else row.sealed if row is not None else ""
            if row is None:
                row = ExportTargetRow(name=name, created_at=self._clock.now(), created_by=who, sealed=sealed, **place)
                session.add(row)
            row.sealed = sealed
            for field, value in place.items():
                setattr(row, field, value)
            detail: dict[str, Any] = {**place, "key_changed": key is not None}
            session.add(self._audit(who, what, name, address, detail))
            return _state(row)

    async def remove(self, name: str, who: str, address: str) -> None:
        """Forget an S3 store and its key; what was sent there stays there. `Conflict` while something is sent to it."""
        if name in self._directories:
            raise Rejected("name", say("in_settings"))
        with looking(EVERYTHING):  # it is in use whoever sees what is sent there
            await self._remove(name, who, address)

    async def _remove(self, name: str, who: str, address: str) -> None:
        async with self._database.writing() as session:
            row = await session.get(ExportTargetRow, name)
            if row is None:
                raise Missing("destination", say("unknown", key=name))
            if count := await _users(session, name):
                raise Conflict("destination", say("destination_used", count=count))
            await session.delete(row)
            session.add(self._audit(who, "export_target.remove", name, address, {}))

    async def open(self, name: str) -> Any:
        """A `Target`; `AtTarget`: shut, unknown (nobody named it), or refused (its key cannot be opened)."""
        try:
            await self._doors.through(name)
        except WayShut:
            raise AtTarget("target_shut", name) from None
        patience = self._patience.setdefault(name, Patience())
        if (directory := self._directories.get(name)) is not None:
            return DirectoryTarget(directory.path, mounted=directory.mounted, patience=patience)
        async with self._database.reading() as session:
            row = await session.get(ExportTargetRow, name)
        if row is None:
            raise AtTarget("target_unknown", name)
        try:
            key = self._seal().open(name, row.sealed)
        except Rejected:
            raise AtTarget("target_refused", "its key cannot be opened: put it anew") from None
        try:
            return _s3(_state(row), key, patience)
        except Rejected as fault:
            raise AtTarget("target_gone", str(fault)) from None

    def _audit(self, who: str, what: str, name: str, address: str, detail: dict[str, Any]) -> AuditRow:
        return AuditRow(at=self._clock.now(), who=who, what=what, subject=name, address=address, detail=detail)


def _s3(place: Mapping[str, str], key: Mapping[str, str], patience: Patience | None) -> Any:
    from controller.adapters.s3_target import S3Target, S3TargetPlace  # minio is of no use to who only lists

    where = (place["endpoint"], place["bucket"], place["prefix"])
    return S3Target(S3TargetPlace(*where, S3Key(key["access_key"], key["secret_key"], place["region"])), patience)


def _directory_state(one: NamedDirectory) -> State:
    return {"name": one.name, "kind": "directory", "path": str(one.path), "endpoint": "", "bucket": "", "prefix": "",
            "region": "", "created_by": "", "created_at": None}  # fmt: skip


def _state(row: ExportTargetRow) -> State:
    return {"name": row.name, "kind": "s3", "path": "", "endpoint": row.endpoint, "bucket": row.bucket,
            "prefix": row.prefix, "region": row.region, "created_by": row.created_by,
            "created_at": row.created_at.isoformat()}  # fmt: skip


async def _users(session: AsyncSession, name: str) -> int:
    """How many exports that are not over, and backups, go there."""
    exports = select(func.count()).where(col(ExportRow.target) == name, col(ExportRow.state).in_(OPEN))
    archives = select(func.count()).where(col(ArchiveRow.target) == name)
    return (await session.scalar(exports) or 0) + (await session.scalar(archives) or 0)
