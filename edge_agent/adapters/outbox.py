"""Outbox on SQLite: facts that wait for the controller's acknowledgement, and are kept a week after it."""

import random
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.core.outbox_policy import KEEP_ACKNOWLEDGED_MS, MAX_IN_FLIGHT, fact_priority, resend_delay_ms
from edge_agent.ports import AnyFact
from shared.ids import CameraId
from shared.messages import ANY_FACT, EventFact, LedgerFact, RunFact, TamperFact

_PURGE_EVERY = 500
_PURGE_ROWS = 2000


@dataclass(slots=True)
class _Flight:
    fact: AnyFact
    attempts: int
    resend_ms: int


class SqliteOutbox:
    """What was sent and when lives in memory only: after a restart every waiting fact is due again."""

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._flights: dict[str, _Flight] = {}
        self._offered: dict[str, AnyFact] = {}
        self._seq = 0
        self._puts = 0

    def next_seq(self) -> int:
        with self._lock:
            self._seq += 1
            return self._seq

    def skip_seq(self, seq: int) -> None:
        with self._lock:
            self._seq = max(self._seq, seq)

    def put(self, facts: Sequence[AnyFact], notes: Mapping[str, str] | None = None) -> None:
        with self._database.write() as cursor:
            insert_facts(cursor, facts)
            _note(cursor, notes or {})

    def ledger_at(self, camera: CameraId, minute_ms: int) -> tuple[LedgerFact, ...]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT body FROM fact WHERE kind = 'ledger' AND entity = ?", (_ledger_entity(camera, minute_ms),)
            ).fetchall()
        return _ledger_facts(rows)

    def ledger_waiting(self, camera: CameraId) -> tuple[LedgerFact, ...]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT body FROM fact WHERE acknowledged_ms IS NULL AND kind = 'ledger' ORDER BY n"
            ).fetchall()
        return tuple(fact for fact in _ledger_facts(rows) if fact.camera == camera)

    def replace(self, gone: Sequence[str], facts: Sequence[AnyFact], notes: Mapping[str, str]) -> None:
        with self._database.write() as cursor:
            cursor.executemany("DELETE FROM fact WHERE id = ?", [(fact,) for fact in gone])
            insert_facts(cursor, facts)
            _note(cursor, notes)
        with self._lock:
            for fact in gone:
                self._flights.pop(fact, None)

    def recall(self, note: str) -> str | None:
        with self._database.read() as cursor:
            row = cursor.execute("SELECT value FROM note WHERE name = ?", (note,)).fetchone()
        return None if row is None else str(row[0])

    def find(self, fact: str) -> AnyFact | None:
        with self._database.read() as cursor:
            row = cursor.execute("SELECT body FROM fact WHERE id = ?", (fact,)).fetchone()
        return None if row is None else ANY_FACT.validate_json(row[0])

    def open_events(self) -> tuple[EventFact, ...]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT body, max(rev) FROM fact WHERE kind = 'event' GROUP BY entity ORDER BY n"
            ).fetchall()
        found = (ANY_FACT.validate_json(body) for body, _rev in rows)
        return tuple(fact for fact in found if isinstance(fact, EventFact) and fact.state == "open")

    def is_acknowledged(self, fact: str) -> bool:
        with self._database.read() as cursor:
            row = cursor.execute("SELECT acknowledged_ms FROM fact WHERE id = ?", (fact,)).fetchone()
        return row is None or row[0] is not None

    def due(self, now_ms: int, limit: int) -> tuple[AnyFact, ...]:
        with self._lock:
            again = [f.fact for f in self._flights.values() if f.resend_ms <= now_ms]
            again.sort(key=lambda fact: (_priority(fact), fact.at))
            room = min(limit - len(again), MAX_IN_FLIGHT - len(self._flights))
            fresh = self._fresh(room) if room > 0 else []
            self._offered = {fact.id: fact for fact in fresh}
            return tuple(sorted([*again[:limit], *fresh], key=_priority))

    def _fresh(self, room: int) -> list[AnyFact]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT id, body FROM fact WHERE acknowledged_ms IS NULL ORDER BY priority, n LIMIT ?",
                (room + len(self._flights),),
            ).fetchall()
        return [ANY_FACT.validate_json(body) for id_, body in rows if id_ not in self._flights][:room]

    def sent(self, fact: str, now_ms: int) -> None:
        with self._lock:
            flight = self._flights.get(fact)
            if flight is None:
                offered = self._offered.get(fact) or self.find(fact)
                if offered is None:
                    return
                flight = self._flights[fact] = _Flight(offered, 0, now_ms)
            flight.attempts += 1
            flight.resend_ms = now_ms + resend_delay_ms(flight.attempts, random.random())  # noqa: S311 - jitter

    def acknowledged(self, fact: str, now_ms: int) -> None:
        with self._database.write() as cursor:
            cursor.execute(
                "UPDATE fact SET acknowledged_ms = ? WHERE id = ? AND acknowledged_ms IS NULL", (now_ms, fact)
            )
            self._puts += 1
            if self._puts % _PURGE_EVERY == 1:
                _purge(cursor, now_ms)
        with self._lock:
            self._flights.pop(fact, None)

    def unsend(self) -> None:
        with self._lock:
            self._flights.clear()

    def replay(self, since_ms: int) -> int:
        with self._database.write() as cursor:
            cursor.execute(
                "UPDATE fact SET acknowledged_ms = NULL WHERE acknowledged_ms IS NOT NULL AND made_ms >= ?",
                (since_ms,),
            )
            return cursor.rowcount

    def depth(self, now_ms: int) -> tuple[int, float]:
        with self._database.read() as cursor:
            count, oldest_ms = cursor.execute(
                "SELECT count(*), min(made_ms) FROM fact WHERE acknowledged_ms IS NULL"
            ).fetchone()
        return int(count), 0.0 if oldest_ms is None else max(0.0, (now_ms - oldest_ms) / 1000)

    def writes(self) -> tuple[int, bool]:
        return self._database.writes()

    def depth_by_kind(self) -> Mapping[str, int]:
        with self._database.read() as cursor:
            rows = cursor.execute(
                "SELECT kind, count(*) FROM fact WHERE acknowledged_ms IS NULL GROUP BY kind"
            ).fetchall()
        return {str(kind): int(count) for kind, count in rows}


def insert_facts(cursor: sqlite3.Cursor, facts: Sequence[AnyFact]) -> None:
    """Write facts inside somebody's transaction; one that is there already stays as it is."""
    for fact in facts:
        kind, entity = _entity(fact)
        cursor.execute(
            "INSERT INTO fact (id, kind, entity, rev, priority, made_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            (
                fact.id,
                kind,
                entity,
                fact.rev,
                _priority(fact),
                int(fact.at.timestamp() * 1000),
                ANY_FACT.dump_json(fact, by_alias=True, exclude_none=True),
            ),
        )


def _note(cursor: sqlite3.Cursor, notes: Mapping[str, str]) -> None:
    for name, value in notes.items():
        cursor.execute(
            "INSERT INTO note VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )


def _ledger_entity(camera: str, minute_ms: int) -> str:
    return f"{camera} {minute_ms}"


def _ledger_facts(rows: Sequence[tuple[bytes]]) -> tuple[LedgerFact, ...]:
    found = (ANY_FACT.validate_json(body) for (body,) in rows)
    return tuple(fact for fact in found if isinstance(fact, LedgerFact))


def _purge(cursor: sqlite3.Cursor, now_ms: int) -> None:
    oldest_ms = now_ms - KEEP_ACKNOWLEDGED_MS
    cursor.execute(
        "DELETE FROM fact WHERE n IN (SELECT n FROM fact WHERE acknowledged_ms < ? LIMIT ?)",
        (oldest_ms, _PURGE_ROWS),
    )
    cursor.execute("DELETE FROM upload WHERE state IN ('stored', 'lost') AND start_ms < ?", (oldest_ms,))
    cursor.execute("DELETE FROM taken WHERE start_ms < ?", (oldest_ms,))


def _entity(fact: AnyFact) -> tuple[str, str]:
    match fact:
        case EventFact():
            return "event", fact.event
        case RunFact():
            return "run", fact.run
        case LedgerFact():
            return "ledger", _ledger_entity(fact.camera, fact.minute_ms)
        case TamperFact():
            return "tamper", fact.tamper
        case _:
            assert_never(fact)


def _priority(fact: AnyFact) -> int:
    return fact_priority(_entity(fact)[0], fact.media_class if isinstance(fact, RunFact) else "")
