"""A file with settings for a node: TOML like the node's own, or JSON; size-bound."""

import json
import tomllib
from pathlib import Path
from typing import Any

from shared.errors import Rejected

_MAX_BYTES = 256 * 1024


def read_settings_file(path: Path) -> dict[str, Any]:
    """The parsed table, unchecked beyond its syntax."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Rejected("--set", f"{path} is larger than {_MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected("--set", f"{path} cannot be read: {fault}") from None
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Rejected("--set", f"{path} is not {'JSON' if path.suffix == '.json' else 'TOML'}: {fault}") from None
    if not isinstance(found, dict):
        raise Rejected("--set", f"{path} holds no table")
    return found
