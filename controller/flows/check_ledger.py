"""Checks cameras' ledgers, a bounded part at a time: entries, links, signatures, and what the audit has of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.ledger_check import KeptEntry, LedgerCheck, Wrong
from shared.ids import CameraId, NodeId, node_of

_PART = 1_440
_FAULTS_MAX = 1_000


class LedgerReads(Protocol):
    """The database as this flow sees it."""

    async def cameras(self) -> list[CameraId]:
        """Every camera that was ever told of."""
        ...

    async def keys(self, node: NodeId) -> list[str]:
        """Every public key that the node has or had, PEM."""
        ...

    async def entries(
        self, camera: CameraId, from_ms: int, to_ms: int, after: tuple[int, str], limit: int
    ) -> list[KeptEntry]:
        """Entries of [from_ms, to_ms) behind a minute and chain, in that order."""
        ...


@dataclass(frozen=True, slots=True)
class CameraChecked:
    """What was found of a camera. `unproven`: entries without a signature, or told before their gaps were kept."""

    camera: str
    entries: int
    signed: int
    unproven: int
    chains: int
    first_ms: int | None
    last_ms: int | None
    faults: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class CheckLedger:
    """Reads ledgers and says what is wrong with them."""

    reads: LedgerReads

    async def all(
        self,
        cameras: Sequence[CameraId],
        from_ms: int,
        to_ms: int,
        anchors: Mapping[str, Sequence[tuple[int, str, str]]],
    ) -> AsyncIterator[CameraChecked]:
        """Each camera in turn; without any, every one.

        `anchors`: by camera, entries that the audit put on record: minute, chain, entry hash.
        """
        for camera in cameras or await self.reads.cameras():
            yield await self._one(camera, from_ms, to_ms, anchors.get(camera, ()))

    async def _one(
        self, camera: CameraId, from_ms: int, to_ms: int, anchors: Sequence[tuple[int, str, str]]
    ) -> CameraChecked:
        check = LedgerCheck(await self.reads.keys(node_of(camera)), whole=from_ms == 0)
        wanted = {(minute_ms, chain): entry for minute_ms, chain, entry in anchors if from_ms <= minute_ms < to_ms}
        first_ms, after, faults = None, (-1, ""), list[Wrong]()
        while found := await self.reads.entries(camera, from_ms, to_ms, after, _PART):
            faults += check.step(found)
            for one in found:
                known = wanted.pop((one.minute_ms, one.chain), one.entry)
                if known != one.entry:
                    faults.append(Wrong(camera, one.minute_ms, "changed"))
            first_ms = found[0].minute_ms if first_ms is None else first_ms
            after = (found[-1].minute_ms, found[-1].chain)
        faults += [Wrong(camera, minute_ms, "removed") for minute_ms, _ in sorted(wanted)]
        told = tuple(dict.fromkeys(faults))[:_FAULTS_MAX]
        last_ms = None if first_ms is None else after[0]
        return CameraChecked(camera, check.entries, check.signed, check.unproven, check.chains, first_ms, last_ms, told)
