"""What was switched for the whole site; every change is in the audit log."""

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.states import State
from controller.adapters.tables import AuditRow, FeatureRow
from controller.core.features import FEATURES, Feature, FeatureName, feature
from shared.clock import Clock


class SqlFeatures:
    """`FeatureBook` on SQLite or PostgreSQL. What was never switched is as its default says."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def is_on(self, name: FeatureName) -> bool:
        async with self._database.reading() as session:
            row = await session.get(FeatureRow, name)
            return feature(name).default if row is None else row.is_on

    async def all(self) -> list[State]:
        """FeatureOut of each that this version has."""
        async with self._database.reading() as session:
            rows = {row.name: row for row in await session.scalars(select(FeatureRow).order_by(col(FeatureRow.name)))}
        return [_state(one, rows.get(one.name)) for one in FEATURES]

    async def put(self, name: FeatureName, who: str, address: str, *, is_on: bool) -> None:
        """Switch it; as it is already: nothing is written."""
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(FeatureRow, name, with_for_update=True)
            before = feature(name).default if row is None else row.is_on
            if before == is_on:
                return
            if row is None:
                session.add(FeatureRow(name=name, is_on=is_on, changed_at=now, changed_by=who))
            else:
                row.is_on, row.changed_at, row.changed_by = is_on, now, who
            detail = {"on": is_on, "before": {"on": before}, "after": {"on": is_on}}
            session.add(AuditRow(at=now, who=who, what="feature.put", subject=name, address=address, detail=detail))


def _state(one: Feature, row: FeatureRow | None) -> State:
    return {
        "name": one.name,
        "on": one.default if row is None else row.is_on,
        "default": one.default,
        "since": one.since,
        "about": one.about,
        "changed_by": None if row is None else row.changed_by,
        "changed_at": None if row is None else row.changed_at.isoformat(),
    }
