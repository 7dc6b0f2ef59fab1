"""A server's certificate and key: read, told at fault, and taken up anew without a restart once they were renewed."""

import asyncio
import ssl
import stat
from pathlib import Path

import structlog

from shared.errors import Rejected

log = structlog.get_logger("certificate")

RENEWAL_S = 30.0
"""How often to look for a renewed certificate."""


def server_context(
    certificate: Path,
    key: Path,
    settings: tuple[str, str] = ("server.certificate", "server.key"),
    least: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
) -> ssl.SSLContext:
    """What a server speaks HTTPS with; raises `Rejected` naming the one of `settings` that is at fault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = least
    for field, file in zip(settings, (certificate, key), strict=True):
        try:
            file.read_bytes()
        except OSError as fault:
            raise Rejected(field, f"{file}: {fault.strerror}") from None
    of_certificate, of_key = settings
    if key.stat().st_mode & stat.S_IRWXO:
        raise Rejected(of_key, f"{key} holds a secret and is open to everybody: chmod 600")
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise Rejected(of_key, f"{key} is not the key of {certificate}") from None
        raise Rejected(of_certificate, f"{certificate} and {key} are no certificate and key in PEM") from None
    return context


class ServerCertificate:
    """The certificate of a server: `context` speaks for it, and for a renewed one from `renew` on."""

    def __init__(
        self,
        certificate: Path,
        key: Path,
        settings: tuple[str, str] = ("server.certificate", "server.key"),
        least: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    ) -> None:
        """Raises `Rejected` naming the setting whose file is at fault."""
        self._files = (certificate, key)
        self._settings, self._least = settings, least
        self._seen = self._stamps()
        self.context = self._newest = self._load()
        self.context.sni_callback = self._take_newest

    def renew(self) -> bool:
        """Load the files again if they are not those that were loaded; whether they were.

        Open connections go on as they began. Raises `Rejected` for files that do not serve: the ones before do.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return False
        self._newest = self._load()
        self._seen = stamps
        return True

    async def take_up(self, every_s: float = RENEWAL_S) -> None:
        """Until cancelled: take up a renewed certificate; what does not serve is told once and tried again."""
        told = ""
        while True:
            await asyncio.sleep(every_s)
            try:
                if await asyncio.to_thread(self.renew):
                    log.info("server certificate taken up anew")
                told = ""
            except (Rejected, OSError) as fault:
                if str(fault) != told:
                    log.warning("server certificate not taken up: the one before is used", error=str(fault))
                told = str(fault)

    def _load(self) -> ssl.SSLContext:
        return server_context(*self._files, self._settings, self._least)

    def _take_newest(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Every handshake comes here. A context that is given a second certificate keeps the first of another kind."""
        connection.context = self._newest

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_stamp, self._files))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
