"""A manifest's promises, and how a copy is told to differ from them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.export import Gap, Made, Plan, Record
from controller.core.export_manifest import BLOCK_BYTES, SCHEMA, Fault, Promised, faults, kept, manifest, promised, sums
from controller.core.export_words import fault_line, word
from shared.errors import Rejected
from tests.builders import T0

HEX = "a" * 64
MADE = Made("x.mp4", "gate.yard", T0, T0 + 4_000, BLOCK_BYTES + 10, HEX, (HEX, HEX), ({"run": "r"},))
RECORD = Record((MADE,), (Gap("gate.yard", T0 + 4_000, T0 + 5_000, "damaged"),))
DOCUMENT = manifest({"site": "yard"}, Plan((), (Gap("gate.yard", T0 - 9, T0, "lost"),)), [RECORD])


def test_a_manifest_says_what_is_there_and_what_is_not() -> None:
    assert [gap["cause"] for gap in DOCUMENT["gaps"]] == ["lost", "damaged"]
    (one,) = promised(DOCUMENT)
    assert one == Promised("x.mp4", "gate.yard", T0, T0 + 4_000, BLOCK_BYTES + 10, HEX, (HEX, HEX))
    short = kept(DOCUMENT, HEX)
    assert "blocks" not in short["files"][0]
    assert (short["manifest_sha256"], short["gaps"][0]["end_ms"]) == (HEX, T0)
    assert sums([("x.mp4", HEX)]) == f"{HEX}  x.mp4\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x.mp4"}, {"name": ".hidden"}, {"name": "a/b"}, {"bytes": 5}, {"bytes": -1}, {"sha256": "ab"},
        {"blocks": ["ab", HEX]}, {"blocks": None}, {"start_ms": "soon"},
    ],
)  # fmt: skip
def test_a_manifest_that_was_not_written_by_us_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=r"manifest\.json"):
        promised({**DOCUMENT, "files": [{**DOCUMENT["files"][0], **wrong}]})


@pytest.mark.parametrize("document", [None, [], {}, {"schema": SCHEMA}, {**DOCUMENT, "block_bytes": 1}])
def test_what_is_no_manifest_is_refused(document: object) -> None:
    with pytest.raises(Rejected):
        promised(document)
    with pytest.raises(Rejected, match="twice"):
        promised({**DOCUMENT, "files": DOCUMENT["files"] * 2})


@given(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=6), st.data())
def test_every_block_that_differs_is_named_and_no_other(its: list[str], data: st.DataObject) -> None:
    mine = data.draw(st.lists(st.sampled_from(["a", "b"]), min_size=len(its), max_size=len(its)))
    length = (len(its) - 1) * BLOCK_BYTES + 7
    promise = Promised("x.mp4", "gate.yard", T0, T0 + 60_000, length, "".join(its), tuple(its))
    found = faults(promise, length, "".join(mine), mine)
    named = {number for fault in found for number in range(fault.first // BLOCK_BYTES, -(-fault.last // BLOCK_BYTES))}
    assert named == {number for number, (a, b) in enumerate(zip(mine, its, strict=True)) if a != b}
    assert all(fault.last <= length and T0 <= fault.start_ms <= fault.end_ms <= T0 + 60_000 for fault in found)


def test_what_is_absent_shorter_or_odd_is_told() -> None:
    (promise,) = promised(DOCUMENT)
    assert [one.what for one in faults(promise, None, "", ())] == ["absent"]
    (short,) = faults(promise, 10, "other", (HEX,))
    assert (short.what, short.first, short.last) == ("length", 10, BLOCK_BYTES + 10)
    (odd,) = faults(promise, promise.length_bytes, "other", promise.blocks)
    assert (odd.first, odd.last) == (0, promise.length_bytes)


def test_words_are_there_in_both_languages() -> None:
    fault = Fault("x.mp4", "bytes", 0, 4_194_304, T0, T0)
    assert fault_line(fault, "at noon", "en") == "x.mp4: differs: bytes 0-4194303, at noon"
    assert "바이트" in fault_line(fault, "", "ko")
    assert word("camera stalled", "ko") == "카메라 영상이 끊김"
    assert word("something new", "ko") == "something new"
