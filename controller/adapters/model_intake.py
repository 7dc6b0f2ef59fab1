"""Takes a model in from a file with what a person says of it; one that the catalogue knows brings its licence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from controller.adapters.model_card import ModelCard
from controller.adapters.model_catalogue import Listed, catalogue
from controller.adapters.model_file import hash_of
from controller.adapters.model_folder import ModelFolder, Present
from controller.core.anomaly import ScoreRange
from controller.core.model_input import Placing, Values
from shared.class_names import COCO_80
from shared.errors import Rejected

Colours = tuple[float, float, float]
COCO = "coco"
"""Said instead of the names themselves."""


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What a person says of a model. Empty: they do not say."""

    licence: str = ""
    accepted: str | None = None
    source: str = ""
    classes: tuple[str, ...] = ()
    values: Values | None = None
    placing: Placing | None = None
    range: ScoreRange | None = None
    mean: Colours | None = None
    deviation: Colours | None = None


def take_in(
    folder: ModelFolder, file: Path, name: str | None, told: SaidOf, stop: Callable[[], bool] = lambda: False
) -> Present:
    """Put a file in, under the catalogue's name or its own where none is given. Once `stop` says yes, nothing is."""
    if not file.is_file():
        raise Rejected("model", f"{file} is no file")
    sha256 = hash_of(file)
    entry = next((m for m in catalogue().models if m.sha256 == sha256 and m.where == "controller"), None)
    card = ModelCard() if entry is None else card_of(entry, entry.address)
    card = replace(
        card,
        licence=told.licence or card.licence,
        source=told.source or card.source,
        classes=told.classes,
        values=told.values,
        placing=told.placing,
        score_range=told.range,
        mean=told.mean,
        deviation=told.deviation,
    )
    chosen = name or (entry.name if entry is not None else file.stem)
    return folder.add(file, chosen, card, told.accepted, stop=stop)


def card_of(entry: Listed, source: str) -> ModelCard:
    """What the catalogue knows of a file."""
    return ModelCard(
        sha256=entry.sha256,
        bytes=entry.bytes,
        licence=entry.licence,
        source=source,
        head=entry.head,
        input=entry.input,
    )


def classes_said(text: str) -> tuple[str, ...]:
    """Class names separated by commas, or `coco`; empty: as found in the file."""
    if text.strip() == COCO:
        return COCO_80
    return tuple(part.strip() for part in text.split(",") if part.strip())
