"""Draws a QR code as one path, which a page under a strict policy may show."""


def qr_path(text: str) -> tuple[str, int]:
    """The dark squares as an SVG path of unit squares, and how many stand in a row."""
    import segno

    rows = list(segno.make(text, error="m", micro=False).matrix)
    drawn = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return drawn, len(rows)
