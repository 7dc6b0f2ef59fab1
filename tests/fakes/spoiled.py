"""What somebody may do to a bundle, each with the place that its check must name."""

import base64
import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from controller.adapters.node_keys import make_node_keys
from controller.adapters.verify_bundle.bundle import verify
from controller.adapters.verify_bundle.reading import canonical
from controller.adapters.verify_bundle.terms import MANIFEST, SIGNATURE, SUMS
from controller.core.export_manifest import sums
from shared.ledger import hash_of
from shared.ledger_signature import EntrySigner

Named = Callable[[dict[str, Any]], bool]
"""Whether a check named the right place."""


@dataclass(frozen=True, slots=True)
class Spoil:
    """`do` changes a copy; `named` judges what the check says of it."""

    what: str
    do: Callable[[Path], None]
    named: Named


def _at(name: str, place: int | None = None, *kinds: str) -> Named:
    """A fault of this file, whose bytes hold `place`, of one of these kinds."""

    def named(found: dict[str, Any]) -> bool:
        told = [one for one in found["faults"] if one["file"] == name and (not kinds or one["what"] in kinds)]
        if place is not None:
            told = [one for one in told if "last" not in one or one["first"] <= place < one["last"]]
        return bool(told)

    return named


def _flip(name: str, place: int) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[place] ^= 1
        (folder / name).write_bytes(data)

    return do


def _lines(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(change(lines)))

    return do


def spoils(folder: Path) -> Iterator[Spoil]:
    """Of every file, every segment, every entry."""
    document = json.loads((folder / MANIFEST).read_text())
    for file in sorted(folder.iterdir()):
        length = file.stat().st_size
        for place in sorted({0, length // 3, length // 2, length - 2, length - 1} & set(range(length))):
            yield Spoil(f"{file.name}: byte {place} flipped", _flip(file.name, place), _at(file.name, place))
        yield Spoil(f"{file.name}: cut off", _cut(file.name, length // 2), _at(file.name))
        yield Spoil(f"{file.name}: one more byte", _longer(file.name), _at(file.name))
        if file.name != MANIFEST:
            gone = _at(file.name, None, "absent", "signature", "unreadable")
            yield Spoil(f"{file.name}: removed", _remove(file.name), gone)
    yield Spoil("a file added", lambda copy: _write(copy / "extra.mp4"), _at("extra.mp4", None, "added"))
    for file in document["files"]:
        yield from _segments(file)
    for ledger in document["ledgers"]:
        yield from _entries(folder, ledger)
    names = [one["name"] for one in document["files"]]
    for one, other in pairwise(names):
        yield Spoil(f"{one} and {other} swapped", _swap(one, other), _both(_at(one), _at(other)))


def _segments(file: dict[str, Any]) -> Iterator[Spoil]:
    name = file["name"]
    yield Spoil(f"{name}: its init", _flip(name, file["init_bytes"] // 2), _at(name, 1, "init"))
    for start, _, first, length, _ in file["segments"]:
        for place in (first, first + length // 2, first + length - 1):

            def named(found: dict[str, Any], start: int = start, first: int = first, length: int = length) -> bool:
                told = [one for one in found["faults"] if one["what"] == "segment_changed"]
                return [(one["file"], one["at_ms"], one["first"], one["last"]) for one in told] == [
                    (name, start, first, first + length)
                ]

            yield Spoil(f"{name}: segment at {start}, byte {place}", _flip(name, place), named)


def _entries(folder: Path, ledger: dict[str, Any]) -> Iterator[Spoil]:
    name = ledger["name"]
    told = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]

    def line(number: int, *kinds: str) -> Named:
        def named(found: dict[str, Any]) -> bool:
            return any(
                one["file"] == name and one.get("line") == number and one["what"] in kinds for one in found["faults"]
            )

        return named

    for place, one in enumerate(told):
        label = f"{name}: entry {place + 1}"
        changed = {**one, "gaps": [*one["gaps"], [one["minute_ms"], one["minute_ms"] + 1, "lost"]]}
        yield Spoil(f"{label} changed", _put(name, place, changed), line(place + 1, "entry_changed"))
        other = {**one, "minute_ms": one["minute_ms"] - 60_000 * len(told)}
        yield Spoil(f"{label} re-dated", _put(name, place, other), line(place + 1, "entry_redated"))
        foreign = _resigned(other)
        kinds = line(place + 1, "entry_redated")
        yield Spoil(
            f"{label} re-dated and signed", _put(name, place, foreign), _both(kinds, line(place + 1, "entry_foreign"))
        )
        within = _resigned({**one, "gaps": []})
        yield Spoil(f"{label} signed by another", _put(name, place, within), line(place + 1, "entry_foreign"))

        def minute(found: dict[str, Any], at_ms: int = one["minute_ms"]) -> bool:
            kinds = ("entry_removed", "head")
            return any(
                one["what"] in kinds and one["at_ms"] <= at_ms < one.get("end_ms", at_ms + 1) for one in found["faults"]
            )

        yield Spoil(f"{label} removed", _lines(name, lambda all_, at=place: [*all_[:at], *all_[at + 1 :]]), minute)  # type: ignore[misc]
        twice = _lines(name, lambda all_, at=place: [*all_[: at + 1], *all_[at:]])  # type: ignore[misc]
        yield Spoil(f"{label} twice", twice, line(place + 2, "entry_twice"))
        if place:
            turned = _lines(name, lambda all_, at=place: [*all_[: at - 1], all_[at], all_[at - 1], *all_[at + 1 :]])  # type: ignore[misc]
            yield Spoil(f"{label} before the one before it", turned, line(place + 1, "entry_reordered"))


def _resigned(one: dict[str, Any]) -> dict[str, Any]:
    private, _ = make_node_keys()
    names = ("start_ms", "end_ms", "bytes", "sha256", "recovered")
    segments = [dict(zip(names, part, strict=True)) for part in one["segments"]]
    gaps = [dict(zip(("start_ms", "end_ms", "cause"), part, strict=True)) for part in one["gaps"]]
    entry = hash_of(one["camera"], one["minute_ms"], one["chain"], one["previous"], segments, gaps)
    return {**one, "entry": entry, "signature": EntrySigner(private).sign(entry)}


def _put(name: str, place: int, one: dict[str, Any]) -> Callable[[Path], None]:
    return _lines(name, lambda all_: [*all_[:place], canonical(one) + b"\n", *all_[place + 1 :]])


def _both(one: Named, other: Named) -> Named:
    return lambda found: one(found) and other(found)


def _write(path: Path) -> None:
    path.write_bytes(b"more")


def _cut(name: str, length: int) -> Callable[[Path], None]:
    return _rewrite(name, lambda data: data[:length])


def _longer(name: str) -> Callable[[Path], None]:
    return _rewrite(name, lambda data: data + b"\n")


def _rewrite(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return do


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _swap(one: str, other: str) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        (folder / one).rename(folder / "between")
        (folder / other).rename(folder / one)
        (folder / "between").rename(folder / other)

    return do


def drill(folder: Path, key: str, room: Path) -> int:
    """Do each of them to a fresh copy; how many. Fails with what was not named at its place."""
    whole = verify(folder, key)
    assert whole["faults"] == [], whole["faults"][:3]
    assert whole["trusted"]
    missed: list[str] = []
    every = list(spoils(folder))
    for spoil in every:
        copy = room / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        spoil.do(copy)
        found = verify(copy, key)
        if found["sound"] or not spoil.named(found):
            missed.append(f"{spoil.what}: {found['why']} {found['faults'][:4]}")
    assert missed == []
    return len(every)


def noise(folder: Path, key: str, room: Path, seed: int, count: int) -> None:
    """Change any bytes of any file in any way, again and again: it is never found whole, and the file is named."""
    chance = random.Random(seed)
    names = sorted(one.name for one in folder.iterdir())
    for _ in range(count):
        copy = room / "noise"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        name = chance.choice(names)
        data = bytearray((copy / name).read_bytes())
        at, length = chance.randrange(len(data)), chance.randrange(1, 9)
        twice = bytes(data[at : at + length]) * 2
        fresh = chance.choice([b"", chance.randbytes(length), b"{", b"]" * length, b"\n", twice])
        changed = data[:at] + fresh + data[at + length :]
        if changed == data:
            continue
        (copy / name).write_bytes(changed)
        found = verify(copy, key)
        assert not found["sound"], (name, at, length, fresh)
        assert name in {one["file"] for one in found["faults"]}, (name, at, fresh, found["faults"][:3])


def forge(folder: Path) -> None:
    """Make all hashes right again and sign with a key of one's own: only who knows the site's key finds that."""
    document = json.loads((folder / MANIFEST).read_text())
    private, public = make_node_keys()
    document["site_key"] = {"fingerprint": "", "public_key_pem": public}
    for one in (*document["files"], *document["records"], *document["papers"]):
        data = (folder / one["name"]).read_bytes()
        blocks = [data[at : at + 4_194_304] for at in range(0, len(data), 4_194_304)]
        one["bytes"], one["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        one["blocks"] = [hashlib.sha256(block).hexdigest() for block in blocks]
    text = json.dumps(document).encode()
    (folder / MANIFEST).write_bytes(text)
    key = EntrySigner(private)._key
    signature = base64.b64encode(key.sign(b"cctv.evidence.manifest.v1\0" + hashlib.sha256(text).digest())) + b"\n"
    (folder / SIGNATURE).write_bytes(signature)
    files = [(one["name"], one["sha256"]) for one in (*document["files"], *document["records"], *document["papers"])]
    last = [(MANIFEST, hashlib.sha256(text).hexdigest()), (SIGNATURE, hashlib.sha256(signature).hexdigest())]
    (folder / SUMS).write_bytes(sums([*files, *last]).encode())
