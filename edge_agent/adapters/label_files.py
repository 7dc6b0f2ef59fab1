"""What a model file tells of its classes: the zip of metadata behind it, or a file of names beside it."""

import ast
import json
import zipfile
import zlib
from pathlib import Path

from shared.class_names import names_from_document, names_from_lines
from shared.errors import Rejected

_MAX_BYTES = 200_000
_MAX_MEMBERS = 32
_BESIDE = (".txt", ".labels.txt", ".labelmap.txt")


def read_labels(model: Path, labels: Path | None) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    """Names of the classes and whatever else the file tells; the file asked for counts, then one beside, then its own.

    Names are None where nobody has any. Raises `Rejected` naming the file at fault.
    """
    names, metadata = _behind(model)
    if labels is None:
        labels = next((file for end in _BESIDE if (file := model.with_suffix(end)).is_file()), None)
    if labels is not None:
        names = read_names(labels)
    return names, metadata


def read_names(labels: Path) -> tuple[str, ...]:
    """Names of a text file, one per line; raises `Rejected`."""
    try:
        if labels.stat().st_size > _MAX_BYTES:
            raise Rejected("labels", f"{labels.name} is larger than {_MAX_BYTES} bytes")
        return names_from_lines("labels", labels.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise Rejected("labels", f"{labels.name}: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise Rejected("labels", f"{labels.name} is not text in UTF-8") from None


def _behind(model: Path) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    """The zip that TFLite's metadata writers put behind a model; none is fine."""
    names: tuple[str, ...] | None = None
    metadata: dict[str, str] = {}
    try:
        with zipfile.ZipFile(model) as archive:
            members = [m for m in archive.infolist()[:_MAX_MEMBERS] if m.file_size <= _MAX_BYTES]
            for member in sorted(members, key=lambda m: len(m.filename)):
                text = archive.read(member).decode("utf-8-sig")
                document = _document(text)
                if document is not None:
                    metadata |= {str(key): str(value) for key, value in document.items() if key != "names"}
                    if "names" in document:
                        names = names_from_document("model metadata", document["names"])
                elif names is None and member.filename.endswith(".txt"):
                    names = names_from_lines(member.filename, text)
    except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, NotImplementedError, RuntimeError, EOFError):
        return names, metadata
    except OSError as fault:
        raise Rejected("model", f"{model.name}: {fault.strerror}") from None
    return names, metadata


def _document(text: str) -> dict[object, object] | None:
    """A map written as JSON or as a Python literal; None for anything else."""
    for parse in (json.loads, ast.literal_eval):
        try:
            document = parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        if isinstance(document, dict):
            return document
    return None
