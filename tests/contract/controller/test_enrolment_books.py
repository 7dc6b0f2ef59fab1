"""Invitations and certificates: in memory, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from controller.adapters.certificate_store import SqlCertificates
from controller.adapters.database import Database
from controller.adapters.invitation_store import SqlInvitations
from controller.adapters.tables import AuditRow, NodeRow
from controller.core import invitation as life
from controller.errors import Conflict, Missing, Refused, Unauthenticated
from controller.ports.enrolment import CertificateBook, InvitationBook, Invited, Issued, Revoked
from shared.ids import NodeId
from tests.contract.controller.conftest import described
from tests.fakes.enrolment import Deed, MemoryCertificates, MemoryInvitations
from tests.fakes.site import HandClock

GATE, HALL = NodeId("gate"), NodeId("hall")
KEY_A, KEY_B = "a" * 64, "b" * 64


@dataclass(frozen=True, slots=True)
class Books:
    """Both, and what was written into the audit, oldest first."""

    invitations: InvitationBook
    certificates: CertificateBook
    clock: HandClock
    deeds: Callable[[], Awaitable[list[Deed]]]
    cut_off: Callable[[NodeId], Awaitable[None]]

    async def invite(self, node: NodeId, proof: str, life_h: int = 1) -> None:
        until = self.clock.now() + timedelta(hours=life_h)
        await self.invitations.invite(node, proof, until, f"cameras of {node}", "kim", "10.0.0.1")

    async def decide(self, node: NodeId, key: str) -> Invited:
        step = partial(life.approve, fingerprint=key, now=self.clock.now())
        return await self.invitations.step(node, step, "lee", "node.approve", "10.0.0.1")

    async def give(self, node: NodeId, serial: str, key: str, days: int) -> None:
        issued = Issued(serial, key, f"pem {serial}", self.clock.now() + timedelta(days=days))
        await self.certificates.keep(node, issued, "lee", "node.certificate", "")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    clock = HandClock()
    if request.param == "memory":
        invitations, certificates = MemoryInvitations(clock), MemoryCertificates(clock)

        async def told() -> list[Deed]:
            return [*invitations.deeds, *certificates.deeds]

        async def shut_out(node: NodeId) -> None:
            certificates.let_in.discard(node)

        certificates.let_in |= {GATE, HALL}
        yield Books(invitations, certificates, clock, told, shut_out)
        return
    with described(request, tmp_path, request.param) as url:
        database = Database(url)

        async def written() -> list[Deed]:
            async with database.reading() as session:
                rows = await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))
                return [(row.who, row.what, row.subject, row.address) for row in rows]

        async def cut_off(node: NodeId) -> None:
            async with database.writing() as session:
                await session.execute(update(NodeRow).where(col(NodeRow.id) == node).values(enabled=False))

        async with database.writing() as session:
            session.add_all(NodeRow(id=node, created_at=clock.now()) for node in (GATE, HALL))
        yield Books(SqlInvitations(database, clock), SqlCertificates(database, clock), clock, written, cut_off)
        await database.close()


def state(found: list[Invited]) -> dict[str, str]:
    return {one.invitation.node: one.invitation.state for one in found}


async def test_from_inviting_to_fetching(books: Books) -> None:
    await books.invite(GATE, "p1")
    asked = await books.invitations.ask("p1", KEY_A, "pem a", "10.0.0.9")
    again = await books.invitations.ask("p1", KEY_A, "another pem", "10.0.0.77")
    assert asked == again, "asking again is waiting: what was asked first stands"
    assert (asked.public_key_pem, asked.address, asked.invited_by) == ("pem a", "10.0.0.9", "kim")
    assert (asked.invitation.state, asked.asked_at) == ("waiting", books.clock.now())
    decided = await books.decide(GATE, KEY_A)
    assert (decided.invitation.state, decided.decided_by, decided.cameras) == ("approved", "lee", "cameras of gate")
    await books.invitations.fetched("p1")
    await books.invitations.fetched("nobody's")
    assert state(await books.invitations.newest()) == {"gate": "fetched"}
    assert await books.deeds() == [
        ("kim", "node.invite", "gate", "10.0.0.1"),
        ("gate", "node.ask", "gate", "10.0.0.9"),
        ("lee", "node.approve", "gate", "10.0.0.1"),
    ]


async def test_wrong_secrets_other_keys_and_wrong_moments_are_told_apart(books: Books) -> None:
    with pytest.raises(Unauthenticated):
        await books.invitations.ask("p1", KEY_A, "pem a", "")
    with pytest.raises(Missing):
        await books.decide(GATE, KEY_A)
    await books.invite(GATE, "p1")
    with pytest.raises(Conflict):
        await books.decide(GATE, KEY_A)
    await books.invitations.ask("p1", KEY_A, "pem a", "")
    with pytest.raises(Refused):
        await books.invitations.ask("p1", KEY_B, "pem b", "")
    with pytest.raises(Conflict):
        await books.decide(GATE, KEY_B)
    assert state(await books.invitations.newest()) == {"gate": "waiting"}, "what was refused changes nothing"


async def test_a_new_invitation_voids_the_one_before_and_cameras_of_what_ended_are_forgotten(books: Books) -> None:
    await books.invite(GATE, "p1")
    await books.invite(HALL, "p2")
    await books.invite(GATE, "p3")
    with pytest.raises(Refused):
        await books.invitations.ask("p1", KEY_A, "pem a", "")
    await books.invitations.ask("p3", KEY_A, "pem a", "")
    found = await books.invitations.newest()
    assert [one.invitation.node for one in found] == ["gate", "hall"], "by name"
    assert state(found) == {"gate": "waiting", "hall": "invited"}
    await books.invitations.void(GATE)
    (gate, hall) = await books.invitations.newest()
    assert (gate.invitation.state, gate.cameras) == ("void", "")
    assert (hall.invitation.state, hall.cameras) == ("invited", "cameras of hall")


async def test_an_invitation_runs_out(books: Books) -> None:
    await books.invite(GATE, "p1")
    books.clock.at_ms += 3_600_000
    assert state(await books.invitations.newest()) == {"gate": "expired"}
    with pytest.raises(Refused):
        await books.invitations.ask("p1", KEY_A, "pem a", "")


async def test_of_two_keys_that_ask_at_once_one_is_taken(books: Books) -> None:
    await books.invite(GATE, "p1")
    asking = [books.invitations.ask("p1", f"{n}" * 64, f"pem {n}", "") for n in range(4)]
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Invited"] + ["Refused"] * 3


async def test_a_node_that_is_not_let_in_is_given_none(books: Books) -> None:
    await books.cut_off(HALL)
    for node in (HALL, NodeId("nobody")):
        with pytest.raises(Refused):
            await books.give(node, "9", KEY_A, 90)
        assert await books.certificates.newest(node, KEY_A) is None
    assert await books.deeds() == []


async def test_the_newest_certificate_of_a_key_is_given_again(books: Books) -> None:
    assert await books.certificates.newest(GATE, KEY_A) is None
    await books.give(GATE, "1", KEY_A, 90)
    await books.give(GATE, "2", KEY_A, 30)
    await books.give(GATE, "3", KEY_B, 120)
    await books.give(HALL, "4", KEY_A, 200)
    assert await books.certificates.newest(GATE, KEY_A) == "pem 1", "the one that is good the longest"
    assert await books.certificates.newest(GATE, "c" * 64) is None
    assert await books.certificates.newest(GATE, KEY_A, books.clock.now()) == "pem 1"
    assert await books.certificates.newest(GATE, KEY_A, books.clock.now() + timedelta(days=3_000)) is None
    now = books.clock.now()
    assert await books.certificates.ends() == {"gate": now + timedelta(days=120), "hall": now + timedelta(days=200)}


async def test_what_is_revoked_stays_on_the_list_until_it_ends_by_itself(books: Books) -> None:
    for serial, key, days in (("a1", KEY_A, 90), ("b2", KEY_B, 30), ("c3", KEY_A, 1)):
        await books.give(GATE, serial, key, days)
    await books.give(HALL, "d4", "d" * 64, 90)
    books.clock.at_ms += 2 * 86_400_000
    at = books.clock.now()
    assert await books.certificates.revoke(GATE, "another key", "lee", "", but=KEY_B) == 1, "c3 is over by itself"
    assert await books.certificates.newest(GATE, KEY_B) == "pem b2"
    assert await books.certificates.revoke(GATE, "stolen", "lee", "") == 1
    assert await books.certificates.revoke(GATE, "stolen", "lee", "") == 0, "nothing is revoked twice"
    assert await books.certificates.newest(GATE, KEY_B) is None
    assert await books.certificates.revoked() == [Revoked("a1", at), Revoked("b2", at)]
    revoking = [deed for deed in await books.deeds() if deed[1] == "node.revoke"]
    assert revoking == [("lee", "node.revoke", "gate", "")] * 2
    books.clock.at_ms += 40 * 86_400_000
    assert await books.certificates.revoked() == [Revoked("a1", at)]
