"""What is written into pictures, and where."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.overlay import Corner, OverlayLines, OverlayRules, letter_height_px, parse_overlay_text, place_px
from shared.errors import Rejected

AT_MS = 1_795_276_799_999  # 2026-11-21T15:59:59.999Z


def test_the_clock_tells_the_sites_own_time_to_the_second_and_its_zone_where_it_has_none() -> None:
    seoul = OverlayRules(clock=True, text="정문", time_zone="Asia/Seoul")
    assert OverlayLines(seoul).at(AT_MS) == ("정문", "2026-11-22 00:59:59")
    assert OverlayLines(OverlayRules(clock=True)).at(AT_MS) == ("2026-11-21 15:59:59 UTC",)
    assert OverlayLines(OverlayRules(text="Gate")).at(AT_MS) == ("Gate",)
    assert [OverlayRules().wanted, seoul.wanted] == [False, True]


def test_the_hour_that_comes_twice_and_the_hour_that_is_left_out() -> None:
    lines = OverlayLines(OverlayRules(clock=True, time_zone="Europe/Berlin"))
    assert lines.at(1_792_886_400_000)[0] == "2026-10-25 02:00:00"
    assert lines.at(1_792_890_000_000)[0] == "2026-10-25 02:00:00"
    assert lines.at(1_774_746_000_000)[0] == "2026-03-29 03:00:00"


@pytest.mark.parametrize("text", ["門", "a\nb", "😀", "x" * 41, "\u202egate", "é́"])
def test_what_the_font_lacks_or_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as told:
        parse_overlay_text("text", text)
    assert told.value.field == "text"


def test_letters_that_are_given_in_pieces_are_composed() -> None:
    pieces = unicodedata.normalize("NFD", "정문 출입구 é")
    assert parse_overlay_text("text", f" {pieces} ") == "정문 출입구 é"
    assert parse_overlay_text("text", "") == ""


@given(
    corner=st.sampled_from(("top-left", "top-right", "bottom-left", "bottom-right")),
    picture=st.tuples(st.integers(8, 999), st.integers(8, 999)),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_patch_that_fits_stands_inside_the_picture_in_its_corner(
    corner: Corner, picture: tuple[int, int], share: tuple[float, float]
) -> None:
    picture = (picture[0] * 2, picture[1] * 2)
    patch = tuple(2 + int(part * (whole - 2)) // 2 * 2 for part, whole in zip(share, picture, strict=True))
    left, top = place_px(corner, picture, (patch[0], patch[1]))
    assert left % 2 == top % 2 == 0
    gaps = {"left": left, "top": top, "right": picture[0] - left - patch[0], "bottom": picture[1] - top - patch[1]}
    assert min(gaps.values()) >= 0
    vertical, horizontal = corner.split("-")
    assert gaps[horizontal] <= gaps["left" if horizontal == "right" else "right"] + 2
    assert gaps[vertical] <= gaps["top" if vertical == "bottom" else "bottom"] + 2


def test_letters_grow_with_the_picture() -> None:
    assert [letter_height_px(height) for height in (112, 360, 720, 1080)] == [8, 13, 26, 39]
