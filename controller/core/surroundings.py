"""What rules refer to: cameras' ground and place, shifts, holidays, regulations; read, written, applied."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from controller.core import regulations, rule_fields
from controller.core.ground import MOST_POINTS, Ground
from controller.core.records import GroundPoint, Rule, Schedule, Shift
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

TIME_ZONE = "Asia/Seoul"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("cameras", "shifts", "time_zone", "holidays", "regulations")
LANGUAGES = ("ko", "en")
MAX_HOLIDAYS = 400
MAX_NAMED = 200
_MAX_METRES = 100_000.0
_POINT_NUMBERS = 4
_ALWAYS = Shift(tuple(range(len(DAYS))), 0, rule_fields.DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class CameraView:
    """What a camera sees: where on the ground, and of which place."""

    ground: tuple[GroundPoint, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules of a site refer to."""

    cameras: Mapping[str, CameraView] = field(default_factory=dict)
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    time_zone: str = TIME_ZONE
    holidays: tuple[str, ...] = ()
    regulations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # the site's own; others are given

    def document(self) -> dict[str, Any]:
        """As a rule document has it."""
        return {
            "cameras": {name: _view_document(view) for name, view in self.cameras.items()},
            "shifts": {name: _shift_document(shift) for name, shift in self.shifts.items()},
            "time_zone": self.time_zone,
            "holidays": list(self.holidays),
            "regulations": {name: dict(texts) for name, texts in self.regulations.items()},
        }


NOTHING = Surroundings()


def read_surroundings(document: Mapping[str, Any], known: Surroundings = NOTHING) -> Surroundings:
    """Those of a rule document; what it does not name stays as it is known. A `Rejected` names the faulty field."""
    given = {key: document[key] for key in KEYS if document.get(key) is not None}
    found: dict[str, Any] = {}
    if "cameras" in given:
        entries = _named("cameras", given["cameras"])
        found["cameras"] = {
            parse_camera(name, f"cameras.{name}"): _view(f"cameras.{name}", one) for name, one in entries
        }
    if "shifts" in given:
        found["shifts"] = {name: _shift(f"shifts.{name}", one) for name, one in _named("shifts", given["shifts"])}
    if "time_zone" in given:
        found["time_zone"] = _time_zone("time_zone", given["time_zone"])
    if "holidays" in given:
        listed = rule_fields.items("holidays", given["holidays"], MAX_HOLIDAYS)
        found["holidays"] = tuple(sorted({rule_fields.day(f"holidays[{i}]", one) for i, one in enumerate(listed)}))
    if "regulations" in given:
        entries = _named("regulations", given["regulations"])
        found["regulations"] = {name: _texts(f"regulations.{name}", one) for name, one in entries}
    return replace(known, **found)


def settle(rule: Rule, around: Surroundings, camera: CameraId | None) -> Rule:
    """The rule with what it refers to, as it holds on one camera."""
    view = around.cameras.get(camera or "", CameraView())
    return replace(
        rule,
        ground=view.ground,
        place=rule.place or view.place,
        schedule=_schedule(rule, around),
        regulation_texts=_regulation(rule.regulation, around),
    )


def check_names(field: str, rule: Rule, around: Surroundings) -> None:
    """Refuse a rule that names a shift which the site does not have."""
    for index, name in enumerate(rule.shifts):
        rule_fields.choice(f"{field}.shifts[{index}]", name, tuple(around.shifts))


def _schedule(rule: Rule, around: Surroundings) -> Schedule | None:
    if not rule.shifts and rule.on_holidays == "as usual":
        return None
    shifts = tuple(around.shifts[name] for name in rule.shifts if name in around.shifts) or (_ALWAYS,)
    return Schedule(shifts, around.time_zone, around.holidays, rule.on_holidays)


def _regulation(name: str, around: Surroundings) -> tuple[tuple[str, str], ...]:
    texts = around.regulations.get(name) or regulations.KOREA.get(name)
    return () if texts is None else tuple(sorted(texts.items()))


def _named(field: str, value: object) -> list[tuple[str, Any]]:
    entries = rule_fields.mapping(field, value)
    if len(entries) > MAX_NAMED:
        raise Rejected(field, say("too_many", count=len(entries), most=MAX_NAMED))
    return [
        (rule_fields.text(f"{field}.{rule_fields.shown(name)}", name, rule_fields.MAX_NAME_CHARS, least=1), one)
        for name, one in entries.items()
    ]


def _view(field: str, value: object) -> CameraView:
    entry = rule_fields.mapping(field, value)
    rule_fields.only_keys(field, entry, frozenset({"ground", "place"}))
    ground: tuple[GroundPoint, ...] = ()
    if entry.get("ground") is not None:
        listed = rule_fields.items(f"{field}.ground", entry["ground"], MOST_POINTS)
        ground = tuple(_spot(f"{field}.ground[{index}]", one) for index, one in enumerate(listed))
        Ground(ground, f"{field}.ground")
    place = entry.get("place")
    return CameraView(
        ground,
        None if place is None else rule_fields.text(f"{field}.place", place, rule_fields.MAX_NAME_CHARS, least=1),
    )


def _spot(field: str, value: object) -> GroundPoint:
    if not isinstance(value, list | tuple) or len(value) != _POINT_NUMBERS:
        raise Rejected(field, say("ground_points", least=_POINT_NUMBERS, most=MOST_POINTS))
    x, y = (rule_fields.number(field, part, 0, 1) for part in value[:2])
    east_m, north_m = (rule_fields.number(field, part, -_MAX_METRES, _MAX_METRES) for part in value[2:])
    return x, y, east_m, north_m


def _shift(field: str, value: object) -> Shift:
    entry = rule_fields.mapping(field, value)
    rule_fields.only_keys(field, entry, frozenset({"days", "from", "to"}))
    for needed in ("from", "to"):
        if entry.get(needed) is None:
            raise Rejected(f"{field}.{needed}", say("missing"))
    days = entry.get("days")
    listed = DAYS if days is None else rule_fields.items(f"{field}.days", days, len(DAYS))
    if not listed:
        raise Rejected(f"{field}.days", say("missing"))
    numbers = {DAYS.index(rule_fields.choice(f"{field}.days[{i}]", one, DAYS)) for i, one in enumerate(listed)}
    return Shift(
        tuple(sorted(numbers)),
        rule_fields.minutes(f"{field}.from", entry["from"]) % rule_fields.DAY_MINUTES,
        rule_fields.minutes(f"{field}.to", entry["to"]) or rule_fields.DAY_MINUTES,
    )


def _time_zone(field: str, value: object) -> str:
    name = rule_fields.text(field, value, rule_fields.MAX_NAME_CHARS, least=1)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise Rejected(field, say("time_zone_unknown", value=name)) from None
    return name


def _texts(field: str, value: object) -> dict[str, str]:
    entry = rule_fields.mapping(field, value)
    rule_fields.only_keys(field, entry, frozenset(LANGUAGES))
    most = rule_fields.MAX_TEXT_CHARS
    found = {one: rule_fields.text(f"{field}.{one}", entry[one], most, least=1) for one in LANGUAGES if one in entry}
    if not found:
        raise Rejected(field, say("missing"))
    return found


def _view_document(view: CameraView) -> dict[str, Any]:
    place = {} if view.place is None else {"place": view.place}
    return {"ground": [list(point) for point in view.ground], **place} if view.ground else place


def _shift_document(shift: Shift) -> dict[str, Any]:
    days = {} if len(shift.days) == len(DAYS) else {"days": [DAYS[one] for one in shift.days]}
    return {**days, "from": _clock(shift.from_min), "to": _clock(shift.to_min)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
