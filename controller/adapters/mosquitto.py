"""mosquitto as a child process: its configuration from our users, a probe of its health, reload by SIGHUP."""

import asyncio
import contextlib
import os
import shutil
import signal
import ssl
from dataclasses import dataclass
from pathlib import Path

import structlog

from controller.adapters.broker_users import BrokerUsers
from controller.adapters.child import spawn
from shared.errors import Rejected, Transient

log = structlog.get_logger("mosquitto")

_CONNECT_REFUSED = bytes.fromhex("10 10 00 04 4d 51 54 54 04 02 00 05 00 04 70 72 6f 62")
"""CONNECT of client `prob` without a user name: a live broker answers it with a refusal."""
_CONNACK = 0x20


@dataclass(frozen=True, slots=True)
class MosquittoTls:
    """Files of the broker's certificate, and where it takes nodes by theirs: each is who its certificate says."""

    ca_file: Path
    cert_file: Path
    key_file: Path
    node_port: int
    list_file: Path


def find_mosquitto() -> str:
    """The program, or `Rejected` that says how to get it."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Rejected(
            "broker.kind",
            "the program mosquitto is not installed: `apt install mosquitto`, or listen on loopback only",
        )
    return found


def configuration(host: str, port: int, users: BrokerUsers, tls: MosquittoTls | None) -> str:
    """mosquitto.conf: nobody anonymous, no delay on small packets, nothing kept on disk but what we wrote."""
    lines = [
        "per_listener_settings false",
        "allow_anonymous false",
        f"password_file {_plain(users.password_file)}",
        f"acl_file {_plain(users.acl_file)}",
        "set_tcp_nodelay true",
        "persistence false",
        "max_packet_size 400000",
        "max_queued_messages 10000",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        f"listener {port} {host}",
    ]
    if os.geteuid() == 0:
        lines.insert(0, "user root")  # else it changes to a user who cannot read our files
    if tls is not None:
        spoken = [
            f"cafile {_plain(tls.ca_file)}",
            f"certfile {_plain(tls.cert_file)}",
            f"keyfile {_plain(tls.key_file)}",
            "tls_version tlsv1.3",
        ]
        lines += [*spoken, f"listener {tls.node_port} {host}", *spoken, *by_certificate(tls.list_file)]
    return "\n".join(lines) + "\n"


def by_certificate(list_file: Path) -> list[str]:
    """A listener that takes who has a certificate that counts: its name is both user and client id."""
    return [
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        f"crlfile {_plain(list_file)}",
    ]


def _plain(path: Path) -> str:
    text = str(path)
    if "\n" in text or "\r" in text:
        raise Rejected("data_dir", "has a line break in its path")
    return text


class Mosquitto:
    """One broker process that dies with us."""

    def __init__(self, host: str, port: int, folder: Path, tls: MosquittoTls | None = None) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, timeout_s: float = 10) -> None:
        """Return when it answers; `Transient` when it ends or stays silent."""
        conf = self._folder / "mosquitto.conf"
        conf.write_text(configuration(self._host, self._port, BrokerUsers(self._folder), self._tls), encoding="utf-8")
        self._process = await spawn([find_mosquitto(), "-c", str(conf)])
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not await self.answers(1):
            if self._process.returncode is not None:
                raise Transient(f"mosquitto ended with code {self._process.returncode}: is port {self._port} taken?")
            if asyncio.get_running_loop().time() > deadline:
                raise Transient(f"mosquitto does not answer on port {self._port}")
            await asyncio.sleep(0.05)

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.returncode is not None

    async def answers(self, timeout_s: float) -> bool:
        """Whether the broker processes packets; a TLS handshake is as good a sign as a CONNACK."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared, not bound
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_connection(host, self._port, ssl=self._context())
                try:
                    if self._tls is not None:
                        return True
                    writer.write(_CONNECT_REFUSED)
                    await writer.drain()
                    return (await reader.readexactly(1))[0] == _CONNACK
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False

    def _context(self) -> ssl.SSLContext | None:
        if self._tls is None:
            return None
        context = ssl.create_default_context(cafile=str(self._tls.ca_file))
        context.check_hostname = False  # the address is our own; the CA is the proof
        return context

    def reload(self) -> None:
        """Read users and certificates again; connections that are open go on."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self, timeout_s: float = 1.0) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(timeout_s):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
