"""Tending: what is allowed is done, what is not configured is said, diagnostics hold no secret."""

import io
import json
import zipfile

import pytest

from shared.commands import Diagnose, ReadLog, Reboot, RestartAgent, RestartCamera, TakeSnapshot, UpdateCheck
from shared.errors import Rejected, Transient
from tests.fakes.node import FakeNode
from tests.fakes.tending import FakePackages, tending


async def test_a_reboot_needs_the_nodes_own_leave() -> None:
    with pytest.raises(Rejected, match=r"commands\.reboot"):
        await tending(FakeNode()).do(Reboot())


@pytest.mark.parametrize("order", [RestartCamera(camera="n1.other"), TakeSnapshot(camera="n1.other")])
async def test_a_camera_of_another_node_is_named(order: RestartCamera | TakeSnapshot) -> None:
    with pytest.raises(Rejected, match=r"n1\.other"):
        await tending(FakeNode()).do(order)


async def test_an_update_is_looked_for_only_where_an_index_is_configured() -> None:
    node = FakeNode()
    answer = await tending(node).do(UpdateCheck())
    assert answer.result == {"installed": "0.1.0"}
    assert "no package index" in answer.says
    found = [(await tending(node, packages=FakePackages(*offered)).do(UpdateCheck())).result for offered in OFFERS]
    assert found == [
        {"installed": "0.1.0", "offered": "0.2.0", "newer": True},
        {"installed": "0.1.0", "offered": "0.1.0", "newer": False},
        {"installed": "0.1.0", "offered": None, "newer": False},
    ]
    away = FakePackages()
    away.offered = None
    with pytest.raises(Transient):
        await tending(node, packages=away).do(UpdateCheck())


OFFERS = (("0.1.0", "0.2.0", "0.3.0rc1"), ("0.1.0",), ())


async def test_planted_secrets_are_in_no_part_of_the_diagnostics() -> None:
    node = FakeNode()
    given = {"source": "rtsp://kim:swordfish@10.0.0.5/one", "password": "swordfish", "other": "plain-to-see"}
    log = ("connecting to rtsp://kim:swordfish@10.0.0.5", "token=tok-123456789 in use", "Bearer abcdefgh12345678")
    answer = await tending(node, settings=given, secrets=("swordfish", "tok-123456789"), log=log).do(Diagnose())
    assert answer.media_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(parts) == {"health.json", "versions.json", "settings.json", "config.json", "log.txt"}
    whole = "".join(parts.values())
    assert not [secret for secret in ("swordfish", "tok-123456789", "abcdefgh12345678") if secret in whole]
    assert "plain-to-see" in whole
    health = json.loads(parts["health.json"])
    assert {"facts_waiting", "uploads_waiting", "machine", "cameras"} <= set(health)


async def test_the_log_is_told_after_a_number_and_holds_no_secret() -> None:
    answer = await tending(FakeNode(), secrets=("swordfish",), log=("pw swordfish", "two", "three")).do(
        ReadLog(after=1)
    )
    assert (answer.result, answer.media_type) == ({"newest": 3}, "application/json")
    assert json.loads(answer.data) == ["two", "three"]
    first = await tending(FakeNode(), secrets=("swordfish",), log=("pw swordfish",)).do(ReadLog())
    assert json.loads(first.data) == ["pw [redacted]"]


async def test_an_agent_begins_anew_only_where_it_can() -> None:
    with pytest.raises(Rejected, match="cannot begin anew"):
        await tending(FakeNode()).do(RestartAgent())
    begun: list[str] = []
    await tending(FakeNode(), begin_anew=lambda: begun.append("anew")).do(RestartAgent())
    assert begun == ["anew"]
