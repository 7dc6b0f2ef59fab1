"""`cctv-edge enroll` as a process: who lists the processes of the machine learns nothing of an invitation."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.invitation_token import SECRET_BYTES, InvitationToken
from tests.servers.processes import free_port

pytestmark = pytest.mark.integration
TOKEN = InvitationToken(bytes(range(SECRET_BYTES)), None).text()


@pytest.mark.parametrize("typed", [True, False])
def test_its_token_is_not_among_its_arguments_while_it_waits(tmp_path: Path, *, typed: bool) -> None:
    command = [sys.executable, "-m", "edge_agent.cli", "enroll", f"http://127.0.0.1:{free_port()}"]
    with subprocess.Popen(
        [*command, TOKEN if typed else "-", "--config", str(tmp_path / "node.toml")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as node:
        try:
            assert node.stdin is not None
            assert node.stderr is not None
            if not typed:
                node.stdin.write(f"{TOKEN}\n")
                node.stdin.flush()
            assert "does not answer" in node.stderr.readline()
            arguments = Path(f"/proc/{node.pid}/cmdline").read_bytes().split(b"\0")
        finally:
            node.kill()
    assert TOKEN.encode() not in arguments
    assert b"-" in arguments
