"""Passwords that many people choose, as they are listed beside this file."""

from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".txt")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """In small letters."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
