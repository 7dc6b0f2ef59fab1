"""States as somebody sees them who does not see every camera."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.core.grants import EVERYTHING, NOTHING, Sight
from controller.core.seen import (
    seen_alarm,
    seen_history,
    seen_layout,
    seen_maintenance,
    seen_node,
    seen_row,
    seen_rules,
    seen_system,
    told_alarm,
)

CAMERAS = ("gate.yard", "gate.door", "shed.attic")
names = st.sampled_from(CAMERAS)
sights = st.builds(
    Sight, cameras=st.frozensets(names), nodes=st.frozensets(st.sampled_from(["gate", "shed"]))
) | st.just(EVERYTHING)
some = st.lists(names, unique=True)
states: dict[str, st.SearchStrategy[Any]] = {
    "alarm": st.fixed_dictionaries(
        {"id": st.just("a"), "camera": st.none() | names, "node": st.none(), "cameras": some, "zone": st.just([])}
    ),
    "event": st.fixed_dictionaries({"camera": names}),
    "camera": st.fixed_dictionaries({"id": names}),
    "zone": st.fixed_dictionaries({"camera": names, "counts": st.just({})}),
    "node": st.fixed_dictionaries(
        {
            "id": st.sampled_from(["gate", "shed"]),
            "cameras": some,
            "health": st.none() | some.map(lambda ids: {"cameras": [{"id": one} for one in ids], "stands_still": ids}),
        }
    ),
    "rules": st.fixed_dictionaries(
        {
            "rules": st.lists(st.fixed_dictionaries({"camera": st.none() | names})),
            "cameras": st.dictionaries(names, st.just({})),
        }
    ),
    "maintenance": st.sampled_from(
        [*({"scope": "camera", "target": one} for one in CAMERAS), {"scope": "site", "target": ""}]
    ),
    "unheard-of": st.fixed_dictionaries({"camera": names}),
}


@given(st.sampled_from(sorted(states)).flatmap(lambda kind: states[kind].map(lambda one: (kind, one))), sights)
def test_no_row_names_a_camera_that_is_not_seen(told: tuple[str, Any], sight: Sight) -> None:
    kind, state = told
    before = json.dumps(state)
    row = seen_row({"id": 1, "kind": kind, "data": state}, sight)
    assert json.dumps(state) == before, "others are told the same state"
    if sight.everything:
        assert row == {"id": 1, "kind": kind, "data": state}
        return
    text = json.dumps(row)
    assert not any(f'"{one}"' in text for one in CAMERAS if not sight.sees(one)), text
    if kind == "unheard-of":
        assert row is None
    if kind in {"event", "zone"}:
        assert (row is not None) == sight.sees(state["camera"])


def test_a_greeting_is_for_everybody() -> None:
    assert seen_row({"id": 1, "kind": "hello", "data": None}, NOTHING) is not None


def test_an_alarm_is_seen_by_whoever_sees_a_camera_of_it() -> None:
    alarm = {"camera": "gate.yard", "cameras": ["gate.yard", "gate.door"], "zone_name": "lawn", "has_picture": True}
    own, other = Sight(cameras=frozenset({"gate.yard"})), Sight(cameras=frozenset({"gate.door"}))
    assert seen_alarm(alarm, own) == {**alarm, "cameras": ["gate.yard"]}
    shown = seen_alarm(alarm, other)
    assert shown is not None
    assert [shown[key] for key in ("camera", "node", "cameras", "zone_name", "has_picture")] == [
        *("gate.door", "gate", ["gate.door"], None, False)
    ]
    assert seen_alarm(alarm, NOTHING) is None
    assert seen_alarm({"camera": None, "cameras": []}, own) is None, "what is about no camera is the site's"
    assert told_alarm(alarm, NOTHING)["camera"] is None
    assert told_alarm(alarm, EVERYTHING) == alarm


def test_what_is_of_all_cameras_stays() -> None:
    sight = Sight(cameras=frozenset({"gate.yard"}))
    rules = {"rules": [{"camera": None}, {"camera": "gate.door"}], "cameras": {"gate.door": {}, "gate.yard": {}}}
    assert seen_rules(rules, sight) == {"rules": [{"camera": None}], "cameras": {"gate.yard": {}}}
    history: list[dict[str, Any]] = [{"detail": None}, {"detail": {"camera": "gate.door"}}, {"detail": {"to": "kim"}}]
    assert seen_history(history, sight) == [history[0], history[2]]
    assert seen_history(history, EVERYTHING) == history
    wall = {"cameras": ["gate.yard", "gate.door", None], "shared": True}
    assert seen_layout(wall, sight) == {**wall, "cameras": ["gate.yard", None, None]}
    assert seen_layout({"cameras": ["gate.door"], "shared": True}, sight) is None
    assert seen_layout({"cameras": ["gate.door"], "shared": False}, sight) == {"cameras": [None], "shared": False}
    assert seen_layout({"cameras": [], "shared": True}, sight) is not None
    node = {"scope": "node", "target": "gate"}
    assert seen_maintenance(node, sight) == node
    assert seen_maintenance({"scope": "node", "target": "shed"}, sight) is None
    system = {"watched": [{"camera": "gate.yard"}, {"camera": "gate.door"}], "notices": ["x"], "jobs_waiting": 3}
    assert seen_system(system, sight) == {"watched": [{"camera": "gate.yard"}], "notices": [], "jobs_waiting": 3}
    assert seen_system(system, EVERYTHING) == system
    assert seen_node({"id": "shed", "cameras": [], "health": None}, sight) is None
