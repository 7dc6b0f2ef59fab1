"""A node as a real process, its ring shortened to a minute, through an outage of broker and store and two kills."""

import asyncio
import hashlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.messages import LedgerFact
from tests.e2e.test_node import Node, acl, until
from tests.fakes.controller import PutStore, ScriptedController
from tests.servers.mosquitto import Mosquitto

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(900)]

OUTAGE_S = 75


@pytest.fixture
def broker(mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    return mosquitto(users={"n1": "node-password", "controller": "controller-password"}, acl=acl())


@pytest.fixture
def store() -> Iterator[PutStore]:
    store = PutStore()
    yield store
    store.close()


@pytest.fixture
def node(tmp_path: Path, broker: Mosquitto, store: PutStore) -> Iterator[Node]:
    node = Node(tmp_path, broker, store)
    text = node.config.read_text(encoding="utf-8")
    plan = 'upload = "continuous"\nring.bytes_max = 10_000_000\n'
    node.config.write_text(text.replace("[[cameras]]\n", f"[[cameras]]\n{plan}"), encoding="utf-8")
    assert plan in node.config.read_text(encoding="utf-8")
    yield node
    if node.process is not None:
        node.process.kill()
        node.process.wait()


async def test_an_outage_longer_than_the_ring_with_kills_loses_doubles_and_reorders_nothing(
    node: Node, broker: Mosquitto, store: PutStore
) -> None:
    controller = ScriptedController(broker.host, broker.port, "controller-password", store)
    async with controller:
        node.start()
        await until(lambda: bool(store.objects), 150)
        broker.server.kill()
        store.faults.extend([503] * 100_000)
        await asyncio.sleep(OUTAGE_S)
        await asyncio.to_thread(node.end, signal.SIGKILL)
        node.start()
        await asyncio.sleep(OUTAGE_S)
        broker.server.start()
        before = len(store.objects)
        store.faults.clear()
        await until(lambda: len(store.objects) > before, 150)
        await asyncio.to_thread(node.end, signal.SIGKILL)
        node.start()
        restored_ms = max(run.end_ms for run in controller.last_runs().values())

        def ledger() -> list[LedgerFact]:
            return [fact for fact in controller.facts.values() if isinstance(fact, LedgerFact)]

        def stored() -> list[tuple[int, str]]:
            runs = controller.last_runs()
            found = [runs[path.rsplit("/", 1)[1]] for path in store.objects]
            return [(ref.start_ms, ref.sha256) for run in found for ref in run.segments]

        def due() -> set[tuple[int, str]]:
            return {
                (ref.start_ms, ref.sha256)
                for fact in ledger()
                for ref in fact.segments
                if ref.start_ms < restored_ms + 60_000
            }

        await until(lambda: any(fact.minute_ms > restored_ms + 60_000 for fact in ledger()), 300)
        await until(lambda: due() <= set(stored()), 150)
    assert len(due()) > OUTAGE_S
    arrived = stored()
    assert len(arrived) == len(set(arrived))
    assert arrived == sorted(arrived)
    assert set(store.accepted.values()) == {1}
    for run in controller.last_runs().values():
        assert run.state != "lost"
        body = store.objects.get(f"/store/{run.run}")
        assert body is None or hashlib.sha256(body).hexdigest() == run.sha256
