"""What third parties are told, and that nothing blocks or repeats."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from controller.core.records import Job, Occurrence, Rule
from controller.flows.alarm_trace import trace_raised
from controller.flows.notify import Notify
from controller.ports import State
from shared import trace
from shared.errors import Transient
from shared.ids import CameraId, EventId, RuleId
from shared.messages import AlarmMessage, VerdictMessage
from shared.mint import uuid7
from shared.trace import Span
from tests.fakes.site import Wire

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALARM: State = {
    "id": uuid7(), "number": 3, "rev": 2, "state": "raised", "withdrawn": False, "rule_name": "lawn",
    "kind": "zone_intrusion", "severity": "high", "camera": "n1.yard", "node": "n1", "cause": "",
    "detail": "", "zone_name": "lawn", "condition_ms": 5,
    "raised_at": "2026-01-01T00:00:00+00:00", "occurrences": 1, "late": False,
}  # fmt: skip
VERDICT: State = {
    "id": uuid7(), "camera": "n1.yard", "event": uuid7(), "start_ms": 1, "end_ms": 2, "late": False, "final": True,
    "model": "yard", "model_sha256": "0" * 64,
    "tracks": [{"id": 1, "class_name": "person", "first_ms": 1, "last_ms": 2, "confidence": 0.5}],
}  # fmt: skip


class Clock:
    def now(self) -> datetime:
        return NOW

    def unix_ms(self) -> int:
        return 0

    def monotonic_ms(self) -> int:
        return 0

    async def sleep_ms(self, duration_ms: float) -> None: ...


@dataclass
class Rows:
    rows: list[State] = field(default_factory=list)
    done: int | None = None
    found: list[State] = field(default_factory=list)

    async def after(self, last_id: int, limit: int = 200) -> list[State]:
        return [row for row in self.rows if row["id"] > last_id][:limit]

    async def bounds(self) -> tuple[int, int]:
        return (self.rows[0]["id"], self.rows[-1]["id"]) if self.rows else (0, 0)

    async def cursor(self, name: str) -> int | None:
        del name
        return self.done

    async def move_cursor(self, name: str, feed_id: int) -> None:
        del name
        self.done = feed_id

    async def verdicts(self, event: str) -> list[State]:
        del event
        return self.found


class Bell:
    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def _notify(rows: Rows, wire: Wire) -> Notify:
    return Notify(rows, rows, wire, Bell(), Clock(), "plant")


async def test_what_was_before_the_first_start_is_not_told() -> None:
    rows, wire = Rows([{"id": 7, "kind": "alarm", "data": ALARM}]), Wire()
    await _notify(rows, wire).step()
    assert (rows.done, wire.sent) == (7, [])


async def test_alarms_are_told_once_each_state_and_the_cursor_waits_for_the_broker() -> None:
    rows, wire = Rows([{"id": 8, "kind": "alarm", "data": ALARM}, {"id": 9, "kind": "node", "data": {}}], 7), Wire()
    notify = _notify(rows, wire)
    wire.down = True
    with pytest.raises(Transient):
        await notify.step()
    assert rows.done == 7
    wire.down = False
    await notify.step()
    await notify.step()
    assert rows.done == 9
    ((topic, message),) = wire.sent
    assert topic == f"cctv/v1/site/plant/alarm/{ALARM['id']}"
    assert isinstance(message, AlarmMessage)
    assert (message.number, message.rule, message.zone) == (3, "lawn", "lawn")


async def test_an_alarm_about_a_node_says_what_to_do() -> None:
    told = {"kind": "node_away", "rule_name": "node away", "camera": None, "node": "n1", "detail": "look at it"}
    rows, wire = Rows([{"id": 8, "kind": "alarm", "data": {**ALARM, **told}}], 7), Wire()
    await _notify(rows, wire).step()
    (message,) = wire.of(AlarmMessage)
    assert (message.kind, message.camera, message.node, message.detail) == ("node_away", None, "n1", "look at it")


class Kept(list[Span]):
    def take(self, span: Span) -> None:
        self.append(span)


async def test_third_parties_learn_from_which_step_of_a_trace_an_alarm_came() -> None:
    kept, wire, event, camera = Kept(), Wire(), uuid7(), CameraId("n1.yard")
    job = Job(7, "live", camera, EventId(event), 0, None, 1, 1)
    raised = Occurrence("o", Rule(RuleId("r"), "lawn", "zone_intrusion"), camera, 1, 5, None, (1,), 0.9)
    rows = [{**ALARM, "event": event, "rule": "r", "rev": rev} for rev in (1, 2)]
    trace.collect(kept)
    try:
        trace_raised(job, [raised, replace(raised, id="p")], 9)
        await _notify(
            Rows([{"id": 8 + at, "kind": "alarm", "data": row} for at, row in enumerate(rows)], 7), wire
        ).step()
    finally:
        trace.collect(None)
    alarm, notified = kept
    assert (notified.step, notified.parent_id) == ("notify", alarm.span_id)
    assert {one.trace for one in wire.of(AlarmMessage)} == {f"00-{alarm.trace_id}-{alarm.span_id}-01"}


async def test_final_verdicts_are_told_once() -> None:
    rows = Rows([{"id": n, "kind": "event", "data": {"id": VERDICT["event"]}} for n in (1, 2, 3)], 0)
    rows.found = [VERDICT, {**VERDICT, "id": uuid7(), "final": False}]
    wire = Wire()
    await _notify(rows, wire).step()
    ((topic, message),) = wire.sent
    assert topic == f"cctv/v1/site/plant/verdict/n1.yard/{VERDICT['id']}"
    assert isinstance(message, VerdictMessage)
    assert message.tracks[0].class_ == "person"


async def test_a_row_that_cannot_be_told_does_not_block_the_next() -> None:
    rows = Rows([{"id": 1, "kind": "event", "data": {"id": "e"}}, {"id": 2, "kind": "alarm", "data": ALARM}], 0)
    rows.found = [{**VERDICT, "start_ms": -1}]
    wire = Wire()
    await _notify(rows, wire).step()
    assert rows.done == 2
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "alarm", "data": {name: value for name, value in ALARM.items() if name != "rule_name"}},
        {"kind": "alarm", "data": {**ALARM, "severity": "grave"}},
        {"kind": "alarm", "data": {}},
        {"kind": "event", "data": {}},
    ],
)
async def test_an_alarm_that_cannot_be_read_does_not_block_the_next(wrong: State) -> None:
    rows, wire = Rows([{"id": 1, **wrong}, {"id": 2, "kind": "alarm", "data": ALARM}], 0), Wire()
    await _notify(rows, wire).step()
    assert rows.done == 2
    assert [message.alarm for message in wire.of(AlarmMessage)] == [ALARM["id"]]


async def test_a_verdict_that_lacks_something_does_not_block_the_next() -> None:
    rows = Rows([{"id": 1, "kind": "event", "data": {"id": "e"}}, {"id": 2, "kind": "alarm", "data": ALARM}], 0)
    rows.found = [{**VERDICT, "tracks": [{"id": 1}]}]
    wire = Wire()
    await _notify(rows, wire).step()
    assert (rows.done, len(wire.sent)) == (2, 1)
