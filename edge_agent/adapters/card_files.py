"""The files of firmware_config: beside this package in a wheel, beside it in the tree where it runs from one."""

from collections.abc import Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_PLACES = (_PACKAGE / "firmware_config", _PACKAGE.parent / "firmware_config")
_FOLDERS = ("boot", "etc")


def card_files() -> Mapping[str, str]:
    """The texts by their path in the folder."""
    folder = next(place for place in _PLACES if place.is_dir())
    files = [folder / "boards.toml", *(file for name in _FOLDERS for file in (folder / name).rglob("*"))]
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in files if file.is_file()}
