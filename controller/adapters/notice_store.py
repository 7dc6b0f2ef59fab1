"""The notice of a site's cameras, as a row; every change is in the audit with what was before."""

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, PrivacyNoticeRow
from controller.core.privacy_notice import Notice
from shared.clock import Clock
from shared.ids import SiteId


class SqlNotice:
    """`NoticeBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def notice(self) -> Notice:
        async with self._database.reading() as session:
            row = await session.get(PrivacyNoticeRow, self._site)
            return Notice() if row is None else Notice(**row.said)

    async def put(self, notice: Notice, who: str, address: str) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(PrivacyNoticeRow, self._site, with_for_update=True)
            before = {} if row is None else dict(row.said)
            if row is None:
                row = PrivacyNoticeRow(site=self._site, said=notice.said, changed_at=now, changed_by=who)
                session.add(row)
            else:
                row.said, row.changed_at, row.changed_by = notice.said, now, who
            changed = {name: text for name, text in notice.said.items() if before.get(name, "") != text}
            detail = {"before": {name: before.get(name, "") for name in changed}, "after": changed}
            session.add(
                AuditRow(
                    at=now, who=who, what="privacy.notice", subject=str(self._site), address=address, detail=detail
                )
            )
