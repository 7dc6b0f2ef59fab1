"""Rules in the database: replaced as a whole or for one camera, with a version that grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, delete, select

from controller.adapters.alarm_rows import lock_site
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, rule_state
from controller.adapters.tables import AuditRow, CameraRow, RuleRow, SiteRow
from controller.core.records import Rule
from controller.errors import Conflict
from shared.clock import Clock
from shared.ids import CameraId, RuleId, SiteId
from shared.texts import say


def rule_of(row: RuleRow) -> Rule:
    """A rule's row as core's value."""
    zone = None if row.zone is None else tuple((float(x), float(y)) for x, y in row.zone)
    kind: Any = row.kind
    severity: Any = row.severity
    return Rule(
        RuleId(row.id),
        row.name,
        kind,
        tuple(row.classes),
        tuple(row.required),
        zone,
        row.zone_name,
        None if row.camera is None else CameraId(row.camera),
        row.persistence_s,
        row.cooldown_s,
        severity,
        row.min_confidence,
        row.regulation,
        row.enabled,
    )


class RuleStore:
    """Reading and replacing the site's rules."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def all(self) -> State:
        """RulesOut: version and every rule in order."""
        async with self._database.reading() as session:
            site = await session.get(SiteRow, self._site)
            return await self._state(session, 0 if site is None else site.rules_version)

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Every rule in order, and the cameras that nodes have told of, by id."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(RuleRow).order_by(col(RuleRow.position)))
            rules = tuple(rule_of(row) for row in rows)
            return rules, tuple(await session.scalars(select(CameraRow.id).order_by(CameraRow.id)))

    async def replace(
        self, rules: Sequence[Rule], *, camera: CameraId | None, expected_version: int | None, who: str
    ) -> State:
        """Put `rules` in force instead of all, or of one camera's. Another version than expected: `Conflict`.

        A rule with a known name on the same camera keeps its id, so that its running alarms stay its own.
        """
        async with self._database.writing() as session:
            site = await lock_site(session, self._site)
            if expected_version is not None and expected_version != site.rules_version:
                raise Conflict("version", say("rules_changed", version=site.rules_version))
            mine = col(RuleRow.id).is_not(None) if camera is None else col(RuleRow.camera) == camera
            known = {
                (row.name, row.camera, row.kind): row.id for row in await session.scalars(select(RuleRow).where(mine))
            }
            await session.execute(delete(RuleRow).where(mine))
            kept = set(await session.scalars(select(RuleRow.id)))
            first = (
                0 if camera is None else 1 + max((await session.scalars(select(RuleRow.position))).all(), default=-1)
            )
            for position, rule in enumerate(rules, first):
                row = _row(rule, position, camera)
                identity = known.pop((row.name, row.camera, row.kind), row.id)
                row.id = row.id if identity in kept else identity
                session.add(row)
            site.rules_version += 1
            session.add(_audit(self._clock.now(), who, site.rules_version, camera))
            await session.flush()
            state = await self._state(session, site.rules_version)
            await append_feed(self._database, session, self._clock, [("rules", state)])
            return state

    async def _state(self, session: Any, version: int) -> State:
        rows = await session.scalars(select(RuleRow).order_by(col(RuleRow.position)))
        return {"version": version, "rules": [rule_state(row) for row in rows]}


def _row(rule: Rule, position: int, camera: CameraId | None) -> RuleRow:
    return RuleRow(
        id=rule.id,
        position=position,
        name=rule.name,
        kind=rule.kind,
        camera=camera or rule.camera,
        classes=list(rule.classes),
        required=list(rule.required),
        zone=None if rule.zone is None else [list(corner) for corner in rule.zone],
        zone_name=rule.zone_name,
        persistence_s=rule.persistence_s,
        cooldown_s=rule.cooldown_s,
        severity=rule.severity,
        min_confidence=rule.min_confidence,
        regulation=rule.regulation,
        enabled=rule.enabled,
    )


def _audit(at: datetime, who: str, version: int, camera: CameraId | None) -> AuditRow:
    return AuditRow(at=at, who=who, what="rules.replace", subject=camera or "all", detail={"version": version})
