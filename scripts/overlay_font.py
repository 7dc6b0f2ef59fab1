"""Makes the fonts of overlay and report: the letters that they need, under names of their own, as their licence asks.

Run at development time: `uv run --with fonttools python -m scripts.overlay_font NanumGothicBold.ttf`, and
`… NanumGothic.ttf report`.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from edge_agent.core.overlay import LETTERS

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {
    "overlay": ROOT / "edge_agent" / "adapters" / "fonts" / "overlay.ttf",
    "report": ROOT / "controller" / "adapters" / "fonts" / "report.ttf",
}
_NAMES = {
    "overlay": {1: "CCTV Overlay", 3: "CCTV Overlay Bold", 4: "CCTV Overlay Bold", 6: "CCTVOverlay-Bold"},
    "report": {1: "CCTV Report", 3: "CCTV Report", 4: "CCTV Report", 6: "CCTVReport"},
}
_KEPT = {0, 2, 5, 13, 14}  # copyright, style, version, licence and where it is


def make_font(source: Path, which: str) -> Path:
    """Write the subset of `source` to its place."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True)
    font: TTFont = subset.load_font(str(source), options)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=[code for first, last in LETTERS for code in range(first, last + 1)])
    chooser.subset(font)
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in _KEPT and record.platformID == 3]
    for number, text in _NAMES[which].items():
        table.setName(text, number, 3, 1, 0x409)
    subset.save_font(font, str(TARGETS[which]), options)
    return TARGETS[which]


if __name__ == "__main__":
    made = make_font(Path(sys.argv[1]), *(sys.argv[2:] or ["overlay"]))
    sys.stdout.write(f"{made.name}: {made.stat().st_size} bytes\n")
