"""A site's own models: files put in whole and checked, with their cards; looked through, mapped, taken out."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from controller.adapters.model_card import CARD, ModelCard, card_file, changed_map, read_card, write_card
from controller.adapters.model_file import MAX_MODEL_BYTES, NAME, PACKAGED, hash_of
from controller.core.anomaly import check_range
from shared.errors import Rejected
from shared.texts import Text, say

_TRIAL_S = 180
_LOOK_S = 0.2
_STRONG_COPYLEFT = re.compile(r"^(A?GPL|SSPL|CC-BY-NC|OSL|EUPL)", re.IGNORECASE)
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+()-]{0,63}")
_ULTRALYTICS = "AGPL-3.0"


@dataclass(frozen=True, slots=True)
class Present:
    """A model that is here. `shipped`: with the product. `missing`: its card is here, its file is not."""

    name: str
    path: Path
    bytes: int
    card: ModelCard
    shipped: bool
    missing: bool = False

    def changed(self) -> bool:
        """Whether the file is another one than was added; it is read as a whole."""
        return not self.missing and self.card.sha256 not in ("", hash_of(self.path))


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model turned out to be, run once on the CPU in a process of its own."""

    head: str
    input: tuple[int, int]
    classes: tuple[str, ...]
    metadata: Mapping[str, str]
    task: Literal["detect", "anomaly"] = "detect"
    precision: str = ""


class ModelFolder:
    """The folder `models/` of a site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def present(self) -> tuple[Present, ...]:
        """Every model file here, and the shipped one; by name."""
        files = [(f, False) for f in sorted(self.folder.glob("*.onnx"))]
        own = {file.stem for file, _ in files}
        files += [(f, True) for f in sorted(PACKAGED.glob("*.onnx")) if f.stem not in own]
        return tuple(Present(f.stem, f, f.stat().st_size, self._card(f), shipped) for f, shipped in files)

    def _card(self, file: Path) -> ModelCard:
        """The site's word on a model, else what it came with."""
        return read_card(self.folder, file.stem) or read_card(file.parent, file.stem) or ModelCard()

    def missing(self) -> tuple[Present, ...]:
        """Every model that was added and whose file is gone; by name."""
        here = {one.name for one in self.present()}
        named = (file.name.removesuffix(CARD) for file in sorted(self.folder.glob(f"*{CARD}")))
        cards = ((name, read_card(self.folder, name)) for name in named if name not in here)
        return tuple(
            Present(name, self.folder / f"{name}.onnx", 0, card, shipped=False, missing=True)
            for name, card in cards
            if card is not None and card.sha256
        )

    def find(self, name: str, *, missing: bool = False) -> Present:
        """One of them; `Rejected` when there is none of that name. `missing`: one whose file is gone counts too."""
        for one in (*self.present(), *(self.missing() if missing else ())):
            if one.name == name:
                return one
        raise Rejected("model", say("model_not_here", name=name))

    def add(
        self,
        source: Path,
        name: str,
        card: ModelCard,
        accepted: str | None,
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> Present:
        """Put a file in under a name: copied, tried, and only then placed. The card is completed with what it is.

        `accepted`: the licence that a person accepts in so many words, where it asks for that. `Rejected` says why
        a file, its licence, its hash or its head does not fit. Once `stop` says yes, nothing is placed.
        """
        self.check_name(name)
        size = source.stat().st_size if source.is_file() else -1
        if not 0 < size <= MAX_MODEL_BYTES:
            big = say("model_size", file=source.name, bytes=size, most=MAX_MODEL_BYTES)
            raise Rejected("model", f"{source} is no file" if size < 0 else big)
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".{name}.incoming.onnx"
        try:
            _copy(source, fresh)
            sha256 = hash_of(fresh)
            if card.sha256 not in ("", sha256):
                raise Rejected("model", f"{source.name} has the SHA-256 {sha256}, not {card.sha256}")
            check_suffix(source)
            with _called(source.name, fresh.name):
                trial = try_model(fresh, card, stop)
            if card.head not in ("", trial.head) or card.input not in (None, trial.input):
                raise Rejected(
                    "model", f"it is a {trial.head} with an input of {trial.input}, not a {card.head} of {card.input}"
                )
            if trial.task == "anomaly":
                check_range(trial.head, card.score_range)
            elif card.score_range is not None:
                raise Rejected("score_range", f"is for models that score pictures: this is a {trial.head}")
            licence = licence_of(card.licence, trial.metadata, accepted)
            full = replace(
                card,
                sha256=sha256, bytes=fresh.stat().st_size, licence=licence,
                head=trial.head, input=trial.input, classes=trial.classes, task=trial.task, precision=trial.precision,
            )  # fmt: skip
            if stop():
                raise Rejected("model", say("model_stopped"))
            write_card(self.folder, name, full)
            fresh.replace(self.folder / f"{name}.onnx")
            _settle(self.folder)
        finally:
            fresh.unlink(missing_ok=True)
        return self.find(name)

    def check_name(self, name: str) -> None:
        """Refuse a name that is none, or is taken."""
        if not NAME.fullmatch(name) or name.endswith(".onnx"):
            raise Rejected("name", say("model_name_form", name=name[:100]))
        if any(one.name == name for one in self.present()):
            raise Rejected("name", say("model_name_taken", name=name))

    def map_classes(self, name: str, changes: Mapping[str, str]) -> ModelCard:
        """Call classes otherwise; an empty name leaves one out. The card with all its classes."""
        found = self.find(name)
        known = found.card.classes or try_model(found.path, found.card).classes
        self.folder.mkdir(parents=True, exist_ok=True)
        card = changed_map(found.card, changes, known)
        write_card(self.folder, name, card)
        return replace(card, classes=known)

    def remove(self, name: str) -> None:
        """Take a model out with its card; the shipped one stays."""
        found = self.find(name, missing=True)
        if found.shipped:
            raise Rejected("model", say("model_shipped", name=name))
        found.path.unlink(missing_ok=True)
        card_file(self.folder, name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / f"{name}.engines", ignore_errors=True)
        _settle(self.folder)


def licence_of(given: str, metadata: Mapping[str, str], accepted: str | None) -> str:
    """The licence that a model is under; one that binds whoever uses the model has to be accepted by name."""
    if given and not _LICENCE.fullmatch(given):
        raise Rejected("licence", say("model_licence_form", given=given[:64]))
    told = metadata.get("license", "") or metadata.get("licence", "")
    if "ultralytics" in f"{metadata.get('author', '')} {told}".lower() or "AGPL" in told.upper():
        told = _ULTRALYTICS
    licence = told if _STRONG_COPYLEFT.match(told) else given or told[:64]
    if not licence:
        raise Rejected("licence", say("model_licence_unknown"))
    if _STRONG_COPYLEFT.match(licence) and accepted != licence:
        raise Rejected("licence", say("model_licence_accept", licence=licence))
    return licence


@contextmanager
def _called(name: str, ours: str) -> Iterator[None]:
    """Tell a person of their file by its name, not by the one that its copy has here."""
    try:
        yield
    except Rejected as fault:
        told = fault.fault
        if isinstance(told, Text):
            params = {key: name if value == ours else value for key, value in told.params.items()}
            raise Rejected(fault.field, say(told.code, **params)) from None
        raise Rejected(fault.field, told.replace(ours, name)) from None


def check_suffix(source: Path) -> None:
    """Refuse other formats by their name, before the content says it less plainly."""
    if source.suffix.lower() == ".onnx":
        return
    from controller.adapters.onnx_engine import why_not_onnx

    told = why_not_onnx(source)
    if told is not None:
        raise Rejected("model", f"{source.name} cannot be loaded: {told}")


def try_model(file: Path, card: ModelCard, stop: Callable[[], bool] = lambda: False) -> Trial:
    """Run a model once in a process of its own, with bounds on memory and time: whatever the file holds stays there."""
    answer = _ask({"file": str(file), "classes": list(card.classes)}, stop)
    size, classes = (answer["input"][0], answer["input"][1]), tuple(answer["classes"])
    return Trial(answer["head"], size, classes, answer["metadata"], answer["task"], answer["precision"])


def try_picture(model: Present, folder: Path, picture: Path) -> dict[str, Any]:
    """What a model sees in a picture file, in such a process: `width_px`, `height_px`, `took_ms` and `boxes`."""
    return _ask({"file": str(model.path), "folder": str(folder), "picture": str(picture)}, lambda: False)


def _ask(asked: Mapping[str, Any], stop: Callable[[], bool]) -> dict[str, Any]:
    command = [sys.executable, "-m", "controller.adapters.model_trial", json.dumps(asked)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as child:
        try:
            for _ in range(round(_TRIAL_S / _LOOK_S)):
                try:
                    told, _ = child.communicate(timeout=_LOOK_S)
                    break
                except subprocess.TimeoutExpired:
                    if stop():
                        raise Rejected("model", say("model_stopped")) from None
            else:
                raise Rejected("model", f"a test picture takes longer than {_TRIAL_S} s")
        finally:
            child.kill()
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError:
        raise Rejected("model", f"the runtime ends over it ({child.returncode}): it is damaged, or too large") from None
    if "fault" in answer:
        coded = answer.get("said")
        fault = say(coded["code"], **coded["params"]) if coded else str(answer["fault"])
        raise Rejected(str(answer["field"]), fault)
    return answer


def _copy(source: Path, fresh: Path) -> None:
    try:
        with source.open("rb") as taken, fresh.open("wb") as out:
            shutil.copyfileobj(taken, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
    except OSError as fault:
        raise Rejected("model", f"{source.name} cannot be copied: {fault.strerror}") from None


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
