"""What is known of a model beside its file: licence, origin, hash, how classes are called here. `NAME.model.json`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from controller.core.anomaly import ScoreRange
from controller.core.model_input import Placing, Values
from shared.class_names import names_one_of
from shared.errors import Rejected

CARD = ".model.json"
"""How the name of a card's file ends."""
MAX_CLASS_CHARS = 64
_MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Empty text: not known. `class_map`: a class as the model calls it -> as the site does; "" leaves it out."""

    sha256: str = ""
    bytes: int = 0
    licence: str = ""
    source: str = ""
    head: str = ""
    input: tuple[int, int] | None = None
    precision: str = ""  # of its weights
    classes: tuple[str, ...] = ()
    class_map: tuple[tuple[str, str], ...] = ()
    values: Values | None = None
    placing: Placing | None = None
    task: Literal["detect", "anomaly"] = "detect"
    score_range: ScoreRange | None = None  # which of its numbers are 0 and 1
    mean: tuple[float, float, float] | None = None  # taken off each colour, red first, after `values`
    deviation: tuple[float, float, float] | None = None  # and what is left is divided by
    overlap: tuple[tuple[str, float], ...] = ()  # of a class: two boxes over this IoU are one thing seen twice


_CARDS = TypeAdapter(ModelCard)


def card_file(folder: Path, name: str) -> Path:
    return folder / f"{name}{CARD}"


def read_card(folder: Path, name: str) -> ModelCard | None:
    """The card of a model in a folder; None without one, `Rejected` for one that nobody can read."""
    file = card_file(folder, name)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise Rejected(file.name, f"is larger than {_MAX_BYTES} bytes")
        return _CARDS.validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Rejected(file.name, f"cannot be read: {fault.strerror}") from None
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Rejected(file.name, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def write_card(folder: Path, name: str, card: ModelCard) -> None:
    """Replace a card; whoever reads meanwhile sees the old one or the new one."""
    file = card_file(folder, name)
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(json.dumps(asdict(card), ensure_ascii=False, indent=1) + "\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def called_here(card: ModelCard) -> tuple[str, ...]:
    """Its classes as the site calls them, without those that it leaves out."""
    ours = dict(card.class_map)
    return tuple(dict.fromkeys(name for theirs in card.classes if (name := ours.get(theirs, theirs))))


def knows_person(card: ModelCard) -> bool:
    """Whether one of its classes is called person here."""
    return any(names_one_of(name, ("person",)) for name in called_here(card))


def changed_map(card: ModelCard, changes: Mapping[str, str], known: tuple[str, ...]) -> ModelCard:
    """The card with other names for classes; `Rejected` for a class that the model does not have."""
    mapped = dict(card.class_map)
    for theirs, ours in changes.items():
        if theirs not in known:
            raise Rejected("map", f"the model has no class {theirs!r}: it has {', '.join(known[:20])}")
        if len(ours) > MAX_CLASS_CHARS or not ours.isprintable():
            raise Rejected("map", f"{ours[:MAX_CLASS_CHARS]!r} is not a class name")
        if ours == theirs:
            mapped.pop(theirs, None)
        else:
            mapped[theirs] = ours
    return replace(card, class_map=tuple(mapped.items()))
