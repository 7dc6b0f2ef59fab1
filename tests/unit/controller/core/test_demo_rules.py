"""What the demo's viewer is told: ten minutes of its scenes, seen without a fault, by the demo's own rules."""

from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from controller.app.demo import SCENES
from controller.core.alarm_load import FLOOD
from controller.core.alarms import match
from controller.core.demo_rules import rules_for_scenes, rules_for_videos
from controller.core.records import CLEAR_MS, KnownSpan, Occurrence, OpenAlarm, Rule
from controller.core.rulebook import parse_rulebook
from edge_agent.core.scene import parse_scene_url
from edge_agent.core.scene_actors import Schedule
from edge_agent.core.scene_layout import Layout, make_layout
from shared.ids import AlarmId, CameraId
from shared.kinds import AlarmState

STEP_MS = 200
TEN_MINUTES_MS = 600_000
PERSISTENCE_MS = 2000


def _happens(rule: Rule, layout: Layout, schedule: Schedule, at_ms: int) -> bool:
    scale, zone = layout.lens.scale, layout.zone
    for actor in schedule.actors(at_ms):
        left_px = layout.lens.centre_x_px + actor.x * scale(actor.z)
        if actor.look is None or not 0 <= left_px <= 2 * layout.lens.centre_x_px:
            continue
        inside = zone.x1 <= actor.x <= zone.x2 and zone.z1 <= actor.z <= zone.z2
        if inside if rule.kind == "zone_intrusion" else actor.look.helmet is None:
            return True
    return False


def _situations(rule: Rule, camera: str, url: str) -> list[Occurrence]:
    """When the rule's condition held for its persistence, until it was clear."""
    name, seed, _ = parse_scene_url(url)
    layout = make_layout(name, seed, 1280, 720)
    schedule = Schedule(layout, seed)
    found: list[Occurrence] = []
    since_ms, last_ms = None, -1
    for at_ms in range(0, TEN_MINUTES_MS, STEP_MS):
        if _happens(rule, layout, schedule, at_ms):
            since_ms, last_ms = at_ms if since_ms is None else since_ms, at_ms
        elif since_ms is not None and at_ms - last_ms >= CLEAR_MS:
            if last_ms - since_ms >= PERSISTENCE_MS:
                condition_ms = since_ms + PERSISTENCE_MS
                found.append(Occurrence("", rule, CameraId(camera), since_ms, condition_ms, last_ms, (1,), 0.9))
            since_ms = None
    return found


@pytest.fixture(scope="module")
def ten_minutes() -> list[Occurrence]:
    ids = count()
    corners = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]
    zones = [(f"demo.{name}", corners) for name, _ in SCENES]
    rules = parse_rulebook({"rules": rules_for_scenes(zones)}, lambda: f"r{next(ids)}").settled()
    found = [
        one
        for rule in rules
        for name, url in SCENES
        if rule.camera in (None, f"demo.{name}")
        for one in _situations(rule, f"demo.{name}", url)
    ]
    return [replace(one, id=f"o{n}") for n, one in enumerate(sorted(found, key=lambda one: one.condition_ms))]


@dataclass
class Book:
    """The alarms as the store keeps them; `resolving`: somebody resolves each as soon as it is over."""

    resolving: bool
    alarms: dict[AlarmId, OpenAlarm] = field(default_factory=dict)
    told_ms: list[int] = field(default_factory=list)

    def take(self, one: Occurrence) -> None:
        known = match(one, tuple(self.alarms.values())).alarm
        span = KnownSpan(one.id, one.camera, one.start_ms, one.end_ms)
        if known is None:
            alarm = AlarmId(f"a{len(self.alarms)}")
            rule = one.rule
            state: AlarmState = "resolved" if self.resolving else "raised"
            self.alarms[alarm] = OpenAlarm(
                alarm, rule.id, one.camera, rule.zone_name, rule.severity, one.condition_ms, state, (span,)
            )
            self.told_ms.append(one.condition_ms)
        else:
            self.alarms[known] = replace(self.alarms[known], occurrences=(*self.alarms[known].occurrences, span))


def test_who_only_watches_the_demo_is_not_flooded_and_nothing_is_hidden(ten_minutes: list[Occurrence]) -> None:
    assert len(ten_minutes) > 40
    book = Book(resolving=False)
    for one in ten_minutes:
        book.take(one)
    assert len(book.told_ms) <= FLOOD
    assert min(book.told_ms) < 30_000
    counted = {span.occurrence for alarm in book.alarms.values() for span in alarm.occurrences}
    assert counted == {one.id for one in ten_minutes}


def test_who_resolves_an_alarm_gets_the_next_one_when_it_happens(ten_minutes: list[Occurrence]) -> None:
    book = Book(resolving=True)
    for one in ten_minutes:
        book.take(one)
    assert len(book.told_ms) == len(ten_minutes)


def test_footage_of_ones_own_is_as_calm() -> None:
    (video,) = parse_rulebook({"rules": rules_for_videos()}, lambda: "r").settled()
    assert video.cooldown_s == pytest.approx(300)
