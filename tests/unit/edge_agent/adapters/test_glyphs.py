"""The shipped font: every letter that is promised, whole, and once drawn never again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from edge_agent.adapters import glyphs
from edge_agent.adapters.glyphs import Glyphs, fitting
from edge_agent.core.overlay import LETTERS

PROMISED = [chr(code) for first, last in LETTERS for code in range(first, last + 1)]


def test_the_font_has_every_letter_that_is_promised() -> None:
    font = ImageFont.truetype(str(glyphs._FONT), 16, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(font.getmask("\U0010fffd"))
    assert missing
    assert [letter for letter in PROMISED if bytes(font.getmask(letter)) == missing] == []


@settings(max_examples=80, deadline=None)
@given(letter=st.sampled_from(PROMISED), height=st.sampled_from([6, 13, 26, 39]))
def test_no_letter_is_clipped(letter: str, height: int) -> None:
    ink = Glyphs(height).ink((letter,))
    font = ImageFont.truetype(str(glyphs._FONT), height, layout_engine=ImageFont.Layout.BASIC)
    for found, outline in ((ink.letters, 0), (ink.outlined, max(1, height // 12))):
        roomy = Image.new("L", (300, 300))
        ImageDraw.Draw(roomy).text((100, 100), letter, 255, font, stroke_width=outline, stroke_fill=255)
        assert found.sum(dtype=np.int64) == np.asarray(roomy).sum(dtype=np.int64)
    assert all(side % 2 == 0 for side in ink.letters.shape)


def test_a_line_has_its_letters_side_by_side_and_a_second_line_stands_below() -> None:
    letters = Glyphs(26)
    one, two = letters.ink(("정문",)), letters.ink(("정문", "07:00"))
    assert one.letters.sum(dtype=int) == sum(letters.ink((letter,)).letters.sum(dtype=int) for letter in "정문")
    assert two.letters[: one.letters.shape[0] // 2 * 2, : one.letters.shape[1]][one.letters > 0].all()
    assert two.letters[one.letters.shape[0] :].any()
    assert not np.array_equal(letters.ink(("정문",)).letters, letters.ink(("정몬",)).letters)


def test_a_letter_is_drawn_once() -> None:
    letters = Glyphs(26)
    for second in range(60):
        letters.ink((f"2026-11-21 07:00:{second:02}",))
    assert letters._letter.cache_info().misses == len(set("2026-11-21 07:00:3456789"))


@pytest.mark.parametrize("room", [(1200, 700), (180, 105), (90, 60)])
def test_letters_are_made_smaller_until_the_lines_fit(room: tuple[int, int]) -> None:
    lines = ("공장 동쪽 출입구", "2026-11-21 07:00:00")
    found = fitting(lines, room, 26)
    assert found is not None
    height, width = found.ink(lines).outlined.shape
    assert width <= room[0] + 1
    assert height <= room[1] + 1


def test_where_nothing_could_be_read_nothing_is_written() -> None:
    assert fitting(("공장 동쪽 출입구",), (30, 30), 26) is None
