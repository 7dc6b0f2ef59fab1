"""Rules in the database: replaced as a whole or for one camera, with a version that grows and its history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from controller.adapters.alarm_rows import lock_site
from controller.adapters.changes import compared
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, plain
from controller.adapters.tables import AuditRow, CameraRow, RuleRow, RuleVersionRow, SiteRow
from controller.core.records import Rule
from controller.core.rulebook import details, with_details
from controller.core.surroundings import NOTHING, Surroundings, read_surroundings, settle
from controller.errors import Conflict
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, RuleId, SiteId
from shared.texts import say

_COMMON = (
    *("name", "kind", "camera", "classes", "required", "zone", "zone_name", "persistence_s"),
    *("cooldown_s", "severity", "min_confidence", "regulation", "enabled"),
)
_KEPT_VERSIONS = 1000
_PAGE = 50


def rule_of(row: RuleRow) -> Rule:
    """A rule's row as core's value, without what it refers to."""
    zone = None if row.zone is None else tuple((float(x), float(y)) for x, y in row.zone)
    kind: Any = row.kind
    severity: Any = row.severity
    common = Rule(
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
    return with_details(common, row.details)


async def surroundings_at(session: AsyncSession, version: int) -> Surroundings:
    """What the rules of a version refer to; nothing where that was never told."""
    row = await session.get(RuleVersionRow, version)
    return NOTHING if row is None else read_surroundings(row.document)


class RuleStore:
    """Reading and replacing the site's rules."""

    def __init__(self, database: Database, clock: Clock, site: SiteId) -> None:
        self._database = database
        self._clock = clock
        self._site = site

    async def all(self) -> State:
        """RulesOut: version, every rule in order, and what they refer to."""
        async with self._database.reading() as session:
            site = await session.get(SiteRow, self._site)
            version = 0 if site is None else site.rules_version
            return await self._state(session, version, await surroundings_at(session, version))

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Every rule in order, and the cameras that nodes have told of, by id."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(RuleRow).order_by(col(RuleRow.position)))
            rules = tuple(rule_of(row) for row in rows)
            return rules, tuple(await session.scalars(select(CameraRow.id).order_by(CameraRow.id)))

    async def surroundings(self) -> tuple[int, Surroundings]:
        """The version in force, and what its rules refer to."""
        async with self._database.reading() as session:
            site = await session.get(SiteRow, self._site)
            version = 0 if site is None else site.rules_version
            return version, await surroundings_at(session, version)

    async def history(self, before: int | None) -> list[State]:
        """RulesVersionOut of the newest versions, or of those before one, newest first."""
        async with self._database.reading() as session:
            older = col(RuleVersionRow.version) < before if before is not None else col(RuleVersionRow.version) > 0
            rows = await session.scalars(
                select(RuleVersionRow).where(older).order_by(col(RuleVersionRow.version).desc()).limit(_PAGE)
            )
            return [
                {
                    **plain(row, "version", "who", "camera"),
                    "at": row.at.isoformat(),
                    "rules": len(row.document["rules"]),
                }
                for row in rows
            ]

    async def document(self, version: int) -> State | None:
        """The rule file of a version; None: it was never in force, or is too old."""
        async with self._database.reading() as session:
            row = await session.get(RuleVersionRow, version)
            return None if row is None else row.document

    async def replace(
        self,
        rules: Sequence[Rule],
        *,
        camera: CameraId | None,
        expected_version: int | None,
        who: str,
        around: Surroundings = NOTHING,
    ) -> State:
        """Put `rules` in force instead of all, or of one camera's. Another version than expected: `Conflict`.

        A rule with a known name on the same camera keeps its id, so that its running alarms stay its own.
        """
        async with self._database.writing() as session:
            site = await lock_site(session, self._site)
            if expected_version is not None and expected_version != site.rules_version:
                raise Conflict("version", say("rules_changed", version=site.rules_version))
            mine = col(RuleRow.id).is_not(None) if camera is None else col(RuleRow.camera) == camera
            rows = (await session.scalars(select(RuleRow).where(mine))).all()
            known = {(row.name, row.camera, row.kind): row.id for row in rows}
            before = {row.name: _rule_told(row) for row in rows}
            await session.execute(delete(RuleRow).where(mine))
            kept = set(await session.scalars(select(RuleRow.id)))
            first = (
                0 if camera is None else 1 + max((await session.scalars(select(RuleRow.position))).all(), default=-1)
            )
            after: dict[str, Any] = {}
            for position, rule in enumerate(rules, first):
                row = _row(rule, position, camera)
                after[row.name] = _rule_told(row)
                identity = known.pop((row.name, row.camera, row.kind), row.id)
                row.id = row.id if identity in kept else identity
                session.add(row)
            site.rules_version += 1
            detail = {"version": site.rules_version, **compared(before, after)}
            session.add(_audit(self._clock.now(), who, camera, detail))
            await session.flush()
            await self._check_named(session, around)
            state = await self._state(session, site.rules_version, around)
            await self._remember(session, state, who, camera)
            await append_feed(self._database, session, self._clock, [("rules", state)])
            return state

    async def _check_named(self, session: AsyncSession, around: Surroundings) -> None:
        """Refuse to drop a shift that a rule of another camera still names."""
        for row in await session.scalars(select(RuleRow).order_by(col(RuleRow.position))):
            if not set(row.details.get("shifts", ())) <= set(around.shifts):
                raise Rejected("shifts", say("still_named", rule=row.name))

    async def _remember(self, session: AsyncSession, state: State, who: str, camera: CameraId | None) -> None:
        said = [{key: rule[key] for key in rule if key not in {"id", "regulation_texts"}} for rule in state["rules"]]
        document = {**state, "rules": said}
        version = document.pop("version")
        session.add(RuleVersionRow(version=version, at=self._clock.now(), who=who, camera=camera, document=document))
        oldest = version - _KEPT_VERSIONS
        await session.execute(delete(RuleVersionRow).where(col(RuleVersionRow.version) <= oldest))
        await session.flush()

    async def _state(self, session: AsyncSession, version: int, around: Surroundings) -> State:
        rows = await session.scalars(select(RuleRow).order_by(col(RuleRow.position)))
        return {"version": version, "rules": [_rule_state(row, around) for row in rows], **around.document()}


def _rule_state(row: RuleRow, around: Surroundings) -> State:
    """RuleOut."""
    texts = dict(settle(rule_of(row), around, None).regulation_texts)
    return {**plain(row, "id", *_COMMON), **row.details, **({"regulation_texts": texts} if texts else {})}


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
        details=details(rule),
    )


def _rule_told(row: RuleRow) -> State:
    return {**plain(row, *_COMMON), **row.details}


def _audit(at: datetime, who: str, camera: CameraId | None, detail: dict[str, Any]) -> AuditRow:
    return AuditRow(at=at, who=who, what="rules.replace", subject=camera or "all", detail=detail)
