"""A TrueType font as a PDF needs it: widths, glyphs of letters, and a file of the glyphs that are used."""

import struct
from collections.abc import Iterable
from pathlib import Path

_KEPT = (b"cvt ", b"fpgm", b"prep", b"head", b"hhea", b"maxp", b"hmtx", b"loca", b"glyf")
_LONG_LOCA = struct.pack(">h", 1)
_MORE, _WORDS, _SCALE, _TWO_SCALES, _MATRIX = 0x20, 0x01, 0x08, 0x40, 0x80


class PdfFont:
    """Reads a font of our own: its tables are there, and its letters are of the basic plane."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        count = struct.unpack_from(">H", self._data, 4)[0]
        self._tables: dict[bytes, bytes] = {}
        for number in range(count):
            name, _, offset, length = struct.unpack_from(">4sLLL", self._data, 12 + 16 * number)
            self._tables[name] = self._data[offset : offset + length]
        head, hhea = self._tables[b"head"], self._tables[b"hhea"]
        self.units: int = struct.unpack_from(">H", head, 18)[0]
        self.box: tuple[int, ...] = struct.unpack_from(">4h", head, 36)
        self.ascent, self.descent = struct.unpack_from(">2h", hhea, 4)
        self._metrics: int = struct.unpack_from(">H", hhea, 34)[0]
        self._glyphs: int = struct.unpack_from(">H", self._tables[b"maxp"], 4)[0]
        long_loca = struct.unpack_from(">h", head, 50)[0]
        form = f">{self._glyphs + 1}{'L' if long_loca else 'H'}"
        self._loca = [at if long_loca else 2 * at for at in struct.unpack_from(form, self._tables[b"loca"])]
        self._letters = self._read_letters()

    def glyph(self, letter: str) -> int:
        """0: the font does not have it, and shows a box."""
        return self._letters.get(ord(letter), 0)

    def advance(self, glyph: int) -> int:
        """How wide it is, in units of the font."""
        place = min(glyph, self._metrics - 1)
        found: int = struct.unpack_from(">H", self._tables[b"hmtx"], 4 * place)[0]
        return found

    def width(self, text: str, size: float) -> float:
        return sum(self.advance(self.glyph(letter)) for letter in text) * size / self.units

    def with_only(self, glyphs: Iterable[int]) -> bytes:
        """A font whose glyphs have the same numbers, and outlines only where they are used."""
        used, waiting = {0}, list(glyphs)
        while waiting:
            glyph = waiting.pop()
            if glyph not in used:
                used.add(glyph)
                waiting += self._parts(glyph)
        outlines, places = bytearray(), [0]
        for glyph in range(self._glyphs):
            if glyph in used:
                outlines += self._outline(glyph)
                outlines += bytes(-len(outlines) % 4)
            places.append(len(outlines))
        head = bytearray(self._tables[b"head"])
        head[50:52] = _LONG_LOCA
        tables = {name: self._tables[name] for name in _KEPT if name in self._tables}
        tables |= {b"head": bytes(head), b"glyf": bytes(outlines), b"loca": struct.pack(f">{len(places)}L", *places)}
        return _font_file(tables)

    def _read_letters(self) -> dict[int, int]:
        """The table of format 4: runs of letters."""
        cmap = self._tables[b"cmap"]
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            at = struct.unpack_from(">L", cmap, 8 + 8 * number)[0]
            if struct.unpack_from(">H", cmap, at)[0] == 4:  # noqa: PLR2004 - the format
                return _runs(cmap, at)
        raise ValueError("no table of letters")

    def _outline(self, glyph: int) -> bytes:
        return self._tables[b"glyf"][self._loca[glyph] : self._loca[glyph + 1]]

    def _parts(self, glyph: int) -> list[int]:
        """The glyphs of which a composite one is made."""
        outline = self._outline(glyph)
        if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:  # noqa: PLR2004 - its head
            return []
        found, at, flags = [], 10, _MORE
        while flags & _MORE:
            flags, part = struct.unpack_from(">HH", outline, at)
            found.append(part)
            at += 4 + (4 if flags & _WORDS else 2)
            at += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
        return found


def _runs(cmap: bytes, at: int) -> dict[int, int]:
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", cmap, at + 14)
    starts = struct.unpack_from(f">{count}H", cmap, at + 16 + 2 * count)
    shifts = struct.unpack_from(f">{count}H", cmap, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", cmap, ranges_at)
    found: dict[int, int] = {}
    for place, (start, end, shift, offset) in enumerate(zip(starts, ends, shifts, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            listed = ranges_at + 2 * place + offset + 2 * (code - start)
            glyph = struct.unpack_from(">H", cmap, listed)[0] if offset else code
            if offset and not glyph:
                continue
            found[code] = (glyph + shift) & 0xFFFF
    return found


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    names = sorted(tables)
    power = len(names).bit_length() - 1
    out = bytearray(struct.pack(">LHHHH", 0x10000, len(names), 16 << power, power, 16 * len(names) - (16 << power)))
    at = 12 + 16 * len(names)
    for name in names:
        data = tables[name]
        out += struct.pack(">4sLLL", name, _checksum(data), at, len(data))
        at += len(data) + -len(data) % 4
    for name in names:
        out += tables[name] + bytes(-len(tables[name]) % 4)
    return bytes(out)


def _checksum(data: bytes) -> int:
    whole = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(whole) // 4}L", whole)
    return sum(words) & 0xFFFFFFFF
