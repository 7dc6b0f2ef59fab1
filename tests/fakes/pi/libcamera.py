"""In place of libcamera's bindings, which only a Raspberry Pi has: any name there is, is something."""

import sys
from dataclasses import dataclass
from typing import Any


class _Any(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _Any(name, (), {})
        setattr(cls, name, made)
        return made

    def __call__(cls, *_given: Any, **_named: Any) -> Any:
        return super().__call__()


class controls(metaclass=_Any):  # noqa: N801 - libcamera's name
    """What cameras tell and take."""


@dataclass(frozen=True)
class Point:
    """As libcamera counts."""

    x: int = 0
    y: int = 0

    def __neg__(self) -> "Point":
        return Point(-self.x, -self.y)


@dataclass(frozen=True)
class Size:
    """As libcamera counts."""

    width: int = 0
    height: int = 0

    def to_tuple(self) -> tuple[int, int]:
        return self.width, self.height

    def bounded_to_aspect_ratio(self, ratio: "Size") -> "Size":
        wide, high = self.width * ratio.height, ratio.width * self.height
        return Size(high // ratio.height, self.height) if wide > high else Size(self.width, wide // ratio.width)

    def centered_to(self, centre: Point) -> "Rectangle":
        return Rectangle(centre.x - self.width // 2, centre.y - self.height // 2, self.width, self.height)


@dataclass(frozen=True)
class Rectangle:
    """As libcamera counts."""

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def topLeft(self) -> Point:  # noqa: N802 - libcamera's name
        return Point(self.x, self.y)

    @property
    def center(self) -> Point:
        return Point(self.x + self.width // 2, self.y + self.height // 2)

    def to_tuple(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.width, self.height

    def bounded_to(self, bound: "Rectangle") -> "Rectangle":
        left, top = max(self.x, bound.x), max(self.y, bound.y)
        right, bottom = (
            min(self.x + self.width, bound.x + bound.width),
            min(self.y + self.height, bound.y + bound.height),
        )
        return Rectangle(left, top, max(0, right - left), max(0, bottom - top))

    def enclosed_in(self, bound: "Rectangle") -> "Rectangle":
        size = Size(min(self.width, bound.width), min(self.height, bound.height))
        left = max(bound.x, min(self.x, bound.x + bound.width - size.width))
        top = max(bound.y, min(self.y, bound.y + bound.height - size.height))
        return Rectangle(left, top, size.width, size.height)

    def scaled_by(self, numerator: Size, denominator: Size) -> "Rectangle":
        across, down = (numerator.width, denominator.width), (numerator.height, denominator.height)
        return Rectangle(
            int(self.x * across[0] / across[1]),
            int(self.y * down[0] / down[1]),
            self.width * across[0] // across[1],
            self.height * down[0] // down[1],
        )

    def translated_by(self, point: Point) -> "Rectangle":
        return Rectangle(self.x + point.x, self.y + point.y, self.width, self.height)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = _Any(name, (), {})
    globals()[name] = made
    return made


sys.modules["libcamera.controls"] = controls  # type: ignore[assignment]
