"""`cctv fsck`: whether database, store and hashes agree, and what may be done where they do not."""

import asyncio
import getpass
import sys
import time
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from controller.app.fsck import open_site_check
from controller.app.site import Site
from controller.cli import AsJson, app, print_json, told
from controller.cli.export import Data, site_of
from controller.cli.waiting import waiting
from controller.core.fsck import Finding, Kind, Phase, Strange, begins
from shared.errors import CctvError, Rejected
from shared.exits import FAILED

_EVERY_S = 0.5
_SHOWN = 10_000
_SENTENCES: dict[Kind, tuple[str, str]] = {
    "run_missing": ("its object is not in the store", "asked of its node again; lost if that has it no more"),
    "run_differs": ("its object has other bytes", "removed, and asked of its node again"),
    "run_altered": (
        "its object has other bytes behind the right length and MD5",
        "nothing: the slow reading asks for it again where its node has it still",
    ),
    "run_held": ("its object is held and has other bytes", "nothing: look at it, and put it back from a copy"),
    "picture_missing": ("a picture of an alarm is not in the store", "the alarm shows none any more"),
    "object_unknown": ("no row knows this object", "removed"),
    "object_deleted": ("its row says that this object was deleted", "removed"),
    "tier_both": ("it lies in both stores, and its row names the other one", "removed from this one"),
    "tier_wrong": ("it lies in this store, and its row names the other one", "the row is corrected"),
    "tier_unknown": ("no row knows this object, or its row says that it was deleted", "removed"),
    "audit": ("the audit was changed here", "nothing: see `cctv audit verify`"),
    "ledger": ("the ledger was changed here", "nothing: see `cctv evidence ledger`"),
}


class _Found:
    """What was found so far, and how far the check is."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.kinds: Counter[Kind] = Counter()
        self.repaired: Counter[str] = Counter()
        self.looked: Counter[str] = Counter()
        self.place = ""
        self._due = time.monotonic() + 1

    def far(self, phase: Phase, more: int, place: str) -> None:
        self.looked[phase] += more
        self.place = f"{phase}:{place}"
        if time.monotonic() >= self._due and sys.stderr.isatty():
            self._due = time.monotonic() + _EVERY_S
            sys.stderr.write(f"\r\x1b[K{phase}: {self.looked[phase]} looked at, {sum(self.kinds.values())} findings")
            sys.stderr.flush()

    def add(self, finding: Finding) -> None:
        self.kinds[finding.kind] += 1
        if len(self.findings) < _SHOWN:
            self.findings.append(finding)

    @property
    def left(self) -> int:
        return sum(self.kinds.values()) - sum(self.repaired.values())


@app.command("fsck")
@told
def fsck(
    repair: Annotated[bool, typer.Option("--repair", help="Do what is said beside each finding.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every stored recording and compare its SHA-256.")] = False,
    go_on: Annotated[
        str | None, typer.Option("--go-on", metavar="PLACE", help="From where an interrupted check said.")
    ] = None,
    unknown: Annotated[
        int | None,
        typer.Option(
            "--unknown", metavar="COUNT", help="With --repair: so many unknown objects may go, though most are."
        ),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Compare database, store, audit and ledgers; the site may run. Exit code 1 where something is wrong and stays so.

    Changes nothing without --repair. Held footage is never touched. Where the database knows less than half of what a
    store has, nothing is repaired before somebody says by --unknown that this is the right database.
    """
    begin = begins("runs:" if go_on is None else go_on)
    if begin is None:
        raise Rejected("--go-on", f"{go_on!r} is no place that a check told")
    found = _Found()
    try:
        asyncio.run(_check(site_of(data), found, *begin, deep=deep, repair=repair, unknown=unknown))
    except (KeyboardInterrupt, CctvError):
        if found.place:
            sys.stderr.write(f"\ncctv: stopped: go on with `cctv fsck --go-on {found.place}`\n")
        raise
    if as_json:
        print_json(
            {
                "ok": not found.left, "looked_at": found.looked, "found": found.kinds, "repaired": found.repaired,
                "findings": [{**asdict(one), "repair": one.repair} for one in found.findings],
            }
        )  # fmt: skip
    else:
        sys.stdout.writelines(_line(one, repair=repair) for one in found.findings)
        sys.stdout.write(_summary(found))
    if found.left:
        raise typer.Exit(FAILED)


def _is_right_database(stores: list[Strange], leave: int | None) -> None:
    unknown = sum(one.unknown for one in stores)
    if any(one.most for one in stores) and leave != unknown:
        raise Rejected(
            "--repair",
            f"no row knows {unknown} objects, more than half of a store: is this the right database? `cctv backup "
            f"restore` puts a backup back. If they are to be removed all the same: --unknown {unknown}",
        )


async def _check(
    site: Site, found: _Found, begin: Phase, after: str, *, deep: bool, repair: bool, unknown: int | None
) -> None:
    async with open_site_check(site, found.far, deep=deep) as check:
        if repair:
            with waiting("the list of all that is stored"):
                _is_right_database(await check.strange(), unknown)
        async for one in check.findings(begin, after):
            found.add(one)
            if repair and await check.repair(one):
                found.repaired[one.kind] += 1
        if found.repaired:
            await check.note(getpass.getuser(), dict(found.repaired))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _line(one: Finding, *, repair: bool) -> str:
    what, remedy = _SENTENCES[one.kind]
    detail = f" ({one.detail})" if one.detail else ""
    return f"{one.subject}{detail}: {what}; {'' if repair else 'with --repair: '}{remedy}\n"


def _summary(found: _Found) -> str:
    looked = ", ".join(f"{count} {phase}" for phase, count in found.looked.items())
    total = sum(found.kinds.values())
    more = "" if total <= len(found.findings) else f", the first {len(found.findings)} of which are told"
    wrong = "nothing is wrong" if not total else f"{total} findings{more}, {sum(found.repaired.values())} repaired"
    return f"{looked or 'nothing to look at'}: {wrong}\n"
