"""Windows answer for every minute of a week, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.schedule import RecordPlan, Schedule, TransferPlan, UploadPlan, Window, parse_window
from shared.errors import Rejected
from shared.kinds import MediaClass

CLASSES: tuple[MediaClass, ...] = ("promoted", "gated", "motion", "continuous")
MINUTE_MS = 60_000
WEEK_MIN = 7 * 1_440
ZONES = [ZoneInfo(name) for name in ("Asia/Seoul", "Europe/Berlin", "Australia/Lord_Howe", "UTC")]
WINDOWS = st.builds(
    Window, st.frozensets(st.integers(0, 6)), st.integers(0, 1_439), st.one_of(st.integers(0, 1_440), st.just(0))
)


def ms(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def week(window: Window) -> set[int]:
    """Minutes of the week, counted out one by one."""
    length = (window.end_min - window.start_min) % 1_440 or 1_440
    if window.start_min < window.end_min:
        length = window.end_min - window.start_min
    return {(day * 1_440 + window.start_min + step) % WEEK_MIN for day in window.days for step in range(length)}


@settings(max_examples=20, deadline=None)
@given(st.lists(WINDOWS, max_size=4))
def test_every_minute_of_a_week_has_the_answer_of_its_windows(windows: list[Window]) -> None:
    schedule = Schedule(tuple(windows))
    monday_ms = ms(datetime(2026, 11, 16, tzinfo=UTC))
    wanted = set().union(*map(week, windows))
    assert {minute for minute in range(WEEK_MIN) if schedule.holds(monday_ms + minute * MINUTE_MS)} == wanted


@settings(max_examples=80, deadline=None)
@given(
    st.lists(WINDOWS, min_size=1, max_size=3),
    st.sampled_from(ZONES),
    st.integers(0, 60 * 366 * 24),
)
def test_the_clock_on_the_wall_decides(windows: list[Window], zone: ZoneInfo, minute: int) -> None:
    now_ms = ms(datetime(2026, 1, 1, tzinfo=UTC)) + minute * MINUTE_MS
    local = datetime.fromtimestamp(now_ms / 1000, zone)
    place = local.weekday() * 1_440 + local.hour * 60 + local.minute
    schedule = Schedule(tuple(windows), zone)
    assert schedule.holds(now_ms) == any(place in week(window) for window in windows)
    assert schedule.holds(now_ms + MINUTE_MS - 1) == schedule.holds(now_ms)  # no zone of today is off by seconds


@pytest.mark.parametrize(
    ("day", "minutes"),
    [((2026, 3, 29), 60), ((2026, 10, 25), 180), ((2026, 6, 7), 120)],
    ids=["spring", "autumn", "summer"],
)
def test_when_clocks_change_an_hour_is_left_out_or_counts_twice(day: tuple[int, int, int], minutes: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    schedule = Schedule((parse_window("sun 01:30-03:30"),), zone)
    noon_ms = ms(datetime(*day, 12, tzinfo=zone))
    assert sum(schedule.holds(noon_ms - minute * MINUTE_MS) for minute in range(1_440)) == minutes


def test_windows_are_read() -> None:
    assert parse_window("mon-fri 08:00-18:00") == Window(frozenset(range(5)), 480, 1_080)
    assert parse_window("sat,sun 22:00-06:00") == Window(frozenset({5, 6}), 1_320, 360)
    assert parse_window("fri-mon 00:00-24:00") == Window(frozenset({4, 5, 6, 0}), 0, 1_440)
    assert parse_window("daily 07:15-07:15") == Window(frozenset(range(7)), 435, 435)
    assert len(week(parse_window("daily 07:15-07:15"))) == WEEK_MIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "mon 8:00-9:00",
        "mon 08:00-25:00",
        "mon 08:60-09:00",
        "mon 24:00-08:00",
        "mon 08:00-24:01",
        "mond 08:00-09:00",
        "mon- 08:00-09:00",
        "-mon 08:00-09:00",
        "mon,,tue 08:00-09:00",
        "daily-mon 08:00-09:00",
        "월 08:00-09:00",
        "mon 08:00-09:00\n",
    ],
)
def test_what_is_no_window_is_refused_by_name(text: str) -> None:
    with pytest.raises(Rejected, match="window") as refused:
        parse_window(text)
    assert repr(text) in str(refused.value)


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_rejected(text: str) -> None:
    try:
        parse_window(text)
    except Rejected:
        return


def test_modes() -> None:
    always, never = Schedule((parse_window("daily 00:00-24:00"),)), Schedule()
    assert RecordPlan().wants(0, moving=False)
    assert not RecordPlan("off").wants(0, moving=True)
    assert [RecordPlan("motion").wants(0, moving=moving) for moving in (True, False)] == [True, False]
    assert [RecordPlan("schedule", plan).wants(0, moving=True) for plan in (always, never)] == [True, False]
    assert [(UploadPlan(mode).events, UploadPlan(mode).everything(0)) for mode in ("events", "continuous", "off")] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert [UploadPlan("schedule", plan).everything(0) for plan in (always, never)] == [True, False]
    assert [UploadPlan(mode).due(0) for mode in ("events", "continuous", "off")] == ["events", "all", "asked"]
    assert [UploadPlan("schedule", plan).due(0) for plan in (always, never)] == ["all", "asked"]


def test_outside_the_windows_only_what_always_may_is_sent() -> None:
    nights = Schedule((parse_window("daily 20:00-06:00"),), ZoneInfo("Asia/Seoul"))
    noon_ms = int(datetime(2026, 1, 5, 12, tzinfo=ZoneInfo("Asia/Seoul")).timestamp() * 1000)
    night_ms = noon_ms + 12 * 3_600_000
    plan = TransferPlan(nights, frozenset({"gated"}))
    assert [of for of in CLASSES if plan.lets(of, noon_ms)] == ["promoted", "gated"]
    assert all(plan.lets(of, night_ms) for of in CLASSES)
    assert TransferPlan().lets("continuous", noon_ms)
    assert TransferPlan(nights).lets("promoted", noon_ms)
