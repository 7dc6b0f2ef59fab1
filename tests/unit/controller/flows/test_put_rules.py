"""Rules are checked against the site, and nothing is put in force by that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from controller.core.records import Rule
from controller.core.surroundings import Surroundings, read_surroundings
from controller.flows.put_rules import PutRules
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7

ZONE = [[0, 0], [1, 0], [1, 1]]
GROUND = [[0, 1, 0, 0], [1, 1, 4, 0], [0.8, 0.4, 4, 9], [0.2, 0.4, 0, 9]]
NEAR = {"name": "near", "kind": "proximity", "others": ["truck"], "distance_m": 3}


@dataclass
class Book:
    """A site with two cameras, one of which has its ground."""

    rules: tuple[Rule, ...] = ()
    around: Surroundings = field(
        default_factory=lambda: read_surroundings({"cameras": {"gate.back": {"ground": GROUND}}})
    )
    replaced: list[Any] = field(default_factory=list)

    async def all(self) -> dict[str, Any]:
        return {"version": 4, "rules": []}

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        return self.rules, ("gate.back", "gate.front")

    async def surroundings(self) -> tuple[int, Surroundings]:
        return 4, self.around

    async def history(self, before: int | None) -> list[dict[str, Any]]:
        return [{"before": before}]

    async def document(self, version: int) -> dict[str, Any] | None:
        return {"version": version}

    async def replace(
        self,
        rules: Sequence[Rule],
        *,
        camera: CameraId | None,
        expected_version: int | None,
        who: str,
        around: Surroundings,
    ) -> dict[str, Any]:
        self.replaced.append((rules, camera, expected_version, who))
        self.rules, self.around = tuple(rules), around
        return {}


class Model:
    def classes(self) -> tuple[str, tuple[str, ...]]:
        return "yard", ("person", "truck", "helmet")


def flow(book: Book) -> PutRules:
    return PutRules(book, None, uuid7, Model())


async def codes(*rules: dict[str, Any], camera: str | None = None, **more: Any) -> list[str]:
    book = Book()
    state = await flow(book).check({"rules": list(rules), **more}, camera=camera)
    assert (state["rules"], book.replaced) == (len(rules), [])
    return [one["said"]["code"] for one in state["warnings"]]


async def test_rules_that_fit_the_site_are_right_without_a_word() -> None:
    helmet = {"name": "helmet", "kind": "ppe_missing", "required": ["helmet"], "regulation": "kr-32", "zone": ZONE}
    assert await codes({**NEAR, "camera": "gate.back"}, helmet) == []
    assert await codes(NEAR, camera="gate.back") == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"name": "x", "kind": "zone_intrusion", "camera": "gate.roof"}, "camera_unknown"),
        ({"name": "x", "kind": "zone_intrusion", "zone_name": "press"}, "rule_zone_undrawn"),
        ({"name": "x", "kind": "zone_intrusion", "regulation": "kr-999"}, "rule_regulation_unknown"),
        ({"name": "x", "kind": "ppe_missing", "required": ["mask"]}, "rule_items_unknown"),
        (NEAR, "rule_ground_missing"),
        ({"name": "x", "kind": "anomaly"}, "rule_scores_missing"),
    ],
)
async def test_what_would_not_come_true_is_warned_of(rule: dict[str, Any], code: str) -> None:
    assert await codes(rule) == [code]


async def test_rules_of_one_camera_are_checked_as_they_would_hold_there() -> None:
    assert await codes(NEAR, camera="gate.front") == ["rule_ground_missing"]
    assert await codes({"name": "x", "kind": "absence"}, camera="gate.roof") == ["camera_unknown"]
    assert await codes(NEAR, camera="gate.front", cameras={"gate.front": {"ground": GROUND}}) == []


async def test_what_would_be_refused_is_refused() -> None:
    bow = {"name": "press", "kind": "zone_intrusion", "zone": [[0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.6]]}
    with pytest.raises(Rejected, match=r"rules\[0\]\.zone: the zone press crosses itself"):
        await flow(Book()).check({"rules": [bow]}, camera=None)
    roof = {"name": "x", "kind": "absence", "camera": "gate.roof"}
    with pytest.raises(Rejected, match=r"rules\[0\]\.camera"):
        await flow(Book()).check({"rules": [roof]}, camera=None, strict=True)


async def test_what_is_put_in_force_is_warned_of_in_the_answer() -> None:
    book = Book()
    odd = {"name": "x", "kind": "zone_intrusion", "zone_name": "press", "regulation": "kr-999"}
    state = await flow(book).replace({"rules": [odd]}, camera=None, expected_version=None, who="kim")
    assert [one["said"]["code"] for one in state["warnings"]] == ["rule_zone_undrawn", "rule_regulation_unknown"]
    ((rules, *how),) = book.replaced
    assert ([rule.name for rule in rules], how) == (["x"], [None, 4, "kim"])
