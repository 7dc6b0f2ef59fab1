"""The audit on both databases: sealed as written, only added to, checked, signed by the day, searched."""

import asyncio
import errno
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from controller.adapters.audit_key import keep_heads, open_audit_key, read_heads, signed_by
from controller.adapters.audit_store import SqlAudit
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow
from controller.core.audit import REFUSED, REFUSED_KEPT, Fault, Head
from controller.core.audit_search import AuditSearch
from controller.core.viewing import Look
from controller.flows.check_audit import CheckAudit
from controller.flows.note_views import NoteViews
from controller.flows.seal_audit import SealAudit
from shared.errors import Rejected, Transient
from tests.contract.controller.conftest import SITE, Site
from tests.fakes.site import HandClock


async def write(site: Site, *whats: str) -> None:
    people = PeopleStore(site.database, site.clock)
    for what in whats:
        await people.audit(
            "kim", what, subject="gate.yard", address="10.0.0.7", detail={"n": 1, "b": [1.5, "가", None]}
        )


async def anchored(_: date) -> None:
    """Nothing is proven besides."""


async def seal(site: Site, folder: Path) -> SqlAudit:
    book = SqlAudit(site.database, site.clock)
    key = open_audit_key(folder / "audit-key.pem", SITE)
    await SealAudit(book, key, partial(keep_heads, folder / "heads.jsonl"), anchored, site.clock).once()
    return book


def check_of(site: Site, folder: Path) -> CheckAudit:
    key = open_audit_key(folder / "audit-key.pem", SITE)
    file = folder / "heads.jsonl"
    return CheckAudit(
        SqlAudit(site.database, site.clock),
        lambda head: signed_by(key.public_pem(), SITE, head),
        lambda: read_heads(file) if file.exists() else [],
        site.clock,
    )


async def faults(site: Site, folder: Path) -> list[Fault]:
    return [fault async for part in check_of(site, folder).whole() for fault in part.faults]


async def unguarded(site: Site, statement: str) -> None:
    """Somebody with the database's password first removes what refuses them."""
    async with site.database.engine.begin() as connection:
        for table in ("audit", "audit_seal", "audit_head"):
            for deed in ("update", "delete"):
                of = "" if site.database.is_sqlite else f" ON {table}"
                await connection.execute(sa.text(f"DROP TRIGGER {table}_no_{deed}{of}"))
        await connection.execute(sa.text(statement))


async def test_what_was_written_is_sealed_once_and_found_whole(site: Site, tmp_path: Path) -> None:
    await write(site, "login", "alarm.resolve")
    book = await seal(site, tmp_path)
    await write(site, "logout")
    assert await book.unsealed() == 1
    await seal(site, tmp_path)
    assert await book.unsealed() == 0
    page = await book.page(AuditSearch(), None, 50)
    assert [(one["seq"], one["what"]) for one in page["items"]] == [(3, "logout"), (2, "alarm.resolve"), (1, "login")]
    assert await faults(site, tmp_path) == []


async def test_an_entry_whose_transaction_ended_late_is_sealed_behind_the_others(site: Site, tmp_path: Path) -> None:
    await write(site, "login", "logout")
    async with site.database.writing() as session:
        session.add(AuditRow(id=50, at=site.clock.now(), who="kim", what="first", detail={}))
    book = await seal(site, tmp_path)
    async with site.database.writing() as session:
        session.add(AuditRow(id=40, at=site.clock.now(), who="kim", what="late", detail={}))
    await site.clock.sleep_ms(30_000)
    assert [entry.what for _, entry in await book.seal(10)] == ["late"]
    assert await faults(site, tmp_path) == []


async def test_who_follows_misses_no_entry_whose_transaction_ended_late(site: Site, tmp_path: Path) -> None:
    await write(site, "first")
    book, asked = await seal(site, tmp_path), AuditSearch(who="kim")
    async with site.database.writing() as session:
        session.add(AuditRow(id=9, at=site.clock.now(), who="kim", what="quick", detail={}))
    await seal(site, tmp_path)
    told = await book.sealed_that_fit(asked, 0, 500)
    assert [one["what"] for one in told] == ["first", "quick"]
    async with site.database.writing() as session:
        session.add(AuditRow(id=5, at=site.clock.now(), who="kim", what="late", detail={}))
    assert await book.after(asked, told[-1]["id"], 500) == [], "by its number it is never told"
    assert await book.sealed_that_fit(asked, told[-1]["seq"], 500) == [], "nor before it is sealed"
    site.clock.at_ms += 60_000
    await seal(site, tmp_path)
    assert [one["what"] for one in await book.sealed_that_fit(asked, told[-1]["seq"], 500)] == ["late"]
    assert [one["what"] for one in await book.sealed_that_fit(asked, 0, 2)] == ["first", "quick"]


async def test_who_writes_does_not_wait_for_a_look_that_finds_nothing(site: Site, tmp_path: Path) -> None:
    await write(site, "login")
    book = await seal(site, tmp_path)
    async with site.database.writing(), asyncio.timeout(5):
        assert await book.seal(10) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'lee'",
        "DELETE FROM audit",
        "UPDATE audit_seal SET chain = ''",
        "DELETE FROM audit_seal",
        "UPDATE audit_head SET seq = 0",
        "DELETE FROM audit_head",
    ],
)
async def test_the_database_itself_refuses_changes(site: Site, tmp_path: Path, statement: str) -> None:
    await write(site, "login")
    await seal(site, tmp_path)
    with pytest.raises(DBAPIError, match="only added to"):
        async with site.database.engine.begin() as connection:
            await connection.execute(sa.text(statement))
    assert await faults(site, tmp_path) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET who = 'lee' WHERE what = 'b'", [("changed", 2)]),
        ("UPDATE audit SET detail = '{\"n\": 2}' WHERE what = 'b'", [("changed", 2)]),
        ("DELETE FROM audit WHERE what = 'b'", [("removed", 2)]),
        ("DELETE FROM audit_seal WHERE seq = 2", [("seal_removed", 2)]),
        ("DELETE FROM audit_seal WHERE seq = 3", [("cut", 3)]),
        ("DELETE FROM audit_seal", [("cut", 3)]),
        ("UPDATE audit_seal SET what = 'x' WHERE seq = 1", [("seal_changed", 1)]),
        ("UPDATE audit_head SET signature = 'AAAA'", [("head_signature", 3)]),
        ("UPDATE audit_head SET chain = 'x'", [("head_signature", 3), ("head_changed", 3)]),
        ("DELETE FROM audit_head", []),  # the file beside the database has it still
    ],
)
async def test_who_changes_it_all_the_same_is_found(
    site: Site, tmp_path: Path, statement: str, found: list[tuple[str, int]]
) -> None:
    await write(site, "a", "b", "c")
    await seal(site, tmp_path)
    await unguarded(site, statement)
    assert [(fault.kind, fault.seq) for fault in await faults(site, tmp_path)] == found


async def test_a_chain_made_anew_with_another_head_is_found_by_the_heads_kept_elsewhere(
    site: Site, tmp_path: Path
) -> None:
    await write(site, "a", "b")
    await seal(site, tmp_path)
    await unguarded(site, "DELETE FROM audit_seal")
    async with site.database.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE audit SET who = 'lee' WHERE what = 'a'"))
        await connection.execute(sa.text("DELETE FROM audit_head"))
    book = SqlAudit(site.database, site.clock)
    await book.seal(10)
    last, _ = await book.standing()
    assert last is not None
    day = (site.clock.now() - timedelta(days=1)).date()
    await book.add_head(open_audit_key(tmp_path / "audit-key.pem", SITE).head(day, last.seq, last.chain))
    assert [(fault.kind, fault.seq) for fault in await faults(site, tmp_path)] == [("head_changed", 2)]


async def test_a_day_has_one_head_and_the_file_the_same(site: Site, tmp_path: Path) -> None:
    await write(site, "a")
    book = await seal(site, tmp_path)
    await seal(site, tmp_path)
    (first,) = await book.heads()
    await site.clock.sleep_ms(86_400_000)
    await write(site, "b")
    await seal(site, tmp_path)
    days = [head.day for head in await book.heads()]
    assert days == [first.day, first.day + timedelta(days=1)]
    assert read_heads(tmp_path / "heads.jsonl") == await book.heads()
    assert not await book.add_head(Head(first.day, 1, first.chain, ""))
    with (tmp_path / "heads.jsonl").open("a") as opened:
        opened.write('{"day": "2026-')
    assert read_heads(tmp_path / "heads.jsonl") == await book.heads()
    await site.clock.sleep_ms(86_400_000)
    await seal(site, tmp_path)
    assert len(read_heads(tmp_path / "heads.jsonl")) == 3, "the half line made room"
    assert read_heads(tmp_path / "heads.jsonl") == await book.heads()


async def test_a_head_that_could_not_be_kept_is_kept_at_the_next_start(site: Site, tmp_path: Path) -> None:
    def full(_: Sequence[Head]) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    await write(site, "a")
    book, key = SqlAudit(site.database, site.clock), open_audit_key(tmp_path / "audit-key.pem", SITE)
    with pytest.raises(OSError, match="no space"):
        await SealAudit(book, key, full, anchored, site.clock).once()
    await seal(site, tmp_path)
    assert read_heads(tmp_path / "heads.jsonl") == await book.heads()
    assert len(await book.heads()) == 1


async def test_a_clock_that_was_far_ahead_once_does_not_silence_the_heads(site: Site, tmp_path: Path) -> None:
    await write(site, "a")
    ahead = HandClock()
    await ahead.sleep_ms(3_650 * 86_400_000)
    book, key = SqlAudit(site.database, ahead), open_audit_key(tmp_path / "audit-key.pem", SITE)
    await SealAudit(book, key, partial(keep_heads, tmp_path / "heads.jsonl"), anchored, ahead).once()
    await write(site, "b")
    await seal(site, tmp_path)
    today = site.clock.now().date()
    assert [head.day < today for head in await book.heads()] == [True, False]
    _, newest = await book.standing()
    assert newest is not None
    assert newest.day == today - timedelta(days=1)
    assert await faults(site, tmp_path) == []


async def test_refused_logins_are_forgotten_and_their_seals_stay(site: Site, tmp_path: Path) -> None:
    await write(site, REFUSED, "login")
    await seal(site, tmp_path)
    async with site.database.engine.begin() as connection:
        await connection.execute(sa.delete(AuditRow).where(col(AuditRow.what) == REFUSED))
    assert [fault.kind for fault in await faults(site, tmp_path)] == ["removed"]
    await site.clock.sleep_ms(REFUSED_KEPT // timedelta(milliseconds=1) + 1)
    (part,) = [part async for part in check_of(site, tmp_path).whole()]
    assert (part.checked, part.forgotten, part.faults) == (2, 1, ())


async def test_a_check_goes_on_where_a_part_ended(site: Site, tmp_path: Path) -> None:
    await write(site, "a", "b", "c", "d", "e")
    await seal(site, tmp_path)
    await unguarded(site, "UPDATE audit SET who = 'lee' WHERE what IN ('b', 'e')")
    check, after, found = check_of(site, tmp_path), 0, []
    parts = 0
    while True:
        part = await check.part(after, 2)
        found += [fault.seq for fault in part.faults]
        parts += 1
        if part.next is None:
            break
        after = part.next
    assert (parts, found) == (3, [2, 5])
    with pytest.raises(Rejected, match="after"):
        await check.part(99, 2)


async def test_search(site: Site) -> None:
    people = PeopleStore(site.database, site.clock)
    await people.audit("kim", "login", address="10.0.0.7")
    await site.clock.sleep_ms(60_000)
    moment = site.clock.now()
    await people.audit("kim", "alarm.resolve", subject="A-17")
    await people.audit("lee", "alarm.note", subject="A-18")
    book = SqlAudit(site.database, site.clock)

    async def found(asked: AuditSearch) -> list[str]:
        return [one["what"] for one in (await book.page(asked, None, 50))["items"]]

    assert await found(AuditSearch(who="kim")) == ["alarm.resolve", "login"]
    assert await found(AuditSearch(what=("alarm.",))) == ["alarm.note", "alarm.resolve"]
    assert await found(AuditSearch(what=("login", "alarm.note"))) == ["alarm.note", "login"]
    assert await found(AuditSearch(subject="a-1", who="lee")) == ["alarm.note"]
    assert await found(AuditSearch(address="10.0.0.7")) == ["login"]
    assert await found(AuditSearch(start=moment)) == ["alarm.note", "alarm.resolve"]
    assert await found(AuditSearch(end=moment)) == ["login"]
    first = await book.page(AuditSearch(), None, 2)
    rest = await book.page(AuditSearch(), int(first["next"]), 2)
    assert [one["what"] for one in (*first["items"], *rest["items"])] == ["alarm.note", "alarm.resolve", "login"]
    assert rest["next"] is None
    assert [one["what"] for one in await book.after(AuditSearch(who="kim"), 1, 5)] == ["alarm.resolve"]


class Away:
    """The audit, which is away at first."""

    def __init__(self, book: SqlAudit) -> None:
        self.book = book
        self.down = True

    async def looked(self, looks: Sequence[tuple[datetime, Look]]) -> None:
        if self.down:
            raise Transient("database", "away")
        await self.book.looked(looks)


async def test_looks_are_written_behind_the_pictures_and_wait_for_the_database(site: Site) -> None:
    book = Away(SqlAudit(site.database, site.clock))
    views = NoteViews(book, site.clock)
    views.looks(Look("kim", "::1", "live.view", "gate.yard"))
    views.looks(Look("kim", "::1", "live.view", "gate.yard"))
    await views.flush()
    views.looks(Look("kim", "::1", "footage.view", "gate.yard", "2026-03-01T12:00Z"))
    book.down = False
    await views.flush()
    await views.flush()
    async with site.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))).all()
    assert [(row.who, row.what, row.subject, row.address, row.detail) for row in rows] == [
        ("kim", "live.view", "gate.yard", "::1", {}),
        ("kim", "footage.view", "gate.yard", "::1", {"of": "2026-03-01T12:00Z"}),
    ]


def test_a_file_that_holds_no_key_or_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("nonsense")
    with pytest.raises(Rejected, match="no Ed25519 key"):
        open_audit_key(tmp_path / "key.pem", SITE)
    (tmp_path / "heads").write_text('{"day": "yesterday"}\n')
    with pytest.raises(Rejected, match="line 1"):
        read_heads(tmp_path / "heads")
    (tmp_path / "heads").write_bytes(b"\xff\xfe")
    with pytest.raises(Rejected, match="cannot be read"):
        read_heads(tmp_path / "heads")
    with pytest.raises(Rejected, match="cannot be read"):
        read_heads(tmp_path / "none")


def test_a_head_of_another_site_or_key_is_not_ours(tmp_path: Path) -> None:
    key = open_audit_key(tmp_path / "a.pem", "yard")
    head = key.head(date(2026, 3, 1), 5, "ab")
    assert signed_by(key.public_pem(), "yard", head)
    assert not signed_by(key.public_pem(), "gate", head)
    assert not signed_by(open_audit_key(tmp_path / "b.pem", "yard").public_pem(), "yard", head)
    assert not signed_by(key.public_pem(), "yard", Head(head.day, 6, head.chain, head.signature))
    assert not signed_by("no key", "yard", head)
    assert open_audit_key(tmp_path / "a.pem", "yard").public_pem() == key.public_pem()
    assert (tmp_path / "a.pem").stat().st_mode & 0o777 == 0o600
