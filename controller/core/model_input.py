"""What a model wants its pictures to be: order of colours, range of values, how they are fitted into its input."""

from dataclasses import dataclass, replace
from typing import Literal

from shared.letterbox import Letterbox, fit

Values = Literal["byte", "unit", "imagenet"]
"""0..255, 0..1, or less the mean of ImageNet and divided by its deviation."""
Placing = Literal["corner", "centre", "stretch"]
"""Scaled with its aspect into the upper left corner or the middle, or stretched to fill."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a picture becomes a model's input."""

    blue_first: bool
    values: Values
    placing: Placing

    def place(self, width_px: int, height_px: int, input_width_px: int, input_height_px: int) -> Letterbox:
        """Where a picture lies in the input."""
        if self.placing == "stretch":
            return Letterbox(width_px, height_px, input_width_px, input_height_px, 0, 0)
        return fit(width_px, height_px, input_width_px, input_height_px, centred=self.placing == "centre")

    def changed(self, values: Values | None, placing: Placing | None) -> "Preparation":
        """The same, less what a person knows better."""
        return replace(self, values=values or self.values, placing=placing or self.placing)
