"""Tending a node through the API and the command line: who may, what it answered, what it did not."""

import asyncio
import base64
import json
import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from sqlmodel import select
from typer.testing import CliRunner

from controller.adapters.database import Database
from controller.adapters.embedded_broker import EmbeddedBroker
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_orders import MqttNodeOrders
from controller.adapters.node_store import NodeStore
from controller.adapters.tables import AuditRow, NodeRow
from controller.app import tending as app_tending
from controller.app.site import Site, prepare_site
from controller.cli import waiting as cli_waiting
from controller.cli.node import node
from controller.core.node_settings import NodeAnswer
from controller.errors import Late
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.commands import REPLY_PART_BYTES, Command, ConfigDesired, Reply, TakeSnapshot, UpdateCheck
from shared.ids import NodeId
from shared.mint import uuid7
from shared.reply_parts import replies
from shared.server_certificate import server_context
from shared.topics import COMMAND, CONFIG_DESIRED, REPLY
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
GATE = NodeId("gate")
COMMANDS, CONFIG = "/api/v1/nodes/gate/commands", "/api/v1/nodes/gate/config"


async def enrol(served: Served) -> None:
    await NodeStore(served.database, SystemClock()).enrol(GATE, make_node_keys()[1], "test")


async def test_an_administrators_order_is_answered_and_written_down(served: Served) -> None:
    await enrol(served)
    served.orders.answers["snapshot"] = NodeAnswer(True, "", {"pts_ms": 7}, "image/jpeg", b"\xff\xd8jpeg")
    served.orders.answers["reboot"] = NodeAnswer(False, "commands.reboot: the node's own file does not allow it")
    async with served.client("admin") as admin:
        answer = await admin.post(COMMANDS, json={"kind": "snapshot", "camera": "gate.yard"})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["ok"], found["result"], found["media_type"]) == (True, {"pts_ms": 7}, "image/jpeg")
        assert base64.b64decode(found["data"]) == b"\xff\xd8jpeg"
        refused = (await admin.post(COMMANDS, json={"kind": "reboot"})).json()
        assert (refused["ok"], "own file" in refused["reason"]) == (False, True)
    assert served.orders.asked[0] == (GATE, TakeSnapshot(camera="gate.yard"))
    async with served.database.reading() as session:
        rows = [row for row in await session.scalars(select(AuditRow)) if row.what.startswith("node.")]
    assert [(row.what, row.who) for row in rows][1:] == [("node.snapshot", "admin"), ("node.reboot", "admin")]


async def test_silence_strangers_and_nonsense_have_their_own_problems(served: Served) -> None:
    await enrol(served)
    async with served.client("admin") as admin:

        async def problem(body: dict[str, Any], path: str = COMMANDS) -> tuple[int, str | None, str | None]:
            answer = await admin.post(path, json=body)
            found = answer.json()
            return answer.status_code, found.get("field"), (found.get("said") or {}).get("code")

        assert await problem({"kind": "diagnostics"}) == (504, "node", "node_silent")
        assert await problem({"kind": "snapshot"}) == (422, "camera", "missing")
        assert await problem({"kind": "snapshot", "camera": "roof.yard"}) == (422, "camera", "unknown")
        assert (await problem({"kind": "dance"}))[0] == 422
        assert await problem({"kind": "reboot"}, "/api/v1/nodes/nobody/commands") == (404, "node", "unknown")
        served.orders.down = True
        assert (await problem({"kind": "reboot"}))[::2] == (503, "busy")
    async with served.client("operator") as operator:
        assert (await operator.post(COMMANDS, json={"kind": "reboot"})).status_code == 403
        assert (await operator.put(CONFIG, json={"settings": {}})).status_code == 403


async def test_settings_are_kept_left_at_the_broker_and_never_overwritten_unseen(served: Served) -> None:
    await enrol(served)
    settings = {"cameras": {"yard": {"record": "motion"}}}
    async with served.client("admin") as admin:
        assert (await admin.get(CONFIG)).json()["version"] == 0
        first = (await admin.put(CONFIG, json={"settings": settings, "version": 0})).json()
        assert (first["version"], first["settings"], first["who"], first["reported"]) == (1, settings, "admin", None)
        late = await admin.put(CONFIG, json={"settings": {}, "version": 0})
        assert (late.status_code, late.json()["said"]["code"]) == (409, "settings_changed")
        secret = {"cameras": {"yard": {"source": "rtsp://kim:swordfish@10.0.0.5/one"}}}
        refused = await admin.put(CONFIG, json={"settings": secret})
        assert refused.status_code == 422
        assert refused.json()["said"]["code"] == "secret_in_settings"
        assert "swordfish" not in refused.text
        served.orders.down = True  # kept all the same; ingest leaves it there later
        assert (await admin.put(CONFIG, json={"settings": {}})).json()["version"] == 2
    assert served.orders.left == [(GATE, 1, settings)]


async def test_a_certificate_for_a_nodes_own_server_is_trusted_with_the_sites_ca(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    words = ["certificate", "gate", "--for", "192.168.1.20", "--for", "gate.local", "--data", str(site.data_dir)]
    made = CliRunner().invoke(node, [*words, "--out", str(tmp_path)])
    assert made.exit_code == 0, made.output
    pem, key = tmp_path / "gate-server.pem", tmp_path / "gate-server-key.pem"
    assert server_context(pem, key) is not None
    assert tomllib.loads(made.stdout.split("\n\n")[1]) == {"server": {"certificate": pem.name, "key": key.name}}
    authority = x509.load_pem_x509_certificate((site.tls_dir / "ca.pem").read_bytes())
    certificate = x509.load_pem_x509_certificates(pem.read_bytes())[0]
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["gate.local"]
    assert [str(found) for found in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.20"]
    again = CliRunner().invoke(node, [*words, "--out", str(tmp_path)])
    assert (again.exit_code, "exists" in again.stderr) == (2, True)
    wrong = CliRunner().invoke(node, ["certificate", "gate", "--for", "a b", "--out", str(site.data_dir), *words[-2:]])
    assert (wrong.exit_code, "--for" in wrong.stderr) == (2, True)


async def seen(site: Site, name: str, state: str = "offline") -> None:
    database = Database(site.settings.database())
    async with database.writing() as session:
        row = await session.get_one(NodeRow, name)
        row.last_seen_at = datetime(2026, 3, 1, 8, tzinfo=UTC)
        row.state = state
    await database.close()


async def test_without_a_broker_a_node_is_shown_from_the_database_and_the_rest_ends_soon(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_tending, "_CONNECT_S", 0.3)
    monkeypatch.setattr(cli_waiting, "_SILENT_S", 600.0)
    site = prepare_site(tmp_path / "data")
    shutil.copy(migrated, site.data_dir / "db.sqlite3")

    async def cctv(*words: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, node, [*words, "--data", str(site.data_dir)])

    assert (await cctv("add", "gate", "--out", str(tmp_path / "gate.toml"))).exit_code == 0
    await seen(site, "gate")
    away = await cctv("show", "gate")
    assert (away.exit_code, away.stderr) == (1, "")  # it is offline: nobody is asked
    assert json.loads((await cctv("config", "gate")).stdout)["version"] == 0
    assert " offline " in (await cctv("list")).stdout
    await seen(site, "gate", state="online")
    assert " silent " in (await cctv("list")).stdout  # its last word is months old
    (listed,) = json.loads((await cctv("list", "--json")).stdout)
    assert (listed["state"], listed["silent"]) == ("online", True)
    shown = await cctv("show", "gate")
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (3, "gate: online, seen 2026-03-01 08:00:00 UTC")
    why = f"no broker at 127.0.0.1:{site.settings.broker.port}: is `cctv up` running?"
    assert shown.stderr == f"cctv: {why}\n"
    for words in (["tell", "gate", "diagnostics"], ["log", "gate"], ["exec", "gate", "log"], ["reboot", "gate"]):
        told = await cctv(*words)
        assert (told.exit_code, told.stderr) == (1, f"cctv: {why} (try again)\n"), words
    never = await cctv("update", "gate", "--to", "9.9")
    assert (never.exit_code, never.stdout) == (2, "")
    assert "--to: '9.9' is not offered; no release is: cctv release add FILE" in never.stderr


async def test_programs_invite_and_revoke_as_people_do(tmp_path: Path, migrated: Path) -> None:
    site = prepare_site(tmp_path / "data")
    shutil.copy(migrated, site.data_dir / "db.sqlite3")

    async def cctv(*words: str) -> Any:
        done = await asyncio.to_thread(CliRunner().invoke, node, [*words, "--json", "--data", str(site.data_dir)])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    invited = await cctv("invite", "roof", "--for", "2h")
    assert (invited["node"], invited["life_min"]) == ("roof", 120)
    assert invited["enroll"] == f"cctv-edge enroll {invited['url']} {invited['token']}"
    added = await cctv("add", "gate", "--out", str(tmp_path / "gate.toml"))
    assert (added["file"], added["cameras"]) == (str(tmp_path / "gate.toml"), ["camera-1"])
    assert (await cctv("config", "gate"))["version"] == 0
    assert await cctv("revoke", "gate") == {"node": "gate", "revoked": True, "crl_for_your_broker": None}


async def test_over_a_real_broker_an_answer_in_parts_comes_together_and_silence_ends(
    tmp_path: Path, migrated: Path
) -> None:
    site = prepare_site(tmp_path / "data")
    shutil.copy(migrated, site.data_dir / "db.sqlite3")
    runner, clock, picture = CliRunner(), SystemClock(), bytes(range(256)) * (REPLY_PART_BYTES // 200)

    def cctv(*words: str) -> Any:
        return runner.invoke(node, [*words, "--data", str(site.data_dir)])

    for name in ("gate", "roof"):
        assert (await asyncio.to_thread(cctv, "add", name, "--out", str(tmp_path / f"{name}.toml"))).exit_code == 0
    password = tomllib.loads((tmp_path / "gate.toml").read_text())["broker"]["password"]
    broker = EmbeddedBroker(site.settings.broker.port, site.users.folder)
    await broker.start()
    heard: list[ConfigDesired] = []
    edge = Session(BrokerAddress("127.0.0.1", site.settings.broker.port, "gate", "gate", password))

    async def obey(levels: dict[str, str], command: Command) -> None:
        if command.command.kind == "update-check":
            return
        head = Reply(id=uuid7(), at=clock.now(), command=levels["id"], ok=True, media_type="image/jpeg")
        for part in reversed(list(replies(head, picture))):
            await edge.send(REPLY, part, node="gate", id=levels["id"])

    async def desired(_levels: dict[str, str], message: ConfigDesired) -> None:
        heard.append(message)

    edge.listen(COMMAND, obey, node="gate")
    edge.listen(CONFIG_DESIRED, desired, node="gate")
    ours = Session(site.broker_address("api"))
    orders = MqttNodeOrders(ours, clock)
    tasks = [asyncio.create_task(session.run()) for session in (edge, ours)]
    try:
        async with asyncio.timeout(20):
            await edge.wait_connected()
            await ours.wait_connected()
        answer = await orders.ask(GATE, TakeSnapshot(camera="gate.yard"), 20)
        assert (answer.ok, answer.media_type, answer.data == picture) == (True, "image/jpeg", True)
        with pytest.raises(Late, match="gate gave no answer"):
            await orders.ask(GATE, UpdateCheck(), 0.2)
        await orders.desire(GATE, 4, {"clip": {"pre_s": 2}})
        told = await asyncio.to_thread(cctv, "config", "roof")
        assert (told.exit_code, json.loads(told.output)["version"]) == (0, 0)
        (tmp_path / "bad.toml").write_text("record = ")
        refused = await asyncio.to_thread(cctv, "config", "roof", "--set", str(tmp_path / "bad.toml"))
        assert refused.exit_code == 2
        (tmp_path / "good.toml").write_text('[cameras.camera-1]\nrecord = "motion"\n')
        taken = await asyncio.to_thread(cctv, "config", "roof", "--set", str(tmp_path / "good.toml"))
        assert (taken.exit_code, "not said a word on version 1" in taken.stderr) == (3, True)
        assert json.loads(taken.stdout)["settings"] == {"cameras": {"camera-1": {"record": "motion"}}}
        file = tmp_path / "gate.jpg"
        shown = await asyncio.to_thread(cctv, "tell", "gate", "snapshot", "--camera", "yard", "--out", str(file))
        assert (shown.exit_code, file.read_bytes() == picture, file.stat().st_mode & 0o077) == (0, True, 0)
        assert (await asyncio.to_thread(cctv, "tell", "roof", "dance")).exit_code == 2
        away = await asyncio.to_thread(cctv, "tell", "roof", "diagnostics")
        assert (away.exit_code, "roof is offline" in away.stderr, "in 5 s" in away.stderr) == (3, True, True)
        assert (await asyncio.to_thread(cctv, "tell", "nobody", "reboot")).exit_code == 2
        never = await asyncio.to_thread(cctv, "show", "roof")
        assert (never.exit_code, never.stdout.splitlines()[0]) == (1, "roof: offline, seen never")
        await seen(site, "roof")
        once = await asyncio.to_thread(cctv, "show", "roof")
        assert (once.exit_code, once.stdout.splitlines()[0]) == (1, "roof: offline, seen 2026-03-01 08:00:00 UTC")
        assert "settings from here: version 1" in once.stdout
        async with asyncio.timeout(10):
            while not heard:
                await asyncio.sleep(0.02)
        assert (heard[0].version, heard[0].settings) == (4, {"clip": {"pre_s": 2}})
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await broker.stop()
