"""Object keys: build and parse agree; nothing else passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.ids import CameraId, RunId, SiteId
from shared.mint import uuid7
from shared.object_keys import RunKey, build_key, parse_key

NAMES = st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?\Z")


@given(NAMES, NAMES, NAMES, st.integers(0, 4_000_000_000_000))
def test_round_trip(site: str, node: str, name: str, start_ms: int) -> None:
    key = RunKey(SiteId(site), CameraId(f"{node}.{name}"), "motion", start_ms, RunId(uuid7()))
    assert parse_key(build_key(key)) == key


@pytest.mark.parametrize(
    "bad",
    ["", "../../etc/passwd", "s/n/c/2026/01/01/motion/0-x.mp4", "s/n/../2026/01/01/motion/1-a.mp4"],
)
def test_other_paths_are_rejected(bad: str) -> None:
    with pytest.raises(Rejected, match="object key"):
        parse_key(bad)


def test_a_key_under_the_wrong_day_is_rejected() -> None:
    key = build_key(RunKey(SiteId("s"), CameraId("n.c"), "motion", 0, RunId(uuid7())))
    with pytest.raises(Rejected, match="start time"):
        parse_key(key.replace("1970/01/01", "1970/01/02"))
