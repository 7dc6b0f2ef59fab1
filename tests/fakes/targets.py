"""A destination of exports in memory, and the destinations of a site by name."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from controller.core.export_target import Sum, There
from controller.errors import AtTarget
from controller.flows.send_export import Target


@dataclass(slots=True)
class MemoryTarget:
    """`Target` in memory; `faults` come first, one for each put."""

    whole: dict[str, dict[str, bytes]] = field(default_factory=dict)
    drafts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    faults: list[AtTarget] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def begin(self, folder: str) -> None:
        self.drafts[folder] = {**self.whole.pop(folder, {}), **self.drafts.get(folder, {})}

    async def has(self, folder: str, name: str, expected: Sum) -> bool:
        data = self.drafts[folder].get(name)
        return data is not None and (len(data), sha256(data).hexdigest()) == (expected.length_bytes, expected.sha256)

    async def put(self, folder: str, name: str, source: Path, expected: Sum, more: Callable[[int], None]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.puts.append(name)
        data = source.read_bytes()
        if (len(data), sha256(data).hexdigest()) != (expected.length_bytes, expected.sha256):
            raise AtTarget("target_altered", name)
        self.drafts[folder][name] = data
        more(len(data))
        if self.meanwhile is not None:
            await self.meanwhile()

    async def finish(self, folder: str) -> None:
        self.whole[folder] = self.drafts.pop(folder)

    async def drop(self, folder: str) -> None:
        self.whole.pop(folder, None)
        self.drafts.pop(folder, None)

    async def files(self, start: str) -> list[There]:
        found = [(folder, files) for folder, files in self.whole.items() if folder.startswith(start)]
        return sorted(
            (There(folder, name, len(data)) for folder, files in found for name, data in files.items()),
            key=lambda one: one.name,
        )

    async def fetch(self, folder: str, name: str, into: Path) -> None:
        if name not in self.whole.get(folder, {}):
            raise AtTarget("target_gone", name)
        into.write_bytes(self.whole[folder][name])

    async def probe(self) -> int | None:
        if self.faults:
            raise self.faults.pop(0)
        return None


@dataclass(frozen=True, slots=True)
class NamedTargets:
    """`Targets` by their names."""

    by_name: Mapping[str, Target]

    async def open(self, name: str) -> Target:
        if name not in self.by_name:
            raise AtTarget("target_unknown", name)
        return self.by_name[name]
