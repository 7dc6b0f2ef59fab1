"""Wires the commands about models: the catalogue, the site's folder, downloads; each change is put on record."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any, TypeVar, get_args

from controller.adapters.model_card import ModelCard
from controller.adapters.model_catalogue import Listed, catalogue
from controller.adapters.model_choice import ModelChoice
from controller.adapters.model_download import HOSTS, Progress, download
from controller.adapters.model_file import names_beside, read_names
from controller.adapters.model_folder import ModelFolder, Present
from controller.adapters.model_intake import COCO, Colours, SaidOf, card_of, take_in
from controller.core.anomaly import ScoreRange, check_range
from controller.core.model_input import Placing, Values
from controller.settings import load_settings
from shared.class_names import COCO_80
from shared.clock import SystemClock
from shared.errors import Broken, Rejected, Transient
from shared.texts import say

T = TypeVar("T")
_COLOURS = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """What a person says of a model that scores pictures."""

    range: ScoreRange | None = None
    mean: Colours | None = None
    deviation: Colours | None = None


def parse_scores(span: str | None, clip: bool, mean: str | None, deviation: str | None) -> Scores:
    """LOW:HIGH, and R,G,B each; `Rejected` names the one that is none."""
    spread = _colours("deviation", deviation)
    if spread is not None and any(part <= 0 for part in spread):
        raise Rejected("deviation", f"{deviation} divides by nothing")
    if span is None:
        if clip:
            raise Rejected("score_clip", "clips to a range: say it with --score-range LOW:HIGH")
        return Scores(None, _colours("mean", mean), spread)
    low, sign, high = span.partition(":")
    if not sign:
        raise Rejected("score_range", f"{span[:64]!r} is not LOW:HIGH")
    ends = ScoreRange(_number("score_range", low), _number("score_range", high), clip)
    check_range("", ends)
    return Scores(ends, _colours("mean", mean), spread)


def _colours(field: str, given: str | None) -> Colours | None:
    if given is None:
        return None
    parts = [_number(field, part) for part in given.split(",")]
    if len(parts) != _COLOURS:
        raise Rejected(field, f"{given[:64]!r} is not R,G,B")
    return parts[0], parts[1], parts[2]


def _number(field: str, given: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise Rejected(field, f"{given[:64]!r} is no number")
    return number


def pull_model(
    home: Path,
    name: str,
    progress: Progress,
    who: str,
    *,
    address: str | None = None,
    hosts: frozenset[str] = HOSTS,
    trust: ssl.SSLContext | None = None,
) -> Present | Path:
    """Fetch a catalogued model, check it and put it in; a node's file is only placed. `address`: a mirror's."""
    entry = catalogue().find(name)
    folder = ModelFolder(home / "models")
    for_node = entry.where == "node"
    if for_node and (folder.folder / entry.file).exists():
        raise Rejected("model", f"{folder.folder / entry.file} is there already")
    if not for_node:
        folder.check_name(name)
    folder.folder.mkdir(parents=True, exist_ok=True)
    fetched = folder.folder / (entry.file if for_node else f".{name}.download")
    source = address or entry.address
    try:
        download(
            source, fetched, sha256=entry.sha256, length_bytes=entry.bytes, hosts=hosts, progress=progress, trust=trust
        )
    except Transient as fault:
        raise Transient(f"{fault}. {_by_hand(entry)}") from None
    if for_node:
        _record(home, who, "model.pull", name, {"from": source, "sha256": entry.sha256, "for": "node"})
        return fetched
    try:
        named = fetched.replace(folder.folder / f".{name}.fetched.onnx")
        done = folder.add(named, name, card_of(entry, source), None)
    finally:
        (folder.folder / f".{name}.fetched.onnx").unlink(missing_ok=True)
    _record(home, who, "model.pull", name, {"from": source, **_told(done)})
    return done


def add_model(
    home: Path,
    file: Path,
    name: str | None,
    who: str,
    *,
    licence: str = "",
    accepted: str | None = None,
    source: str = "",
    classes: str | None = None,
    values: str | None = None,
    placing: str | None = None,
    scores: Scores | None = None,
) -> Present:
    """Put a model in from a file; one that the catalogue knows by its hash brings its licence with it."""
    if not file.is_file():
        raise Rejected("model", f"{file} is no file")
    said = SaidOf(
        licence=licence,
        accepted=accepted,
        source=source,
        classes=_names(file, classes),
        values=_one_of("values", values, get_args(Values)),
        placing=_one_of("placing", placing, get_args(Placing)),
        range=None if scores is None else scores.range,
        mean=None if scores is None else scores.mean,
        deviation=None if scores is None else scores.deviation,
    )
    done = take_in(ModelFolder(home / "models"), file, name, said)
    detail = {"file": file.name, **_told(done)} | ({} if accepted is None else {"accepted": accepted})
    _record(home, who, "model.add", done.name, detail)
    return done


def map_model(home: Path, name: str, changes: Mapping[str, str], who: str) -> ModelCard:
    """Call a model's classes otherwise."""
    card = ModelFolder(home / "models").map_classes(name, changes)
    _record(home, who, "model.map", name, {"changes": dict(changes), "map": dict(card.class_map)})
    return card


def remove_model(home: Path, name: str, who: str) -> None:
    """Take a model out; one that the settings name is refused."""
    config = home / "cctv.toml"
    if config.exists():
        settings = load_settings(config)
        chosen = ModelChoice(home / "models", settings.model).wanted()
        if name in (chosen, settings.model, *settings.worker.models):
            raise Rejected("model", say("model_in_use", name=name))
        if name in settings.anomaly.models.values():
            raise Rejected(
                "model", f"{name} scores a camera's pictures: take it out of [anomaly.models] in {config} first"
            )
    folder = ModelFolder(home / "models")
    gone = folder.find(name, missing=True)
    folder.remove(name)
    _record(home, who, "model.remove", name, _told(gone))


def _told(model: Present) -> dict[str, Any]:
    return {"sha256": model.card.sha256, "licence": model.card.licence}


def _record(home: Path, who: str, what: str, name: str, detail: Mapping[str, Any]) -> None:
    """Put a change on record where there is a site with a database; it stays, also when that cannot be reached."""
    from controller.adapters.database import Database  # a folder of models without a site needs no database
    from controller.adapters.people_store import PeopleStore

    config = home / "cctv.toml"
    if not config.exists():
        return
    database = Database(load_settings(config).database())
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return  # the site never ran: no database is made for this

    async def write() -> None:
        try:
            await PeopleStore(database, SystemClock()).audit(who, what, subject=name, detail=dict(detail))
        finally:
            await database.close()

    try:
        asyncio.run(write())
    except Transient as fault:
        raise Broken(f"{name} is changed, but that could not be put on record: {fault}") from None


def _by_hand(entry: Listed) -> str:
    size = f"{entry.bytes} bytes, " if entry.bytes else ""
    then = "copy it to the node" if entry.where == "node" else f"run: cctv model add FILE --as {entry.name}"
    return f"Without Internet: fetch {entry.address} elsewhere ({size}SHA-256 {entry.sha256}), copy it here and {then}"


def _one_of(field: str, given: str | None, choices: tuple[T, ...]) -> T | None:
    if given is None:
        return None
    for choice in choices:
        if choice == given:
            return choice
    raise Rejected(field, f"{given[:64]!r} is not one of {', '.join(map(str, choices))}")


def _names(file: Path, classes: str | None) -> tuple[str, ...]:
    if classes == COCO:
        return COCO_80
    if classes is not None:
        return read_names(Path(classes))
    return names_beside(file) or ()


def listed(home: Path) -> tuple[Sequence[Present], Sequence[Listed]]:
    """What is here or should be, and what can be pulled."""
    folder = ModelFolder(home / "models")
    here = (*folder.present(), *folder.missing())
    names = {one.name for one in here if not one.missing}
    files = {f.name for f in (home / "models").glob("*.tflite")}
    return here, [m for m in catalogue().models if m.name not in names and m.file not in files]
