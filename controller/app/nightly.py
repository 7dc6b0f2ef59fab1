"""Wires the nightly backup: made and tried in a thread that ends with the lease, then put in its place."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from controller.adapters.backup_log import CREATED, TRIED, SqlBackupLog
from controller.adapters.checked_file import digest_of
from controller.adapters.database import Database
from controller.adapters.scratch import scratch_folder
from controller.adapters.sealed_stream import Sealer, by_passphrase, for_recipient, remembered
from controller.app.backup import Made, Tell, write_backup
from controller.app.export_targets import export_targets
from controller.app.kept_backups import forget_older
from controller.app.restore import put_on_trial, tried
from controller.app.site import Site
from controller.core.backup_names import surplus
from controller.core.export_target import Sum
from controller.core.lease import Term
from controller.flows.back_up_nightly import BackUpNightly, Entry, Lapsed, TrialFailed
from controller.flows.send_export import Target, Targets
from controller.settings import read_secret
from shared.clock import Clock
from shared.errors import Rejected

_ALONE = threading.Lock()
"""One whose lease went stops at its next piece: until then the next one waits."""


@dataclass(frozen=True, slots=True)
class _Whole:
    made: Made
    tried: dict[str, Any]

    @property
    def entries(self) -> Sequence[Entry]:
        return [(CREATED, self.made.told), (TRIED, self.tried)]


@dataclass(slots=True)
class NightlyBackup:
    """`MakesBackup` of a site. `led`: whether nobody else can have the lease now."""

    site: Site
    clock: Clock
    targets: Targets
    led: Callable[[], bool]
    _made: Made | None = field(default=None)

    async def make(self) -> Sequence[Entry]:
        """One that is right: where its trial fails it is removed again. What the audit tells of it."""
        destination = self.site.settings.backup.destination
        whole = await (self._work(self.folder) if destination is None else self._sent(destination))
        self._made = whole.made
        return whole.entries

    async def forget_older(self) -> None:
        """Those of this site beyond `keep` go."""
        wanted, made, now = self.site.settings.backup, self._made, self.clock.now()
        if made is None:
            return
        if wanted.destination is None:
            await asyncio.to_thread(forget_older, made, wanted.keep, now)
            return
        target = await self.targets.open(wanted.destination)
        names = [one.name for one in await target.files(f"{self.site.settings.site}-")]
        for name in surplus(self.site.settings.site, names, wanted.keep, now, made=made.file.name):
            await target.drop(folder_at(name))

    @property
    def folder(self) -> Path:
        """Where they lie, where that is a folder."""
        return self.site.settings.backup.directory or self.site.data_dir / "backups"

    async def _sent(self, destination: str) -> _Whole:
        target = await self.targets.open(destination)
        await target.probe()  # a place that takes nothing is told of before the work
        with scratch_folder(self.site.data_dir / "cache" / "backup-sending", "sending") as folder:
            whole = await self._work(folder)
            await send(target, whole.made.file)
        return whole

    async def _work(self, folder: Path) -> _Whole:
        """In a thread. Once nobody waits for it, or the lease may be somebody else's, it stops at its next piece."""
        over = threading.Event()

        def tell(_: str, __: int) -> None:
            if over.is_set() or not self.led():
                raise Lapsed("the lease is no longer ours")

        try:
            return await asyncio.to_thread(self._whole, folder, tell)
        finally:
            over.set()

    def _whole(self, folder: Path, tell: Tell) -> _Whole:
        with _ALONE:
            tell("", 0)
            return self._made_and_tried(folder, tell)

    def _made_and_tried(self, folder: Path, tell: Tell) -> _Whole:
        sealer, opener = remembered(self._sealer())
        made = write_backup(self.site, folder, sealer, self.clock, tell, models=self.site.settings.backup.models)
        try:
            return _Whole(made, tried(made.file, put_on_trial(self.site, made.file, opener, self.clock, tell)))
        except BaseException as fault:
            made.file.unlink(missing_ok=True)
            if isinstance(fault, Rejected):
                raise TrialFailed(fault.field, fault.fault) from fault
            raise

    def _sealer(self) -> Sealer:
        wanted = self.site.settings.backup
        if wanted.recipient_file is not None:
            try:
                return for_recipient(wanted.recipient_file.read_bytes(), "backup.recipient_file")
            except OSError as fault:
                raise Rejected("backup.recipient_file", f"cannot be read: {fault.strerror}") from None
        if wanted.passphrase_file is None:
            raise Rejected("backup.passphrase_file", "is missing")
        return by_passphrase(read_secret(wanted.passphrase_file, "backup.passphrase_file"))[0]


async def send(target: Target, file: Path) -> int:
    """Put a backup to a destination of exports, where its bytes are compared; how many they are."""
    digest = await asyncio.to_thread(digest_of, file)
    if digest is None:
        raise Rejected("backup", f"{file.name} went while it was sent")
    folder = folder_at(file.name)
    await target.begin(folder)
    await target.put(folder, file.name, file, Sum(digest.length_bytes, digest.sha256), lambda _: None)
    await target.finish(folder)
    return digest.length_bytes


def folder_at(file: str) -> str:
    """The folder of a backup's file at a destination of exports."""
    return file.partition(".")[0]


def nightly(site: Site, led: Database, database: Database, clock: Clock, term: Term) -> BackUpNightly:
    """For the role that sweeps."""
    settings = site.settings
    makes = NightlyBackup(
        site, clock, export_targets(site, database, clock), lambda: term.trusted(clock.monotonic_ms())
    )
    zone = ZoneInfo(settings.backup.timezone or settings.notify.timezone)
    return BackUpNightly(SqlBackupLog(led, clock), makes, clock, settings.backup.hour, zone)
