"""Letting nodes in through the API: a node asks, an administrator compares, and strangers learn nothing."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from sqlmodel import select

from controller.adapters.tables import AuditRow, InvitationRow
from controller.errors import Refused
from controller.ports.enrolment import Authority
from edge_agent.adapters.node_key import ensure_node_key, key_fingerprint, request_certificate
from shared.clock import SystemClock
from shared.ids import NodeId
from shared.invitation_token import read_token
from shared.key_mark import shown_mark
from shared.node_token import sign_node_token
from tests.fakes.releases import ReleaseMaker
from tests.fakes.site import HandClock
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
API = "/api/v1"
CAMERA = {"name": "front", "source": "rtsp://kim:swordfish@10.0.0.5/one"}


class Wanting:
    """A node that wants in."""

    def __init__(self, folder: Path, name: str = "key") -> None:
        self.key = ensure_node_key(folder / f"{name}.pem")
        self.csr = request_certificate(self.key, "node")
        self.mark = shown_mark(key_fingerprint(self.key))

    async def ask(self, client: httpx.AsyncClient, token: str) -> httpx.Response:
        return await client.post(f"{API}/enrolment", json={"proof": read_token(token).proof, "csr": self.csr})

    async def renew(self, client: httpx.AsyncClient, *, csr: str = "", name: str = "gate") -> httpx.Response:
        token = sign_node_token(NodeId(name), self.key, SystemClock().now())
        headers = {"Authorization": f"Bearer {token}"}
        return await client.post(f"{API}/enrolment/renewal", json={"csr": csr or self.csr}, headers=headers)


async def invite(admin: httpx.AsyncClient, **more: Any) -> str:
    answer = await admin.post(f"{API}/invitations", json={"node": "gate", "cameras": [CAMERA], **more})
    assert answer.status_code == 201, answer.text
    token = str(answer.json()["token"])
    assert answer.json()["command"].endswith(token)
    return token


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["said"]["code"]


async def test_from_the_invitation_to_the_certificate_and_its_end(served: Served, tmp_path: Path) -> None:
    node = Wanting(tmp_path)
    async with served.client("admin") as admin, served.client() as there:
        token = await invite(admin)
        waiting = await node.ask(there, token)
        assert (waiting.status_code, waiting.json()["state"], waiting.json()["admission"]) == (200, "waiting", None)
        (shown,) = (await admin.get(f"{API}/invitations")).json()["invitations"]
        assert (shown["state"], shown["fingerprint"], shown["node"]) == ("waiting", node.mark, "gate")
        wrong = await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": "0" * 32})
        assert code(wrong) == (409, "enrol_fingerprint")
        assert (await node.ask(there, token)).json()["state"] == "waiting"
        assert code(await node.renew(there)) == (401, "enrol_token"), "it is not in yet"
        approved = await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": node.mark})
        assert approved.status_code == 204
        given = [(await node.ask(there, token)).json()["admission"] for _ in range(2)]
        assert given[0]["certificate"] == given[1]["certificate"], "who lost the answer is given it again"
        assert given[0]["cameras"] == [{**CAMERA, "sub_source": None}]
        assert given[0]["broker"]["password"], "this site's broker takes no certificates"
        assert (await admin.get(f"{API}/invitations")).json()["invitations"] == []
        again = [await node.renew(there) for _ in range(3)]
        assert {(one.status_code, one.json()["certificate"]) for one in again} == {(200, given[0]["certificate"])}
        assert (await admin.post(f"{API}/nodes/gate/revoke", json={"why": "stolen"})).status_code == 204
        assert code(await node.renew(there)) == (401, "enrol_token")
        assert code(await node.ask(there, token)) == (403, "enrol_void")
    assert "gate" not in served.site.users.read()
    async with served.database.reading() as session:
        rows = [row for row in await session.scalars(select(AuditRow)) if row.what.startswith("node.")]
    assert [row.what for row in rows] == [
        "node.invite",
        "node.ask",
        "node.approve",
        "node.enrol",
        "node.certificate",
        "node.disable",
        "node.revoke",
    ]


async def test_only_the_first_key_goes_on_and_a_new_invitation_voids_the_one_before(
    served: Served, tmp_path: Path
) -> None:
    first, second = Wanting(tmp_path, "first"), Wanting(tmp_path, "second")
    async with served.client("admin") as admin, served.client() as there:
        token = await invite(admin)
        assert (await first.ask(there, token)).status_code == 200
        assert code(await second.ask(there, token)) == (403, "enrol_used")
        newer = await invite(admin)
        assert code(await first.ask(there, token)) == (403, "enrol_void")
        assert (await second.ask(there, newer)).status_code == 200
        assert (await admin.post(f"{API}/invitations/gate/reject", json={})).status_code == 204
        assert code(await second.ask(there, newer)) == (403, "enrol_rejected")
        late = await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": second.mark})
        assert code(late) == (409, "enrol_not_waiting")


async def test_a_node_with_a_new_key_loses_the_certificate_of_the_one_before(served: Served, tmp_path: Path) -> None:
    first, second = Wanting(tmp_path, "first"), Wanting(tmp_path, "second")
    async with served.client("admin") as admin, served.client() as there:
        for node in (first, second):
            token = await invite(admin)
            await node.ask(there, token)
            await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": node.mark})
            assert (await node.ask(there, token)).json()["admission"]
        assert code(await first.renew(there)) == (401, "enrol_token")
        assert code(await second.renew(there, csr=first.csr)) == (403, "enrol_key")
        assert (await second.renew(there)).status_code == 200
    assert len(await served.parts.admission.certificates.revoked()) == 1


async def test_a_guesser_learns_nothing_and_is_slowed_down(served: Served, tmp_path: Path) -> None:
    node = Wanting(tmp_path)
    async with served.client("admin") as admin, served.client() as there:
        await invite(admin)
        guesses = (
            there.post(f"{API}/enrolment", json={"proof": f"{number:040x}", "csr": node.csr}) for number in range(150)
        )
        answers = await asyncio.gather(*guesses)
        assert {answer.status_code for answer in answers} == {401, 429}
        assert {code(answer)[1] for answer in answers} == {"enrol_unknown", "too_often"}
        assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 429)
    async with served.client() as nobody:
        for path in ("/invitations", "/invitations/gate/approve", "/nodes/gate/revoke"):
            assert (await nobody.post(API + path, json={})).status_code == 401
        assert (await nobody.get(f"{API}/invitations")).status_code == 401


async def test_neither_secret_nor_camera_password_lies_in_the_database(served: Served) -> None:
    async with served.client("admin") as admin:
        token = await invite(admin)
    async with served.database.reading() as session:
        (row,) = await session.scalars(select(InvitationRow))
    told = str(row.model_dump())
    assert "swordfish" not in told
    assert read_token(token).proof not in told
    assert token not in told


async def test_wishes_that_cannot_be(served: Served) -> None:
    async with served.client("admin") as admin, served.client("operator") as operator:

        async def refused(**wish: Any) -> int:
            answer = await admin.post(f"{API}/invitations", json={"node": "gate", "cameras": [CAMERA], **wish})
            return answer.status_code

        assert await refused(node="controller") == 422
        assert await refused(node="../x") == 422
        assert await refused(life_min=0) == 422
        assert await refused(life_min=7 * 24 * 60 + 1) == 422
        assert await refused(cameras=[]) == 422
        assert await refused(cameras=[CAMERA, CAMERA]) == 422
        assert await refused(cameras=[{"name": "front", "source": "gopher://x"}]) == 422
        body = {"node": "gate", "cameras": [CAMERA]}
        assert (await operator.post(f"{API}/invitations", json=body)).status_code == 403
        assert (await admin.post(f"{API}/nodes/nobody/revoke", json={})).status_code == 404


async def approved(served: Served, there: httpx.AsyncClient, node: Wanting) -> str:
    async with served.client("admin") as admin:
        token = await invite(admin)
        await node.ask(there, token)
        answer = await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": node.mark})
        assert answer.status_code == 204
    return token


@pytest.mark.parametrize("known", [False, True], ids=["a new node", "a known node"])
async def test_who_is_cut_off_while_being_let_in_stays_out(served: Served, tmp_path: Path, *, known: bool) -> None:
    node, admission = Wanting(tmp_path), served.parts.admission

    @dataclass
    class Slow:
        authority: Authority

        def __getattr__(self, name: str) -> Any:
            return getattr(self.authority, name)

        def read(self, csr: str) -> Any:
            return self.authority.read(csr)

        def issue(self, csr: str, name: str, now: datetime) -> Any:
            issued = self.authority.issue(csr, name, now)
            asyncio.run_coroutine_threadsafe(admission.revoke("gate", "stolen", "kim"), loop).result(10)
            return issued

    loop = asyncio.get_running_loop()
    async with served.client() as there:
        if known:
            earlier = Wanting(tmp_path, "earlier")
            await earlier.ask(there, await approved(served, there, earlier))
        proof = read_token(await approved(served, there, node)).proof
        with pytest.raises(Refused):
            await replace(admission, authority=Slow(admission.authority)).ask(proof, node.csr, "10.0.0.9")
        assert await admission.shut_out(NodeId("gate"))
        assert code(await node.renew(there)) == (401, "enrol_token")
        with pytest.raises(Refused):
            await admission.ask(proof, node.csr, "10.0.0.9")


async def test_an_invitation_that_was_voided_lets_nobody_in_any_more(served: Served, tmp_path: Path) -> None:
    node, admission = Wanting(tmp_path), served.parts.admission
    async with served.client() as there:
        await approved(served, there, node)
    await admission.invitations.void(NodeId("gate"))
    with pytest.raises(Refused):
        await admission.nodes.enrol(NodeId("gate"), node.key, "kim", invited_by_key=key_fingerprint(node.key))
    assert await admission.nodes.node_public_key(NodeId("gate")) is None


async def test_cutting_off_again_writes_the_list_that_a_crash_left_unwritten(served: Served, tmp_path: Path) -> None:
    node, admission = Wanting(tmp_path), served.parts.admission
    listing = served.site.tls_dir / "crl.pem"
    async with served.client() as there:
        await node.ask(there, await approved(served, there, node))
    await admission.certificates.revoke(NodeId("gate"), "stolen", "kim", "")  # and the power failed
    before = listing.read_bytes() if listing.exists() else b""
    await admission.revoke("gate", "stolen", "kim")
    assert len(x509.load_pem_x509_crl(listing.read_bytes())) == 1
    assert listing.read_bytes() != before


async def test_past_half_its_life_a_certificate_is_renewed(served: Served, tmp_path: Path) -> None:
    node, admission = Wanting(tmp_path), served.parts.admission
    async with served.client() as there:
        first = (await node.ask(there, await approved(served, there, node))).json()["admission"]["certificate"]
    later = HandClock(SystemClock().unix_ms() + 50 * 86_400_000)
    token = sign_node_token(NodeId("gate"), node.key, later.now())
    renewed = (await replace(admission, clock=later).renew(token, node.csr, "10.0.0.9")).certificate
    ends = [x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc for pem in (first, renewed)]
    assert (ends[1] - ends[0]).days == 50


async def test_a_release_is_given_to_nodes_that_are_let_in_and_to_nobody_else(served: Served, tmp_path: Path) -> None:
    node, stranger = Wanting(tmp_path), Wanting(tmp_path, "stranger")
    served.site.releases_dir.mkdir()
    maker = ReleaseMaker()
    whole = maker.make(tmp_path, {"pip.whl": b"x"}, version="2.0")
    (served.site.releases_dir / "2.0-any.release").write_bytes(whole)
    (served.site.releases_dir / "release.pem").write_text(maker.public_pem)

    async def fetched(there: httpx.AsyncClient, who: Wanting, name: str = "2.0-any") -> httpx.Response:
        headers = {"Authorization": f"Bearer {sign_node_token(NodeId('gate'), who.key, SystemClock().now())}"}
        return await there.get(f"{API}/enrolment/releases/{name}", headers=headers)

    async with served.client("admin") as admin, served.client() as there:
        token = await invite(admin)
        await node.ask(there, token)
        assert code(await fetched(there, node)) == (401, "enrol_token"), "it waits for approval"
        await admin.post(f"{API}/invitations/gate/approve", json={"fingerprint": node.mark})
        await node.ask(there, token)
        given = await fetched(there, node)
        assert (given.status_code, given.content, given.headers["cache-control"]) == (200, whole, "no-store")
        assert (await fetched(there, node, "3.0-any")).status_code == 404
        for name in ("release.pem", "..%2Frelease-any", "2.0"):
            assert (await fetched(there, node, name)).status_code in {401, 404, 422}
        assert code(await fetched(there, stranger)) == (401, "enrol_token")
        await admin.post(f"{API}/nodes/gate/revoke", json={"why": "stolen"})
        assert code(await fetched(there, node)) == (401, "enrol_token")
