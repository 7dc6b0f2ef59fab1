"""What a derived picture is: so few blocks that no face can be known by it. Pure.

People know a face by 18 blocks across it, and hardly by fewer (docs/design/privacy.md): with 32 blocks across the
longer side of the picture, only a face that fills more than half of it has as many.
"""

BLOCKS = 32
"""Across the longer side of a picture."""
BLOCK_PX = 20
MOST_FPS = 5
LATE_MS = 2_000
"""A picture that is older than that, or that does not come for so long, is not shown as live."""
LEVELS = 32
"""Shades of each colour: what a block says of the picture below it is rounded."""
MARK = "derived: mosaic of 32 blocks"


def grid_of(width_px: int, height_px: int) -> tuple[int, int]:
    """Blocks across and down: the longer side has `BLOCKS`, each is about square."""
    longer = max(width_px, height_px, 1)
    return max(1, round(BLOCKS * width_px / longer)), max(1, round(BLOCKS * height_px / longer))
