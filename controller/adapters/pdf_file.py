"""A PDF of text and rules in one embedded font: the same pages are always the same bytes."""

import zlib
from collections.abc import Sequence

from controller.adapters.pdf_font import PdfFont

WIDTH, HEIGHT = 595.28, 841.89
"""A4, in points."""
_TITLED = "/ViewerPreferences << /DisplayDocTitle true >>"
_BASE = "/BaseFont /CCTVReport"
_PARTS = "/DescendantFonts [4 0 R] /ToUnicode 7 0 R"


class PdfFile:
    """Pages are drawn from their top left corner, in points."""

    def __init__(self, font: PdfFont, title: str, language: str) -> None:
        self.font = font
        self._title = title
        self._language = language
        self._pages: list[list[str]] = []
        self._used: dict[int, str] = {}

    @property
    def pages(self) -> int:
        return len(self._pages)

    def begin_page(self) -> None:
        self._pages.append([])

    def text(self, x: float, y: float, text: str, size: float, grey: float = 0.0, page: int = -1) -> None:
        """One line of text whose baseline is `y` below the top."""
        glyphs = []
        for letter in text:
            glyph = self.font.glyph(letter)
            self._used.setdefault(glyph, letter)
            glyphs.append(f"{glyph:04X}")
        place = f"1 0 0 1 {x:.2f} {HEIGHT - y:.2f} Tm"
        self._pages[page].append(f"BT /F {size:g} Tf {grey:g} g {place} <{''.join(glyphs)}> Tj ET")

    def rule(self, x: float, y: float, width: float, grey: float = 0.8) -> None:
        """A thin line."""
        self._pages[-1].append(f"{grey:g} G 0.5 w {x:.2f} {HEIGHT - y:.2f} m {x + width:.2f} {HEIGHT - y:.2f} l S")

    def finish(self) -> bytes:
        """The file."""
        first = 8
        kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(self._pages)))
        objects = [
            f"<< /Type /Catalog /Pages 2 0 R /Lang ({self._language}) {_TITLED} >>".encode(),
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>".encode(),
            f"<< /Type /Font /Subtype /Type0 {_BASE} /Encoding /Identity-H {_PARTS} >>".encode(),
            self._descendant(),
            self._descriptor(),
            _stream(self.font.with_only(self._used)),
            _stream(self._unicode()),
        ]
        for number, page in enumerate(self._pages):
            box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F 3 0 R >> >>"
            objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {first + 2 * number + 1} 0 R >>".encode())
            objects.append(_stream("\n".join(page).encode()))
        title = self._title.encode("utf-16-be").hex().upper()
        objects.append(f"<< /Title <FEFF{title}> >>".encode())
        return _file(objects)

    def _descendant(self) -> bytes:
        widths = " ".join(f"{glyph} [{self._scaled(self.font.advance(glyph))}]" for glyph in sorted(self._used))
        return (
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /CCTVReport /CIDToGIDMap /Identity /FontDescriptor 5 0 R"
            f" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 /W [{widths}] >>"
        ).encode()

    def _descriptor(self) -> bytes:
        box = " ".join(str(self._scaled(one)) for one in self.font.box)
        ascent, descent = self._scaled(self.font.ascent), self._scaled(self.font.descent)
        return (
            f"<< /Type /FontDescriptor /FontName /CCTVReport /Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent {ascent}"
            f" /Descent {descent} /CapHeight {ascent} /StemV 80 /FontFile2 6 0 R >>"
        ).encode()

    def _scaled(self, units: int) -> int:
        return round(units * 1000 / self.font.units)

    def _unicode(self) -> bytes:
        """Which letter each glyph is, so that text can be searched and copied."""
        known = sorted(self._used.items())
        lines = ["/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"]
        lines.append("1 begincodespacerange <0000> <FFFF> endcodespacerange")
        for start in range(0, len(known), 100):
            part = known[start : start + 100]
            pairs = "\n".join(f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in part)
            lines.append(f"{len(part)} beginbfchar\n{pairs}\nendbfchar")
        return "\n".join([*lines, "endcmap end end"]).encode()


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    head = f"<< /Length {len(packed)} /Length1 {len(data)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    at = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode()
    out += f"startxref\n{at}\n%%EOF\n".encode()
    return bytes(out)
