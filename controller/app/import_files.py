"""Writes imported files for their owner alone, and none over one that is there unless that is asked for."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import Rejected


def write_imported(folder: Path, files: Mapping[str, str | Mapping[str, Any]], *, over: bool) -> list[Path]:
    """Write all files or none that could be foreseen to fail; their paths."""
    there = [name for name in files if (folder / name).exists() or (folder / name).is_symlink()]
    if there and not over:
        raise Rejected("--write", f"{', '.join(there)} is there already in {folder}: another folder, or --replace")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [_write(folder / name, text) for name, text in files.items()]
    except OSError as fault:
        raise Rejected("--write", f"{folder}: {fault.strerror}") from None


def _write(path: Path, text: str | Mapping[str, Any]) -> Path:
    whole = text if isinstance(text, str) else json.dumps(text, indent=2, ensure_ascii=False) + "\n"
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made for its owner alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(whole)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
    return path
