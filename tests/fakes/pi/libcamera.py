"""In place of libcamera's bindings, which only a Raspberry Pi has: any name there is, is something."""

import sys
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


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = _Any(name, (), {})
    globals()[name] = made
    return made


sys.modules["libcamera.controls"] = controls  # type: ignore[assignment]
