"""Makes the overlay's font: the letters that it needs, under a name of its own, as the font's licence asks.

Run at development time: `uv run --with fonttools python -m scripts.overlay_font NanumGothicBold.ttf`.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from edge_agent.core.overlay import LETTERS

TARGET = Path(__file__).resolve().parent.parent / "edge_agent" / "adapters" / "fonts" / "overlay.ttf"
_NAMES = {1: "CCTV Overlay", 3: "CCTV Overlay Bold", 4: "CCTV Overlay Bold", 6: "CCTVOverlay-Bold"}
_KEPT = {0, 2, 5, 13, 14}  # copyright, style, version, licence and where it is


def make_font(source: Path, target: Path) -> None:
    """Write the subset of `source` to `target`."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True)
    font: TTFont = subset.load_font(str(source), options)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=[code for first, last in LETTERS for code in range(first, last + 1)])
    chooser.subset(font)
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in _KEPT and record.platformID == 3]
    for number, text in _NAMES.items():
        table.setName(text, number, 3, 1, 0x409)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]), TARGET)
    sys.stdout.write(f"{TARGET.name}: {TARGET.stat().st_size} bytes\n")
