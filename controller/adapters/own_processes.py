"""What this machine's processes leave for others to read: the supervisor's roles, the worker's model."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.ports import ModelInfo
from shared.texts import Text, said

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgingModel:
    """One of the models that judge. `fallback`: why a faster provider does not run it."""

    info: ModelInfo
    fallback: Text | None


def write_model_note(
    file: Path,
    *,
    model: str,
    note: Text | None,
    provider: str,
    classes: Sequence[str],
    notices: Sequence[Text],
    models: Sequence[JudgingModel] = (),
) -> None:
    """Let the dashboard show which model judges; the worker calls it once it has loaded it."""
    fresh = file.with_suffix(".new")
    told = {
        "model": model,
        "model_note": note or "",
        "model_said": said(note),
        "provider": provider,
        "classes": list(classes),
        "notices": [{"text": str(text), "said": said(text)} for text in notices],
        "models": [
            {
                "name": one.info.name,
                "sha256": one.info.sha256,
                "provider": one.info.provider,
                "head": one.info.head,
                "classes": list(one.info.classes),
                "fallback": str(one.fallback or ""),
                "fallback_said": said(one.fallback),
            }
            for one in models
        ],
    }
    fresh.write_text(json.dumps(told), encoding="utf-8")
    fresh.replace(file)


class OwnProcesses:
    """Reads two small files in the data directory; a missing one says nothing."""

    def __init__(self, roles_file: Path, model_file: Path, model: str) -> None:
        self._roles_file = roles_file
        self._model_file = model_file
        self._model = model

    def roles(self) -> list[State]:
        return [{name: value for name, value in one.items() if name != "pid"} for one in self._roles()]

    def pids(self) -> dict[str, int]:
        """The supervised processes that run, by their role; empty where nobody supervises."""
        return {str(one["name"]): one["pid"] for one in self._roles() if isinstance(one.get("pid"), int)}

    def _roles(self) -> list[State]:
        found = _read(self._roles_file)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def model(self) -> State:
        found = _read(self._model_file)
        told = found if isinstance(found, dict) else {}
        return {
            "model": str(told.get("model", self._model)),
            "model_note": str(told.get("model_note", "")),
            "model_said": told.get("model_said"),
            "provider": str(told.get("provider", "")),
            "models": told.get("models", []),
        }

    def notices(self) -> list[State]:
        """NoticeOut of what the worker has to tell."""
        found = _read(self._model_file)
        told = found.get("notices") if isinstance(found, dict) else None
        return told if isinstance(told, list) else []

    def classes(self) -> tuple[str, tuple[str, ...]] | None:
        """The model's name and the classes that it knows; None before a worker has loaded it here."""
        found = _read(self._model_file)
        if not isinstance(found, dict) or not isinstance(found.get("classes"), list):
            return None
        return str(found.get("model", self._model)), tuple(map(str, found["classes"]))


def _read(file: Path) -> object:
    try:
        found: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
