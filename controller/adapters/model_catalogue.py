"""The catalogue of public models: where a file is, its hash, its licence, and what it must turn out to be."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import yaml
from pydantic import TypeAdapter

from controller.adapters.model_file import PACKAGED
from shared.errors import Rejected


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that can be pulled. `bytes` 0: only its hash is known."""

    name: str
    file: str
    task: str
    licence: str
    address: str
    sha256: str
    head: str
    classes: str
    input: tuple[int, int]
    bytes: int = 0
    where: Literal["controller", "node"] = "controller"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model that its own tools write; then it is added from the file."""

    name: str
    licence: str
    head: str
    classes: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: tuple[Listed, ...]
    exports: tuple[Exported, ...]

    def find(self, name: str) -> Listed:
        """An entry that can be pulled; `Rejected` says what to do instead."""
        for model in self.models:
            if model.name == name:
                return model
        for export in self.exports:
            if export.name == name:
                raise Rejected("model", f"{name} has no published file; export it: {'; '.join(export.steps)}")
        known = ", ".join(model.name for model in self.models)
        raise Rejected("model", f"{name!r} is not in the catalogue ({known}); one of your own: cctv model add FILE")


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    text = (PACKAGED / "catalogue.yaml").read_text(encoding="utf-8")
    return TypeAdapter(Catalogue).validate_python(yaml.safe_load(text))
