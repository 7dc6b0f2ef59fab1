"""Ways out of the site: open only where somebody opened them to where they lead now."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.core.ways_out import KINDS, Switch, Way, settled, standing

NAS = Way("export", "nas", True, True, "setting", "/mnt/nas")
HOOK = Way("message", "office", True, False, "row", "https")


def switched(way: Way, *, is_open: bool) -> Switch:
    return Switch(is_open, way.digest, "kim", datetime(2026, 3, 1, tzinfo=UTC), "because")


def test_a_way_of_the_settings_needs_somebody_who_opened_it_to_where_it_leads() -> None:
    assert standing(NAS, None) == "new"
    assert standing(NAS, switched(NAS, is_open=True)) == "open"
    assert standing(NAS, switched(NAS, is_open=False)) == "shut"
    assert standing(replace(NAS, leads="/mnt/elsewhere"), switched(NAS, is_open=True)) == "moved"
    assert standing(replace(NAS, name="other"), switched(NAS, is_open=True)) == "moved"


def test_one_that_somebody_made_is_open_until_an_administrator_shuts_it() -> None:
    assert standing(HOOK, None) == "open"
    assert standing(replace(HOOK, leads="http"), switched(HOOK, is_open=False)) == "shut"
    assert standing(replace(HOOK, open=False), None) == "off"


@pytest.mark.parametrize("used", [True, False])
def test_every_kind_of_the_settings_is_told_used_or_not(used: bool) -> None:
    found = settled(
        store=("s3.example", "https://s3.example b") if used else None,
        second_store=("s3.example", "https://s3.example old") if used else None,
        language_model=("llm.example", "https://llm.example/v1 m") if used else None,
        language_model_sees=True,
        serving=("triton:8000", "triton:8001") if used else (),
        broker="mqtt.example:8883" if used else None,
        home_assistant=True,
        directories=[("nas", "/mnt/nas")] if used else [],
        identity_provider=("id.example", "https://id.example") if used else None,
        traces=("10.20.0.9", "http://10.20.0.9:4318") if used else None,
    )
    assert {one.kind for one in found} == set(KINDS) - {"message"} - (set() if used else {"export"})
    assert {one.open for one in found} == {used}
    assert len({one.key for one in found}) == len(found)
    if used:
        assert len({one.digest for one in found}) == len(found)
