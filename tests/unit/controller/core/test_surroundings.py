"""What rules refer to: read, kept where nothing is said, written back the same, applied to a camera's rules."""

from datetime import date
from typing import Any

import pytest

from controller.core.records import Rule, Schedule, Shift
from controller.core.regulations import KOREA
from controller.core.surroundings import NOTHING, Surroundings, read_surroundings, settle
from shared.errors import Rejected
from shared.ids import CameraId, RuleId

GROUND = [[0, 1, 0, 0], [1, 1, 4, 0], [0.8, 0.4, 4, 9], [0.2, 0.4, 0, 9]]
DOCUMENT: dict[str, Any] = {
    "cameras": {"gate.front": {"ground": GROUND, "place": "north gate"}, "gate.back": {"place": "north gate"}},
    "shifts": {
        "day": {"days": ["mon", "tue"], "from": "08:00", "to": "18:00"},
        "night": {"from": "22:00", "to": "6:00"},
    },
    "time_zone": "Europe/Berlin",
    "holidays": ["2026-12-25", "2026-01-01"],
    "regulations": {"house-1": {"ko": "사내 규정"}, "kr-32": {"en": "our own words"}},
}
RULE = Rule(RuleId("r"), "x", "zone_intrusion", shifts=("night",), on_holidays="off", regulation="kr-32")


def test_it_is_read_and_written_back_the_same() -> None:
    around = read_surroundings(DOCUMENT)
    assert around.shifts["night"] == Shift(tuple(range(7)), 1320, 360)
    assert around.holidays == ("2026-01-01", "2026-12-25")
    assert read_surroundings(around.document()) == around
    assert read_surroundings({}) == NOTHING == Surroundings()


def test_what_is_not_said_stays_as_it_is() -> None:
    known = read_surroundings(DOCUMENT)
    changed = read_surroundings({"holidays": []}, known)
    assert changed.holidays == ()
    assert changed.shifts == known.shifts


def test_yaml_times_and_dates_are_understood() -> None:
    around = read_surroundings({"shifts": {"n": {"from": 1320, "to": "24:00"}}, "holidays": [date(2026, 5, 5)]})
    assert around.shifts["n"] == Shift(tuple(range(7)), 1320, 1440)
    assert around.holidays == ("2026-05-05",)


def test_a_rule_gets_what_holds_on_its_camera() -> None:
    around = read_surroundings(DOCUMENT)
    front = settle(RULE, around, CameraId("gate.front"))
    assert (len(front.ground), front.place) == (4, "north gate")
    assert front.schedule == Schedule((around.shifts["night"],), "Europe/Berlin", around.holidays, "off")
    assert front.regulation_texts == (("en", "our own words"),), "the site's own words come first"
    elsewhere = settle(RULE, around, CameraId("yard.door"))
    assert (elsewhere.ground, elsewhere.place) == ((), None)
    plain = settle(Rule(RuleId("r"), "x", "zone_intrusion", regulation="art. 7"), around, None)
    assert (plain.schedule, plain.regulation_texts) == (None, ())


def test_every_given_regulation_has_both_languages() -> None:
    for name, texts in KOREA.items():
        assert set(texts) == {"ko", "en"}
        number = name.removeprefix("kr-").partition("-")[0]
        assert f"제{number}조" in texts["ko"]
        assert f"Article {number}" in texts["en"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cameras": []}, "cameras"),
        ({"cameras": {"gate": {}}}, "cameras.gate"),
        ({"cameras": {"gate.front": {"height": 3}}}, "cameras.gate.front.height"),
        ({"cameras": {"gate.front": {"ground": GROUND[:3]}}}, "cameras.gate.front.ground"),
        ({"cameras": {"gate.front": {"ground": [[0, 1, 0]] * 4}}}, "cameras.gate.front.ground[0]"),
        ({"cameras": {"gate.front": {"ground": [[0, 1.2, 0, 0], *GROUND[1:]]}}}, "cameras.gate.front.ground[0]"),
        ({"cameras": {"gate.front": {"place": ""}}}, "cameras.gate.front.place"),
        ({"shifts": {"day": {"from": "08:00"}}}, "shifts.day.to"),
        ({"shifts": {"day": {"from": "08:00", "to": "25:00"}}}, "shifts.day.to"),
        ({"shifts": {"day": {"from": "8", "to": "18:00"}}}, "shifts.day.from"),
        ({"shifts": {"day": {"from": "08:00", "to": "18:00", "days": ["monday"]}}}, "shifts.day.days[0]"),
        ({"shifts": {"day": {"from": "08:00", "to": "18:00", "days": []}}}, "shifts.day.days"),
        ({"time_zone": "Asia/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"holidays": ["25.12.2026"]}, "holidays[0]"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]"),
        ({"regulations": {"x": {}}}, "regulations.x"),
        ({"regulations": {"x": {"fr": "non"}}}, "regulations.x.fr"),
    ],
)
def test_every_fault_names_its_place(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_surroundings(DOCUMENT | change)
    assert refused.value.field == field
