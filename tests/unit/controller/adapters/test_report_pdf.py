"""Printed reports: the same bytes for the same words, every word in them, in a font of what is used."""

import re
import zlib
from pathlib import Path

import pytest

from controller.adapters import report_pdf as module
from controller.adapters.pdf_font import PdfFont
from controller.adapters.report_pdf import report_pdf, wrapped
from controller.core.bundle_report import Block, Heading, Line, Table

_FILE = Path(module.__file__).with_name("fonts") / "report.ttf"
FONT = PdfFont(_FILE)
BLOCKS: list[Block] = [
    Heading("증거 번들 보고서", 1),
    Line("Every word, and 모든 낱말.", grey=True),
    Table((1, 2), tuple((f"row {number}", "값 " * 40) for number in range(60)), ("Name", "값")),
]


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(one) for one in found]


def text_of(pdf: bytes) -> str:
    """What a reader copies out of it."""
    parts = streams(pdf)
    pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]{4})>", parts[1].decode())
    letters = {glyph: bytes.fromhex(letter).decode("utf-16-be") for glyph, letter in pairs}
    lines = [line for page in parts[2:] for line in re.findall(r"<([0-9A-F]*)> Tj", page.decode())]
    return "\n".join("".join(letters[line[at : at + 4]] for at in range(0, len(line), 4)) for line in lines)


def test_the_same_words_are_the_same_bytes() -> None:
    assert report_pdf(BLOCKS, "ko", "yard") == report_pdf(BLOCKS, "ko", "yard")


def test_every_word_is_in_it_and_heads_stand_on_every_page() -> None:
    pdf = report_pdf(BLOCKS, "ko", "yard")
    text = text_of(pdf)
    pages = pdf.count(b"/Type /Page /Parent")
    assert pages > 1
    assert "증거 번들 보고서\nEvery word, and 모든 낱말.\n" in text
    assert [line for line in text.split("\n") if line.startswith("row ")] == [f"row {number}" for number in range(60)]
    assert text.count("Name") == pages
    assert [f"{page} / {pages}" in text for page in range(1, pages + 1)] == [True] * pages


def test_it_is_built_as_readers_ask() -> None:
    pdf = report_pdf(BLOCKS, "en", "yard")
    at = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[at:].startswith(b"xref\n")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), 1):
        assert pdf[int(place) :].startswith(b"%d 0 obj\n" % number)


def test_the_font_in_it_has_what_is_used_and_is_small() -> None:
    used = [FONT.glyph(letter) for letter in "증거 evidence"]
    data = FONT.with_only(used)
    assert len(data) < _FILE.stat().st_size / 10
    assert data.startswith(b"\0\1\0\0")
    assert 0 not in used, "the font has these letters"
    assert FONT.glyph("\U0001f4a9") == 0


@pytest.mark.parametrize("text", ["", "a", "a" * 500, "word " * 80, "긴 문장이 여기에 있다 " * 20, "  two  spaces "])
def test_lines_fit_and_lose_no_letter(text: str) -> None:
    lines = wrapped(FONT, text, 8, 120)
    assert all(FONT.width(line, 8) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
