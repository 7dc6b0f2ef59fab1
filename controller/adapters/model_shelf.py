"""A site's models for the API: what is there, what comes in and is checked elsewhere, what goes."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from controller.adapters.model_card import ModelCard, called_here
from controller.adapters.model_catalogue import catalogue
from controller.adapters.model_file import MAX_MODEL_BYTES, hash_of
from controller.adapters.model_folder import ModelFolder, Present, try_model, try_picture
from controller.adapters.model_intake import SaidOf, classes_said, take_in
from controller.ports import State
from shared.errors import Rejected
from shared.texts import Text, say

_LEFT_FREE_BYTES = 1_000_000_000
"""An upload never takes the last of a disk: recordings need it."""
_PIECE_BYTES = 1 << 20
_COMING = ".coming-"


class FolderShelf:
    """The folder `models/`. File work is done in threads; what parses a file, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._models = ModelFolder(folder)
        self._hashes: dict[tuple[str, int, int], str] = {}
        self._cards: dict[str, ModelCard | Rejected] = {}  # by hash: what a file without a card turned out to be

    async def all(self) -> list[State]:
        """What is known of every model that is here or should be; by name."""
        return await asyncio.to_thread(self._all)

    def to_get(self, here: Collection[str]) -> tuple[list[State], list[State]]:
        """What the catalogue has beside these names: files to pull, and models to export."""
        pulls = [asdict(one) for one in catalogue().models if one.where == "controller" and one.name not in here]
        return pulls, [{**asdict(one), "steps": list(one.steps)} for one in catalogue().exports]

    @asynccontextmanager
    async def incoming(self, name: str, announced: int | None, pieces: AsyncIterator[bytes]) -> AsyncIterator[Path]:
        """A file that is coming, under no model's name; it is gone afterwards. `Rejected`: too large for disk or us."""
        await asyncio.to_thread(self._prepare, name, announced)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=_COMING, dir=self._models.folder))
        try:
            file = folder / f"{name}.onnx"
            await _receive(file, pieces)
            yield file
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def add(self, file: Path, name: str, given: dict[str, str], stop: Callable[[], bool]) -> State:
        """Check a file that has come and place it. `given`: licence, accepted, source, classes."""
        told = SaidOf(given["licence"], given["accepted"] or None, given["source"], classes_said(given["classes"]))

        def take() -> State:
            return self._state(take_in(self._models, file, name, told, stop))

        try:
            return await asyncio.to_thread(take)
        except Rejected as fault:
            if isinstance(fault.fault, Text):
                raise
            raise Rejected(fault.field, say("model_unfit", file=file.name, why=fault.fault[:300])) from None

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._models.remove, name)

    async def look(self, name: str, picture: bytes) -> State:
        """What a model sees in a picture: width_px, height_px, took_ms and boxes."""

        def see() -> State:
            model = self._models.find(name)
            with tempfile.NamedTemporaryFile(prefix="cctv-picture-") as file:
                file.write(picture)
                file.flush()
                return try_picture(model, self._models.folder, Path(file.name))

        try:
            return await asyncio.to_thread(see)
        except Rejected as fault:
            if isinstance(fault.fault, Text):
                raise
            raise Rejected(fault.field, say("model_unfit", file=name, why=fault.fault[:300])) from None

    def _prepare(self, name: str, announced: int | None) -> None:
        self._models.check_name(name)
        if announced is not None and not 0 < announced <= MAX_MODEL_BYTES:
            raise Rejected("body", say("model_size", file=f"{name}.onnx", bytes=announced, most=MAX_MODEL_BYTES))
        folder = self._models.folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_COMING}*"):  # by a process that died over it: one comes at a time
            shutil.rmtree(left, ignore_errors=True)
        if 2 * (announced or 0) + _LEFT_FREE_BYTES > shutil.disk_usage(folder).free:
            raise Rejected("body", say("model_no_room", bytes=announced or 0))

    def _all(self) -> list[State]:
        found = [*self._models.present(), *self._models.missing()]
        return [self._state(one) for one in sorted(found, key=lambda one: one.name)]

    def _state(self, one: Present) -> State:
        sha256 = "" if one.missing else self._hash(one.path)
        changed = not one.missing and one.card.sha256 not in ("", sha256)
        card, fault = self._card(one, sha256) if not one.missing and not changed else (one.card, None)
        usual = "shipped" if one.shipped else "here"
        width, height = card.input or (0, 0)
        return {
            "name": one.name,
            "state": "missing" if one.missing else "changed" if changed else "unfit" if fault else usual,
            "fault": "" if fault is None else str(fault),
            "bytes": one.bytes,
            "sha256": sha256 or card.sha256,
            "licence": card.licence,
            "source": card.source,
            "task": card.task,
            "head": card.head,
            "input_width_px": width,
            "input_height_px": height,
            "precision": card.precision,
            "classes": list(called_here(card)),
        }

    def _hash(self, file: Path) -> str:
        about = file.stat()
        key = (str(file), about.st_size, about.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = hash_of(file)
        return self._hashes[key]

    def _card(self, one: Present, sha256: str) -> tuple[ModelCard, Rejected | None]:
        """A card that says what the model is; one that was put here by hand is tried once for that."""
        if one.card.head:
            return one.card, None
        if sha256 not in self._cards:
            self._cards[sha256] = _tried(one)
        found = self._cards[sha256]
        return (one.card, found) if isinstance(found, Rejected) else (found, None)


def _tried(one: Present) -> ModelCard | Rejected:
    try:
        trial = try_model(one.path, one.card)
    except Rejected as fault:
        return fault
    return ModelCard(
        licence=one.card.licence,
        source=one.card.source,
        head=trial.head,
        input=trial.input,
        precision=trial.precision,
        classes=trial.classes,
        class_map=one.card.class_map,
        task=trial.task,
    )


async def _receive(file: Path, pieces: AsyncIterator[bytes]) -> None:
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        waiting, taken = bytearray(), 0
        async for piece in pieces:
            taken += len(piece)
            if taken > MAX_MODEL_BYTES:
                raise Rejected("body", say("model_size", file=file.name, bytes=taken, most=MAX_MODEL_BYTES))
            waiting += piece
            if len(waiting) >= _PIECE_BYTES:
                await asyncio.to_thread(_write, number, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(_write, number, bytes(waiting))
    finally:
        os.close(number)
    if not taken:
        raise Rejected("body", say("missing"))


def _write(number: int, data: bytes) -> None:
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(number, left) :]
    except OSError:
        raise Rejected("body", say("model_no_room", bytes=len(data))) from None
