"""The invariants of the module, and the pages it is read from."""

import json
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from controller.core.alarm_record import AlarmRecord, Paper, Shot, document, papers_in_manifest, record_of, record_to
from controller.core.alarm_summary_words import ASSESSMENT, DONE, SEVERITY, STATE, WORDS
from controller.core.export import Plan, plan_from, to_document
from controller.core.export_manifest import BLOCK_BYTES, SCHEMA, promised
from controller.core.lifecycle import ASSESSMENTS
from controller.core.lifecycle import DONE as MOVES
from controller.core.wording import Language
from shared.kinds import ALARM_STATES, SEVERITIES

ABOUT = {"site": "yard", "version": "1", "export": "e", "why": "not in it"}


def record(number: int, shots: int) -> AlarmRecord:
    seen = [{"id": f"o{n}", "camera": "gate.yard", "has_picture": True} for n in range(shots)]
    facts: dict[str, Any] = {"alarm": {"id": f"a{number}", "number": number}, "occurrences": seen}
    facts |= {"verdicts": [{"model": "m", "frames": [1], "tracks": [2]}], "history": [{"who": "kim"}]}
    return AlarmRecord(facts, tuple(Shot(f"o{n}", f"key/{n}") for n in range(shots)))


def names(one: AlarmRecord) -> list[str]:
    return [f"{one.stem}.json", f"{one.stem}.html", *(one.picture(place) for place in range(len(one.shots)))]


@given(st.lists(st.integers(1, 10**9), unique=True, max_size=4), st.integers(0, 12))
def test_no_two_alarms_share_a_file_and_every_name_is_one_of_an_export(numbers: list[int], shots: int) -> None:
    found = [name for number in numbers for name in names(record(number, shots))]
    assert len(set(found)) == len(found)
    papers = [Paper(name, "a", "record", 1, "0" * 64, ("0" * 64,)) for name in found]
    told = {"schema": SCHEMA, "block_bytes": BLOCK_BYTES, "files": [], "records": papers_in_manifest(papers)}
    assert [one.name for one in promised(json.loads(json.dumps(told)))] == found


@given(st.integers(0, 6), st.sets(st.integers(0, 5)))
def test_every_picture_is_named_or_missing(shots: int, there: set[int]) -> None:
    one = record(7, shots)
    pictures = {f"o{n}": one.picture(n) for n in there if n < shots}
    told = document(one, pictures, ABOUT)
    assert [(o["picture"], o["picture_missing"]) for o in told["occurrences"]] == [
        (pictures.get(f"o{n}"), f"o{n}" not in pictures) for n in range(shots)
    ]
    assert "why" not in told
    assert told["verdicts"] == [{"model": "m", "tracks": [2]}], "boxes frame by frame are left out"


@given(st.integers(1, 9), st.integers(0, 3))
def test_a_kept_record_is_read_back_and_an_older_plan_has_none(number: int, shots: int) -> None:
    one = record(number, shots)
    assert record_of(json.loads(json.dumps(record_to(one)))) == one
    plan = json.loads(json.dumps(to_document(Plan((), (), (one,)))))
    assert plan_from(plan).records == (one,)
    del plan["records"]
    assert plan_from(plan).records == ()


def test_a_summary_has_words_for_whatever_may_be_done_to_an_alarm() -> None:
    for language in get_args(Language):
        assert set(WORDS[language]) == set(WORDS["en"])
        assert set(MOVES.values()) | {"raised", "joined", "cleared"} <= set(DONE[language]) == set(DONE["en"])
        assert set(SEVERITY[language]) == set(SEVERITIES)
        assert set(STATE[language]) == set(ALARM_STATES)
        assert set(ASSESSMENT[language]) == set(ASSESSMENTS)
