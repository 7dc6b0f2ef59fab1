"""The release door, as a real HTTP server: what was named comes, and nothing else is kept."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edge_agent.adapters.node_key import ensure_node_key
from edge_agent.adapters.release_door import ReleaseDoor
from edge_agent.adapters.update_folder import UpdateFolder, Wanted
from shared.clock import SystemClock
from shared.commands import Update
from shared.errors import Rejected, Transient
from shared.ids import NodeId
from shared.node_token import claimed_node

pytestmark = pytest.mark.integration
BODY = b"a release" * 9_999


class Door:
    """Answers every GET with `status` and `body`, and keeps what was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.length = 200, BODY, len(BODY)
        self.asked: list[tuple[str, str]] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                door.asked.append((self.path, self.headers["Authorization"]))
                self.send_response(door.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(door.length))
                self.end_headers()
                self.wfile.write(door.body)

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def order(**changed: Any) -> Update:
    sha256 = hashlib.sha256(BODY).hexdigest()
    return Update.model_validate({"release": "2.0-any", "length_bytes": len(BODY), "sha256": sha256, **changed})


async def test_what_was_named_waits_for_the_updater(door: Door, tmp_path: Path) -> None:
    folder, heard = UpdateFolder(tmp_path), list[int]()
    source = ReleaseDoor(door.url, None, NodeId("gate"), ensure_node_key(tmp_path / "key.pem"), folder, SystemClock())
    await source.fetch(order(downgrade=True), heard.append)
    ((path, token),) = door.asked
    assert path == "/api/v1/enrolment/releases/2.0-any"
    assert claimed_node(token.removeprefix("Bearer ")) == "gate"
    assert heard[-1] == len(BODY)
    with folder.taken() as found:
        assert found is not None
        assert (found[0], found[1].read()) == (Wanted(version="2.0", downgrade=True), BODY)


@pytest.mark.parametrize(
    ("answer", "wanted", "fault", "told"),
    [
        ({"body": BODY[:-1] + b"X"}, {}, Rejected, "not what it named"),
        ({}, {"length_bytes": len(BODY) - 1}, Rejected, "more than"),
        ({}, {"length_bytes": len(BODY) + 1}, Transient, "bytes came"),
        ({"body": BODY[:99]}, {}, Transient, "controller"),
        ({"status": 404}, {}, Rejected, "answered 404"),
        ({"status": 302}, {}, Rejected, "answered 302"),
        ({"status": 503}, {}, Transient, "answered 503"),
    ],
)
async def test_everything_else_leaves_nothing(
    door: Door, tmp_path: Path, answer: dict[str, Any], wanted: dict[str, Any], fault: type[Exception], told: str
) -> None:
    vars(door).update(answer)
    folder = UpdateFolder(tmp_path)
    source = ReleaseDoor(door.url, None, NodeId("gate"), ensure_node_key(tmp_path / "key.pem"), folder, SystemClock())
    with pytest.raises(fault, match=told):
        await source.fetch(order(**wanted), lambda _count: None)
    assert list((tmp_path / "update").iterdir()) == []
    assert len(door.asked) == 1


async def test_a_folder_that_cannot_be_made_is_told(door: Door, tmp_path: Path) -> None:
    (tmp_path / "update").touch()
    folder = UpdateFolder(tmp_path)
    source = ReleaseDoor(door.url, None, NodeId("gate"), ensure_node_key(tmp_path / "key.pem"), folder, SystemClock())
    with pytest.raises(Transient, match="update: File exists"):
        await source.fetch(order(), lambda _count: None)
    assert door.asked == []
