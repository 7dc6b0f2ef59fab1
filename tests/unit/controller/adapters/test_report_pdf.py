"""Printed reports: the same bytes for the same words, every word in them, in a font of what is used."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.adapters import report_pdf as module
from controller.adapters.report_pdf import report_pdf
from controller.core.bundle_report import Block, Heading, Line, Table
from tests.servers.processes import program

FOOT = ("yard · 01963f2e", "SHA-256 " + "ab" * 32)
LONG = "0123456789abcdef" * 12
BLOCKS: list[Block] = [
    Heading("증거 번들 보고서", 1),
    Table((1, 4), (("사유", '<b>three</b> & <img src="file:///etc/hosts"/> more'), ("Key", LONG))),
    Heading("1. 파일"),
    Line("Every word, and 모든 낱말.", grey=True),
    Table((1, 2), tuple((f"row {number}", "값 " * 40) for number in range(60)), ("Name", "값")),
    Heading("2. Handed over"),
    Table((1, 1), (("", ""),) * 4, ("From", "To")),
]


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    """What a reader copies out of each page."""
    (folder / "report.pdf").write_bytes(pdf)
    command = [program("pdftotext", what="pdftotext (poppler-utils)"), "-layout", str(folder / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    return text.split("\f")[:-1]


def test_the_same_words_are_the_same_bytes_in_another_process() -> None:
    here = report_pdf(BLOCKS, "ko", FOOT)
    assert here == report_pdf(BLOCKS, "ko", FOOT)
    code = (
        "import sys; from tests.unit.controller.adapters.test_report_pdf import *;"
        "sys.stdout.buffer.write(report_pdf(BLOCKS, 'ko', FOOT))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert other.stdout == here


def test_every_word_is_in_it_and_heads_feet_and_numbers_stand_on_every_page(tmp_path: Path) -> None:
    pages = pages_of(report_pdf(BLOCKS, "ko", FOOT), tmp_path)
    text = "\n".join(pages)
    assert len(pages) > 2
    assert text.index("증거 번들 보고서") < text.index("1. 파일") < text.index("Every word, and 모든 낱말.")
    assert re.findall(r"^ *(row \d+)", text, re.MULTILINE) == [f"row {number}" for number in range(60)]
    assert text.count("값") == 60 * 40 + text.count("Name"), "no cell is cut"
    assert ["Name" in page for page in pages[:-1]] == [True] * (len(pages) - 1)
    for number, page in enumerate(pages, 1):
        assert re.search(rf"\b{number} ?/ ?{len(pages)}$", page, re.MULTILINE)
        assert all(line in page for line in FOOT)


def test_text_is_no_markup_and_a_long_word_is_broken_and_whole(tmp_path: Path) -> None:
    first = pages_of(report_pdf(BLOCKS, "en", FOOT), tmp_path)[0]
    assert '<b>three</b> & <img src="file:///etc/hosts"/> more' in first
    assert "".join(re.findall(r"(?:0123456789abcdef|(?<![0-9a-z])[0-9a-f]{8,})[0-9a-f]*", first)).startswith(LONG)


def test_it_says_what_it_is_and_has_no_font_but_what_is_used_of_ours() -> None:
    pdf = report_pdf(BLOCKS, "ko", FOOT)
    assert set(re.findall(rb"/BaseFont /(?:[A-Z]{6}\+)?(\w+)", pdf)) == {b"CCTVReport"}
    assert b"/Lang (ko)" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"reportlab.com" not in pdf
    assert len(pdf) < module._FILE.stat().st_size / 10


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=2, max_size=2))
def test_whatever_somebody_typed_can_be_printed(words: list[str]) -> None:
    assert report_pdf([Heading(words[0], 1), Line(words[1]), Table((1, 1), ((words[0], words[1]),))], "ko", FOOT)


@pytest.mark.parametrize("rows", [(), (("", ""),)])
def test_a_table_without_rows_is_drawn(rows: tuple[tuple[str, ...], ...]) -> None:
    assert report_pdf([Table((1, 1), rows, ("From", "To"))], "en", FOOT).startswith(b"%PDF")
