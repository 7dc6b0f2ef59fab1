"""Subscriptions: only what was asked for, of those cameras that were asked for."""

from typing import Any

import pytest

from controller.core.subscription import TOPICS, Subscription, refused_topics


def row(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": 1, "kind": kind, "data": data}


YARD, DOOR = row("event", camera="gate.yard"), row("event", camera="gate.door")


def test_nothing_is_given_that_nobody_asked_for() -> None:
    assert not Subscription().wants(YARD)
    only = Subscription().subscribe(["event"], ["gate.yard"])
    assert (only.wants(YARD), only.wants(DOOR), only.wants(row("alarm", camera="gate.yard"))) == (True, False, False)
    both = only.subscribe(["event"], ["gate.door"])
    assert (both.wants(YARD), both.wants(DOOR)) == (True, True)
    assert both.subscribe(["event"], None).wants(row("event", camera="roof.hall"))


def test_what_is_taken_back_is_given_no_more() -> None:
    both = Subscription().subscribe(["event"], ["gate.yard", "gate.door"]).subscribe(["alarm"], None)
    left = both.unsubscribe(["event"], ["gate.door"])
    assert (left.wants(YARD), left.wants(DOOR)) == (True, False)
    assert not left.unsubscribe(["event"], ["gate.yard"]).wants(YARD)
    assert not left.unsubscribe(["event"], None).wants(YARD)
    assert left.unsubscribe(["alarm"], ["gate.yard"]).wants(row("alarm", camera="gate.yard")), "all is all"
    assert not left.unsubscribe(["alarm"], None).wants(row("alarm", camera="gate.yard"))


@pytest.mark.parametrize(
    ("told", "given"),
    [
        (row("alarm", camera=None, cameras=["gate.door", "gate.yard"]), True),
        (row("alarm", camera=None, cameras=[], node="gate"), True),
        (row("alarm", camera="gate.door", cameras=["gate.door"]), False),
        (row("camera", id="gate.yard"), True),
        (row("camera", id="gate.door"), False),
        (row("node", cameras=["gate.yard"]), True),
        (row("node", cameras=["roof.hall"]), False),
        (row("zone", camera="gate.door"), False),
        (row("rules", version=3), True),
        ({"id": 1, "kind": "system", "data": None}, True),
    ],
)
def test_a_row_is_given_where_it_is_about_a_wanted_camera_or_none(told: dict[str, Any], given: bool) -> None:
    assert Subscription().subscribe(TOPICS, ["gate.yard"]).wants(told) is given


def test_who_may_not_watch_may_not_subscribe() -> None:
    assert refused_topics("viewer", TOPICS) == ()
    assert refused_topics("nobody", ["alarm"]) == ("alarm",)
