"""Lays out the report of a bundle as a PDF: headings, lines and tables over as many pages as they need."""

from collections.abc import Sequence
from pathlib import Path

from controller.adapters.pdf_file import HEIGHT, WIDTH, PdfFile
from controller.adapters.pdf_font import PdfFont
from controller.core.bundle_report import Block, Heading, Line, Table

_FONT = Path(__file__).with_name("fonts") / "report.ttf"
_EDGE, _FOOT, _GAP = 48.0, 56.0, 8.0
_TEXT, _FACT, _CELL, _SMALL = 10.0, 9.5, 8.0, 7.5
_SIZES = {1: 20.0, 2: 13.0}
_LEADING = 1.45
_GREY = 0.38


def report_pdf(blocks: Sequence[Block], language: str, foot: str) -> bytes:
    """The file; `foot`: stands on every page beside its number."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "")
    sheet = _Sheet(PdfFile(PdfFont(_FONT), title, language))
    for block in blocks:
        sheet.put(block)
    return sheet.finish(foot)


class _Sheet:
    """Where the next line goes."""

    def __init__(self, pdf: PdfFile) -> None:
        self._pdf = pdf
        self._y = HEIGHT
        self._width = WIDTH - 2 * _EDGE

    def put(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Line):
            self._lines(block.text, _TEXT, _GREY if block.grey else 0.0)
        else:
            self._table(block)

    def finish(self, foot: str) -> bytes:
        pages = self._pdf.pages
        for page in range(pages):
            number = f"{page + 1} / {pages}"
            at = HEIGHT - _EDGE / 2
            self._pdf.text(_EDGE, at, foot, _SMALL, _GREY, page)
            self._pdf.text(WIDTH - _EDGE - self._pdf.font.width(number, _SMALL), at, number, _SMALL, _GREY, page)
        return self._pdf.finish()

    def _room(self, height: float) -> bool:
        """Go on to a new page where so much does not fit; whether that was so."""
        if self._y + height <= HEIGHT - _FOOT:
            return False
        self._pdf.begin_page()
        self._y = _EDGE
        return True

    def _heading(self, block: Heading) -> None:
        size = _SIZES[block.level]
        if not self._room(size * 5):
            self._y += 0 if block.level == 1 else size * 1.2
        self._y += size
        self._pdf.text(_EDGE, self._y, block.text, size)
        self._y += size * 0.6

    def _lines(self, text: str, size: float, grey: float) -> None:
        for line in wrapped(self._pdf.font, text, size, self._width):
            self._room(size * _LEADING)
            self._y += size * _LEADING
            self._pdf.text(_EDGE, self._y, line, size, grey)
        self._y += size * 0.4

    def _table(self, table: Table) -> None:
        whole = sum(table.shares)
        widths = [share * self._width / whole for share in table.shares]
        size = _CELL if table.heads else _FACT
        self._y += size * 0.5
        rows = [self._wrapped(row, widths, size) for row in table.rows]
        for number, cells in enumerate(rows):
            height = _height(cells, size)
            if number == 0:
                self._room(height + 3 * _CELL * _LEADING)
                self._head(table, widths)
            elif self._room(height):
                self._head(table, widths)
            self._cells(cells, widths, size, grey_first=not table.heads)
            self._y += height
            self._pdf.rule(_EDGE, self._y, self._width)
        self._y += size * 0.5

    def _head(self, table: Table, widths: Sequence[float]) -> None:
        if not table.heads:
            return
        cells = self._wrapped(table.heads, widths, _CELL)
        height = _height(cells, _CELL)
        self._cells(cells, widths, _CELL, grey_first=False, grey=_GREY)
        self._y += height
        self._pdf.rule(_EDGE, self._y, self._width, 0.4)

    def _wrapped(self, row: Sequence[str], widths: Sequence[float], size: float) -> list[list[str]]:
        return [wrapped(self._pdf.font, cell, size, width - _GAP) for cell, width in zip(row, widths, strict=True)]

    def _cells(
        self,
        cells: Sequence[Sequence[str]],
        widths: Sequence[float],
        size: float,
        *,
        grey_first: bool,
        grey: float = 0.0,
    ) -> None:
        x = _EDGE
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            for number, line in enumerate(cell, 1):
                shade = _GREY if grey_first and place == 0 else grey
                self._pdf.text(x, self._y + number * size * _LEADING, line, size, shade)
            x += width


def _height(cells: Sequence[Sequence[str]], size: float) -> float:
    return max(len(cell) for cell in cells) * size * _LEADING + size * 0.5


def wrapped(font: PdfFont, text: str, size: float, width: float) -> list[str]:
    """Lines that fit: broken at spaces, and within what is longer than a line."""
    lines = [""]
    for part in text.replace("\n", " ").split(" "):
        joined = f"{lines[-1]} {part}" if lines[-1] else part
        if font.width(joined, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in part:
            if lines[-1] and font.width(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines
