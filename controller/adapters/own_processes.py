"""What this machine's processes leave for others to read: the supervisor's roles, the worker's model."""

import json
from pathlib import Path
from typing import Any

State = dict[str, Any]
_MODEL_KEYS = ("model", "model_note", "provider")


def write_model_note(file: Path, *, model: str, model_note: str, provider: str) -> None:
    """Let the dashboard show which model judges; the worker calls it once it has loaded it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"model": model, "model_note": model_note, "provider": provider}), encoding="utf-8")
    fresh.replace(file)


class OwnProcesses:
    """Reads two small files in the data directory; a missing one says nothing."""

    def __init__(self, roles_file: Path, model_file: Path, model: str) -> None:
        self._roles_file = roles_file
        self._model_file = model_file
        self._model = model

    def roles(self) -> list[State]:
        found = _read(self._roles_file)
        return found if isinstance(found, list) else []

    def model(self) -> State:
        found = _read(self._model_file)
        told = found if isinstance(found, dict) else {}
        return {key: str(told.get(key, self._model if key == "model" else "")) for key in _MODEL_KEYS}


def _read(file: Path) -> object:
    try:
        found: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
