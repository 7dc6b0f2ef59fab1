"""Draws the words that stand in every derived picture, with the node's own font, into the controller's package."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
FONT = ROOT / "edge_agent" / "adapters" / "fonts" / "overlay.ttf"
MARK = ROOT / "controller" / "adapters" / "marks" / "derived.png"
WORDS = "파생 영상 / derived"
_HEIGHT_PX, _EDGE_PX = 18, 5


def draw() -> Image.Image:
    """White on black, grey where a letter's edge is."""
    font = ImageFont.truetype(str(FONT), _HEIGHT_PX, layout_engine=ImageFont.Layout.BASIC)
    left, top, right, bottom = font.getbbox(WORDS)
    size = (round(right - left) + 2 * _EDGE_PX, round(bottom - top) + 2 * _EDGE_PX)
    picture = Image.new("L", size, 0)
    ImageDraw.Draw(picture).text((_EDGE_PX - left, _EDGE_PX - top), WORDS, fill=255, font=font)
    return picture


if __name__ == "__main__":
    MARK.parent.mkdir(exist_ok=True)
    draw().save(MARK, optimize=True)
