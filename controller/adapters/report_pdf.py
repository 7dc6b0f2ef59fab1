"""Lays out the report of a bundle as a PDF: a title block, parts, tables over as many pages as they need."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from controller.core.bundle_report import Block, Heading, Line, Table

FONT = "CCTVReport"
_FILE = Path(__file__).with_name("fonts") / "report.ttf"
_EDGE, _FOOT, _PAD = 42.0, 64.0, 4.0
_FRAME = 6.0
"""What the library leaves free around everything."""
_INK, _GREY, _LINE, _BAND = (Color(shade, shade, shade) for shade in (0.0, 0.36, 0.72, 0.94))
_BY_HAND = 30.0
"""The height of a row that people fill in with a pen."""


def report_pdf(blocks: Sequence[Block], language: str, foot: Sequence[str]) -> bytes:
    """The file: the same words are the same bytes. `foot`: lines on every page, beside its number."""
    font = _font()
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_EDGE, rightMargin=_EDGE, topMargin=_EDGE, bottomMargin=_FOOT, title=title,
        author="SHT-CCTV", creator="SHT-CCTV", producer="SHT-CCTV", subject=" ".join(foot), lang=language, invariant=1,
        pageCompression=1, initialFontName=font,
    )  # fmt: skip

    def canvas(*given: Any, **more: Any) -> Canvas:
        return _Pages(*given, foot=foot, **more)

    width = document.width - 2 * _FRAME
    document.build([part for block in blocks for part in _laid(block, width)], canvasmaker=canvas)
    return out.getvalue()


@cache
def _font() -> str:
    pdfmetrics.registerFont(TTFont(FONT, str(_FILE)))
    return FONT


class _Pages(Canvas):  # type: ignore[misc]  # the library has no types
    """Keeps pages until their number is known, and writes it under each."""

    def __init__(self, *given: Any, foot: Sequence[str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.setViewerPreference("DisplayDocTitle", "true")
        self._foot = foot
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        count = len(self._kept)
        for number, page in enumerate(self._kept, 1):
            self.__dict__.update(page)
            self._under(f"{number} / {count}")
            super().showPage()
        super().save()

    def _under(self, number: str) -> None:
        width, _ = A4
        self.setStrokeColor(_LINE)
        self.setLineWidth(0.5)
        left, right = _EDGE + _FRAME, width - _EDGE - _FRAME
        self.line(left, _FOOT - 14, right, _FOOT - 14)
        self.setFillColor(_GREY)
        self.setFont(FONT, 7)
        for place, text in enumerate(self._foot):
            self.drawString(left, _FOOT - 25 - 10 * place, text)
        self.drawRightString(right, _FOOT - 25, number)


def _style(size: float, color: Color = _INK, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        f"s{size}", fontName=FONT, bulletFontName=FONT, fontSize=size, leading=size * 1.45, textColor=color, **more
    )


_TITLE, _PART = _style(20, spaceAfter=10), _style(12.5, spaceBefore=16, spaceAfter=5)
_TEXT, _ASIDE = _style(9.5, spaceAfter=4), _style(9, _GREY, spaceAfter=4)
_FACT, _NAME = _style(9), _style(9, _GREY)
_CELL, _HEAD = _style(7.5), _style(7.5, _GREY)


def _laid(block: Block, width: float) -> list[Flowable]:
    if isinstance(block, Heading):
        part = _paragraph(block.text, _TITLE if block.level == 1 else _PART)
        return [part] if block.level == 1 else [CondPageBreak(110), part]
    if isinstance(block, Line):
        return [_paragraph(block.text, _ASIDE if block.grey else _TEXT)]
    return [Spacer(0, 2), _table(block, width), Spacer(0, 6)]


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Text is text: nothing in it is taken for the library's markup."""
    return Paragraph(escape("".join(letter if letter.isprintable() else " " for letter in text)), style)


def _table(table: Table, width: float) -> LongTable:
    whole = sum(table.shares)
    drawn: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT),  # the library names another one where none is said
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), _PAD * 0.75),
        ("BOTTOMPADDING", (0, 0), (-1, -1), _PAD),
    ]
    if table.heads:
        rows = [[_paragraph(one, _HEAD) for one in table.heads]]
        rows += [[_paragraph(one, _CELL) for one in row] for row in table.rows]
        drawn += [("BACKGROUND", (0, 0), (-1, 0), _BAND), ("LINEBELOW", (0, 0), (-1, 0), 0.8, _GREY)]
    else:
        rows = [[_paragraph(row[0], _NAME), *(_paragraph(one, _FACT) for one in row[1:])] for row in table.rows]
        drawn += [("BACKGROUND", (0, 0), (0, -1), _BAND), ("BOX", (0, 0), (-1, -1), 0.8, _GREY)]
    empty = [bool(table.rows) and not any(row) for row in table.rows]
    heights = [None] * bool(table.heads) + [_BY_HAND if one else None for one in empty]
    return LongTable(
        rows,
        colWidths=[share * width / whole for share in table.shares],
        rowHeights=heights,
        repeatRows=1 if table.heads else 0,
        style=TableStyle(drawn),
    )
