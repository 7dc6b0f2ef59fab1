"""A model file: found by name or path, hashed, its class names read from metadata or a sidecar."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from controller.adapters.model_card import ModelCard, read_card
from shared.class_names import COCO_80, names_from_document, names_from_lines, names_from_metadata
from shared.errors import Rejected

MAX_MODEL_BYTES = 2 * 1024**3
_MAX_SIDECAR_BYTES = 200_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PACKAGED = Path(__file__).resolve().parent.parent / "models"
_SIDECARS = ("labels.txt", "names.txt", "txt", "names", "labels.json", "json", "labels.yaml", "yaml", "yml")
_SHARED_SIDECARS = ("labels.txt", "labels.json", "labels.yaml", "classes.txt")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk, and what is known of it."""

    name: str
    path: Path
    sha256: str
    card: ModelCard = field(default_factory=ModelCard)


def find_model(wanted: str, folders: Sequence[Path] = ()) -> ModelFile:
    """A path, or a plain name looked up as NAME.onnx in `folders` and then among the shipped models."""
    path = Path(wanted)
    if not path.is_file() and NAME.fullmatch(wanted):
        file = wanted if wanted.endswith(".onnx") else f"{wanted}.onnx"
        path = next((p for p in (f / file for f in (*folders, PACKAGED)) if p.is_file()), path)
    if not path.is_file():
        raise Rejected("model", f"{wanted!r} is neither a file nor a known model's name")
    size = path.stat().st_size
    if not 0 < size <= MAX_MODEL_BYTES:
        raise Rejected("model", f"{path.name} has {size} bytes")
    sha256 = hash_of(path)
    cards = (read_card(folder, path.stem) for folder in dict.fromkeys((*folders, path.parent)))
    card = next((card for card in cards if card is not None), ModelCard())
    if card.sha256 not in ("", sha256):
        raise Rejected("model", f"{path.name} is not the file that was added: its SHA-256 is {sha256}")
    return ModelFile(path.stem, path, sha256, card)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file_object:
            while chunk := file_object.read(1 << 20):
                digest.update(chunk)
    except OSError as fault:
        raise Rejected("model", f"{path.name} cannot be read: {fault.strerror}") from None
    return digest.hexdigest()


def known_names(model: ModelFile, metadata: Mapping[str, str]) -> tuple[str, ...] | None:
    """Class names: its card's, a sidecar's of its own name, its metadata's, the folder's; None without any."""
    own = model.card.classes or names_beside(model.path)
    if own:
        return own
    for key in ("names", "labels", "classes", "class_names"):
        if metadata.get(key, "").strip():
            return names_from_metadata(f"model metadata {key}", metadata[key])
    for name in _SHARED_SIDECARS:
        sidecar = model.path.with_name(name)
        if sidecar.is_file():
            return read_names(sidecar)
    return None


def names_beside(path: Path) -> tuple[str, ...] | None:
    """Class names of a sidecar that has a model's own name."""
    own = [path.with_suffix(f".{end}") for end in _SIDECARS]
    own += [path.with_name(f"{path.name}.{end}") for end in _SIDECARS]
    return next((read_names(sidecar) for sidecar in own if sidecar.is_file()), None)


def settle_names(names: tuple[str, ...] | None, classes: int) -> tuple[str, ...]:
    """Names for a head with `classes` classes (0: it does not tell); the COCO 80 where there are 80 unnamed."""
    if names is None:
        if classes == len(COCO_80):
            return COCO_80
        raise Rejected(
            "model",
            f"{classes or 'its'} classes have no names: neither metadata nor a sidecar (MODEL.txt, .json, .yaml)",
        )
    if classes and len(names) != classes:
        raise Rejected("model", f"{len(names)} class names for {classes} classes")
    return names


def read_names(sidecar: Path) -> tuple[str, ...]:
    """Class names from a file: a line each, or a JSON or YAML document."""
    field = sidecar.name
    try:
        if sidecar.stat().st_size > _MAX_SIDECAR_BYTES:
            raise Rejected(field, f"is larger than {_MAX_SIDECAR_BYTES} bytes")
        text = sidecar.read_text(encoding="utf-8-sig")
        if sidecar.suffix == ".json":
            return names_from_document(field, json.loads(text))
        if sidecar.suffix in {".yaml", ".yml"}:
            return names_from_document(field, yaml.safe_load(text))
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected(field, f"cannot be read: {fault}") from None
    except (ValueError, RecursionError, yaml.YAMLError) as fault:
        raise Rejected(field, f"cannot be parsed: {str(fault).splitlines()[0]}") from None
    return names_from_lines(field, text)
