"""The CA certificates that a node trusts, and its own server's, read with what Python itself has."""

import ssl
import stat
from collections.abc import Iterable
from pathlib import Path

from shared.errors import Rejected


def first_end_s(files: Iterable[Path]) -> float | None:
    """Unix seconds at which the first certificate in these files ends; None where there is none that can be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in files:
        try:
            context.load_verify_locations(cafile=str(file))
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            continue
    ends = [str(known["notAfter"]) for known in context.get_ca_certs() if "notAfter" in known]
    return min(map(ssl.cert_time_to_seconds, ends), default=None)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What the node's own server speaks HTTPS with; raises `Rejected` naming the file at fault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for field, file in (("server.certificate", certificate), ("server.key", key)):
        try:
            file.read_bytes()
        except OSError as fault:
            raise Rejected(field, f"{file}: {fault.strerror}") from None
    if key.stat().st_mode & stat.S_IRWXO:
        raise Rejected("server.key", f"{key} holds a secret and is open to everybody: chmod 600")
    try:
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise Rejected("server.key", f"{key} is not the key of {certificate}") from None
        raise Rejected("server.certificate", f"{certificate} and {key} are no certificate and key in PEM") from None
    return context


class ServerCertificate:
    """The certificate of the node's own server: `context` speaks for it, and for a renewed one from `renew` on."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises `Rejected` naming the file at fault."""
        self._files = (certificate, key)
        self._seen = self._stamps()
        self.context = self._newest = server_context(certificate, key)
        self.context.sni_callback = self._take_newest

    def renew(self) -> bool:
        """Load the files again if they are not those that were loaded; whether they were.

        Open connections go on as they began. Raises `Rejected` for files that do not serve: the ones before do.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return False
        self._newest = server_context(*self._files)
        self._seen = stamps
        return True

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
