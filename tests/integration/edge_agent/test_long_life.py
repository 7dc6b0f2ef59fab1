"""What an agent gathers while it works it gives away again; told to end it ends, whatever waits."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.core.recorder import Event
from edge_agent.flows.facts import Facts
from shared.clock import SystemClock
from shared.ids import CameraId, EventId, NodeId
from shared.mint import uuid7
from tests.fakes.footage import write_film
from tests.integration.edge_agent.test_agent import Site, broker, site, store, until

__all__ = ["broker", "site", "store"]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

ROOT = Path(__file__).resolve().parents[3]
_KEPT_BY_FAKES = {"Segment"}  # the fake ring forgets nothing


def belongings() -> tuple[Counter[str], int, int]:
    """Objects of ours by their type, threads, descriptors."""
    gc.collect()
    ours = Counter(
        type(one).__name__ for one in gc.get_objects() if str(type(one).__module__).startswith(("edge_agent", "shared"))
    )
    for name in _KEPT_BY_FAKES:
        ours.pop(name, None)
    threads = [thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")]
    return ours, len(threads), len(list(Path("/proc/self/fd").iterdir()))


async def test_event_after_event_leaves_no_object_thread_or_descriptor_behind(site: Site) -> None:
    async def day() -> None:
        site.play(4, motion=True)
        site.play(16, motion=False)
        await until(site.settled)
        await until(lambda: site.feed.frames.empty() and not agent._delivery.waiting()[0])

    async with site.controller, site.agent() as agent:
        for _ in range(4):
            await day()
        before, threads, descriptors = belongings()
        for _ in range(4):
            await day()
        after, threads_after, descriptors_after = belongings()
        grown = {name: (before[name], count) for name, count in after.items() if count > before[name] + 2}
        assert (threads_after, descriptors_after) == (threads, descriptors)
    assert {name for name in grown if name not in _of_the_fakes()} == set()


def _of_the_fakes() -> set[str]:
    """The fake controller keeps every message that it ever got."""
    return {"EventFact", "RunFact", "LedgerFact", "SegmentRef", "Gap", "Ack", "AckItem", "Grant", "Message"}


def node_file(folder: Path, free_port: Callable[[], int]) -> Path:
    """A node whose broker and controller are away."""
    film = write_film(folder / "film.mp4", options={"g": "10", "bf": "0", "preset": "ultrafast"})
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    config = folder / "node.toml"
    config.write_text(
        f'node = "n1"\nsite = "s"\ndata_dir = "data"\ncontroller_url = "http://127.0.0.1:{free_port()}"\n'
        f'key_pem = """{key.decode()}"""\n[broker]\nport = {free_port()}\npassword = "none"\n'
        f'[[cameras]]\nname = "gate"\nsource = "{film}"\n',
        encoding="utf-8",
    )
    config.chmod(0o600)
    return config


def test_with_a_backlog_and_the_broker_away_it_ends_when_told_and_leaves_nothing_open(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    database = NodeDatabase(tmp_path / "data" / "node.sqlite3")
    outbox = SqliteOutbox(database)
    facts = Facts(NodeId("n1"), uuid7(), outbox, SystemClock(), uuid7)
    event = Event(EventId(uuid7()), 5, 5, 1, 0.5, None, 5, 0.5)
    outbox.put([facts.opened(CameraId("n1.gone"), event, "motion", rev) for rev in range(1, 2_000)])
    waiting, _age_s = outbox.depth(0)
    database.close()
    log = tmp_path / "log"
    with log.open("wb") as out:
        agent = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.cli", "run", "--config", str(node_file(tmp_path, free_port))],
            stdout=out,
            stderr=out,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            deadline = time.monotonic() + 60
            while not list(tmp_path.glob("data/ring/*/*.mp4")):
                assert time.monotonic() < deadline, log.read_text()
                assert agent.poll() is None, log.read_text()
                time.sleep(0.05)
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(30) == 0  # the promise is 5 s on an idle machine; what counts is that it does not hang
        finally:
            agent.kill()
            agent.wait()
    assert "did not stop in time" not in log.read_text()
    assert not list(tmp_path.glob("data/ring/*/*.part"))
    again = NodeDatabase(tmp_path / "data" / "node.sqlite3")
    assert SqliteOutbox(again).depth(0)[0] >= waiting
    again.close()
