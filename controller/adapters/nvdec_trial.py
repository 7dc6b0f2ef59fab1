"""Tries NVIDIA's decoder in a process of its own, on films of which it is known what they show, before it is used."""

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from controller.adapters.died_busy import Busy
from controller.adapters.frames import Hardware, VideoFile
from controller.adapters.known_films import ENCODERS, write_known_film
from controller.adapters.nvdec import CODECS, Nvdec
from controller.ports import TimedPicture
from shared.errors import Broken, CctvError
from shared.texts import Text, say

log = structlog.get_logger("decoding")

PACKAGE = "PyNvVideoCodec"
_NAME = "nvdec"
_TRIAL_S = 120.0
_MOST_APART = 3.0  # of 255, on the average of a picture: the colours are converted from another layout
_SHOWN = 200
_CHILD = (sys.executable, "-m", "controller.adapters.nvdec_trial")


@dataclass(frozen=True, slots=True)
class Decoding:
    """What decodes stored footage. `hardware` None: the processor; `notice`: why not all that was wanted."""

    hardware: Hardware | None = None
    notice: Text | None = None


def open_decoding(
    wanted: str, *, died: bool = False, busy: Busy | None = None, argv: Sequence[str] = _CHILD, package: str = PACKAGE
) -> Decoding:
    """`wanted`: auto, nvdec or cpu. Whatever fails is logged with its reason, and the processor decodes. Blocks.

    `died`: the process before this one ended while it decoded with it, so this one does without.
    """
    if wanted == "cpu":
        return Decoding()
    if importlib.util.find_spec(package) is None:
        return Decoding() if wanted == "auto" else _without(f"{package} is not installed")
    if died:
        return _without("the worker before this one ended while it decoded with it; the next start tries it again")
    try:
        faults = _tried(argv)
        library = importlib.import_module(package) if "" in faults.values() else None
    except Exception as fault:  # noqa: BLE001 - the vendor's package raises its own untyped classes
        return _without(_reason(fault))
    good = frozenset(codec for codec, fault in faults.items() if not fault)
    bad = {codec: fault for codec, fault in faults.items() if fault}
    if library is None:
        return _without("; ".join(f"{codec}: {fault}" for codec, fault in bad.items()) or "its trial told nothing")
    log.info("stored footage is decoded on the GPU", decoder=_NAME, codecs=sorted(good))
    notice = None
    for codec, why in bad.items():
        notice = _without(why, f"{_NAME} ({codec})").notice
    return Decoding(Nvdec(library, good, busy), notice)


def try_codecs(library: Any, codecs: Iterable[str] = CODECS) -> dict[str, str]:
    """For each codec why it is not used, empty where it is; a codec that no encoder is here for is left out."""
    found: dict[str, str] = {}
    with TemporaryDirectory(prefix="cctv-films-") as folder:
        for codec in codecs:
            film = Path(folder) / f"{codec}.mp4"
            if codec not in ENCODERS or not write_known_film(film, codec):
                continue
            try:
                _compare(film, Nvdec(library, frozenset({codec})))
            except CctvError as fault:
                found[codec] = str(fault)
            else:
                found[codec] = ""
    return found


def _compare(film: Path, hardware: Nvdec) -> None:
    """Raises `Broken` where it does not show the same at the same times as FFmpeg."""
    strict = _Strict(hardware)
    theirs, ours = _seen(film, None), _seen(film, strict)
    if strict.gave is None:
        raise Broken("it does not take the film of the trial")
    if [one.pts_ms for one in ours] != [one.pts_ms for one in theirs]:
        raise Broken(f"{len(ours)} pictures or other times instead of the {len(theirs)} that FFmpeg gives")
    worst = max(
        float(abs(one.picture.astype("int16") - other.picture.astype("int16")).mean())
        for one, other in zip(ours, theirs, strict=True)
    )
    if worst > _MOST_APART:
        raise Broken(f"its pictures are {worst:.1f} of 255 apart from FFmpeg's")


class _Strict:
    """Lets nobody take over from the hardware: a trial is to see it fail."""

    def __init__(self, hardware: Nvdec) -> None:
        self._hardware = hardware
        self.gave: Any = None

    def decoder(self, stream: Any, first: Any) -> Any:
        try:
            self.gave = self._hardware.decoder(stream, first)
        except Broken as fault:
            raise _Failed(str(fault)) from fault
        return None if self.gave is None else self

    def decode(self, packet: Any) -> Any:
        try:
            return self.gave.decode(packet)
        except Broken as fault:
            raise _Failed(str(fault)) from fault

    def close(self) -> None:
        self.gave.close()


class _Failed(CctvError):
    """What the hardware said, past those who would do without it."""


def _seen(film: Path, hardware: Hardware | None) -> list[TimedPicture]:
    with VideoFile(film, hardware=hardware) as video:
        return list(video.pictures(lambda _t_ms: True))


def _tried(argv: Sequence[str]) -> dict[str, str]:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_TRIAL_S, check=False)
    except subprocess.TimeoutExpired:
        raise Broken(f"its trial did not end within {_TRIAL_S:.0f} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace")
        last = said.splitlines()[-1:] or ["without a word"]
        raise Broken(f"its trial ended with {done.returncode}: {last[0][:_SHOWN]}")
    told = json.loads(done.stdout.decode().splitlines()[-1])
    return {str(codec): str(fault) for codec, fault in told.items()}


def _without(why: str, what: str = _NAME) -> Decoding:
    log.warning("stored footage is decoded by the processor", wanted=what, reason=why)
    return Decoding(notice=say("decoder_fallback", wanted=what, why=why))


def _reason(fault: Exception) -> str:
    return str(fault).strip().partition("\n")[0][:_SHOWN] or type(fault).__name__


def _main() -> None:
    try:
        library = importlib.import_module(PACKAGE)
    except Exception as fault:  # noqa: BLE001 - the vendor's package raises its own untyped classes
        sys.exit(_reason(fault))
    sys.stdout.write(json.dumps(try_codecs(library)) + "\n")


if __name__ == "__main__":
    _main()
