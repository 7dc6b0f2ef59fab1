"""Class names of a model: the COCO 80, and reading names from metadata text or a sidecar's document."""

import ast
import json
from collections.abc import Iterable

from shared.errors import Rejected

MAX_CLASSES = 1000
_MAX_NAME_CHARS = 64
_MAX_TEXT_CHARS = 200_000

COCO_80 = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis",
    "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
    "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich",
    "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed",
    "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven",
    "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier",
    "toothbrush",
)  # fmt: skip


def names_from_document(field: str, document: object) -> tuple[str, ...]:
    """Names from a parsed document: a list, a map index -> name, or a map that holds either under `names`."""
    if isinstance(document, dict):
        for key in ("names", "labels", "classes"):
            if key in document:
                return names_from_document(field, document[key])
        try:
            by_index = {int(index): name for index, name in document.items()}
        except (TypeError, ValueError):
            raise Rejected(field, "is neither a list of names nor a map from index to name") from None
        if sorted(by_index) != list(range(len(by_index))):
            raise Rejected(field, "its indexes do not run from 0 without a hole")
        document = [by_index[index] for index in range(len(by_index))]
    if not isinstance(document, list | tuple):
        raise Rejected(field, "is neither a list of names nor a map from index to name")
    return _checked(field, [str(name).strip() for name in document])


def names_from_metadata(field: str, text: str) -> tuple[str, ...]:
    """Names as exporters write them into a model: a Python or JSON literal, or names separated by commas."""
    if len(text) > _MAX_TEXT_CHARS:
        raise Rejected(field, f"{len(text)} characters of names")
    for parse in (json.loads, ast.literal_eval):
        try:
            document = parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(document, dict | list | tuple):
            return names_from_document(field, document)
    return _checked(field, [name.strip() for name in text.split(",")])


def names_from_lines(field: str, text: str) -> tuple[str, ...]:
    """Names one per line; blank lines at the end do not count."""
    if len(text) > _MAX_TEXT_CHARS:
        raise Rejected(field, f"{len(text)} characters of names")
    return _checked(field, [line.strip() for line in text.rstrip().splitlines()])


def names_one_of(name: str, wanted: Iterable[str]) -> bool:
    """Whether a model's class is one of those asked for: "Person" is "person"."""
    plain = name.casefold()
    return any(plain == other.casefold() for other in wanted)


def _checked(field: str, names: list[str]) -> tuple[str, ...]:
    if not 1 <= len(names) <= MAX_CLASSES:
        raise Rejected(field, f"{len(names)} names (1 to {MAX_CLASSES})")
    for index, name in enumerate(names):
        if not name or len(name) > _MAX_NAME_CHARS or not name.isprintable():
            raise Rejected(f"{field}[{index}]", f"{name[:_MAX_NAME_CHARS]!r} is not a class name")
    return tuple(names)
