"""A TPM 2.0 in software, on loopback; its state is a folder, which is what a machine's own TPM is to its disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import Server, answers, free_port, program


@contextmanager
def running_tpm(state: Path) -> Iterator[str]:
    """What the tools call its place; the same `state` is the same TPM."""
    program("tpm2_unseal", what="tpm2-tools")
    binary = program("swtpm", what="swtpm")
    state.mkdir(exist_ok=True)
    port = free_port(2)
    command = (
        *(binary, "socket", "--tpm2", "--tpmstate", f"dir={state}"),
        *("--server", f"type=tcp,port={port},bindaddr=127.0.0.1"),
        *("--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1"),
        *("--flags", "not-need-init,startup-clear"),
    )
    server = Server(command, state.with_suffix(".log"), lambda: answers(port + 1))
    server.start()
    try:
        yield f"swtpm:host=127.0.0.1,port={port}"
    finally:
        server.stop()
