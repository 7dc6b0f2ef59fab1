"""Chooses which frames to take when fewer are wanted than come, by their time stamps alone."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Takes at most `per_s` frames a second, evenly, whatever rate they come at; starts anew after a jump in time."""

    per_s: float
    _due_ms: float | None = None
    _last_ms: float = 0.0

    def take(self, at_ms: float) -> bool:
        """Whether the frame of `at_ms` is one of them."""
        period_ms = 1000 / self.per_s
        if self._due_ms is None or at_ms < self._last_ms or at_ms > self._due_ms + 2 * period_ms:
            self._due_ms = at_ms
        self._last_ms = at_ms
        if at_ms + 0.5 < self._due_ms:
            return False
        while self._due_ms <= at_ms + 0.5:
            self._due_ms += period_ms
        return True


def luma_size(width_px: int, height_px: int, longest_px: int = 640) -> tuple[int, int]:
    """Width and height of the small picture for motion: no side over `longest_px`, both whole blocks of 8 pixels."""
    scale = min(1.0, longest_px / max(width_px, height_px))
    return max(8, int(width_px * scale + 1e-6) // 8 * 8), max(8, int(height_px * scale + 1e-6) // 8 * 8)
