"""The site's own CA and the server's certificate, for who has none: made once, renewed in time."""

import ipaddress
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from controller.adapters.authority import EARLY, CaFiles, common_name
from controller.adapters.secret_files import write_secret
from shared.errors import Rejected, Transient
from shared.server_certificate import server_context

_SERVER_LIFETIME = timedelta(days=397)
_NODE_LIFETIME = timedelta(days=825)  # the longest that browsers take from a CA of one's own
_RENEW_BEFORE = _SERVER_LIFETIME / 3


def ensure_certificates(folder: Path, names: Sequence[str], now: datetime, seal_file: Path | None = None) -> bool:
    """Make a CA, `server.pem` and `server-key.pem` in `folder` where missing or no longer fit; whether that was so.

    The CA stays: nodes were given it. The server's certificate is made again for other names, while it is good for
    less than a third of its life, or where who wrote the two files died between them.
    """
    ca_key, ca = _files(folder, seal_file).open(now)
    file, key_file = folder / "server.pem", folder / "server-key.pem"
    if pair_serves(file, key_file):
        server = x509.load_pem_x509_certificates(file.read_bytes())[0]
        if _fits(server, ca, names, now):
            return False
    certificate, key = _signed(ca_key, ca, "SHT-CCTV server", names, now, _SERVER_LIFETIME)
    write_secret(key_file, key)
    write_secret(file, certificate)
    return True


def pair_serves(certificate: Path, key: Path) -> bool:
    """Whether a server can speak with these files now: between two writes they may not belong together."""
    try:
        server_context(certificate, key)
    except (Rejected, OSError):
        return False
    return True


class ServedCertificate:
    """`Served` on a file in PEM, the server's own certificate first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def ends_at(self) -> datetime | None:
        try:
            return x509.load_pem_x509_certificates(self._file.read_bytes())[0].not_valid_after_utc
        except (OSError, ValueError):
            return None


class OwnCertificate:
    """`Renewable` on the folder of the site's own CA. `names`: what clients call this host, asked at each look."""

    def __init__(self, folder: Path, names: Callable[[], Sequence[str]], seal_file: Path) -> None:
        self._folder = folder
        self._names = names
        self._seal_file = seal_file

    def renew(self, now: datetime) -> bool:
        try:
            return ensure_certificates(self._folder, self._names(), now, self._seal_file)
        except OSError as fault:
            raise Transient(f"{self._folder}: {fault.strerror}") from None


def node_certificate(
    folder: Path, node: str, names: Sequence[str], now: datetime, seal_file: Path | None = None
) -> tuple[str, str]:
    """A certificate, with its CA's, and its key for the own server of a node that is called by `names`.

    The CA in `folder` signs it, and is made where there is none yet. Nothing of it is kept.
    """
    ca_key, ca = _files(folder, seal_file).open(now)
    return _signed(ca_key, ca, f"SHT-CCTV node {node}", names, now, _NODE_LIFETIME)


def broker_certificate(folder: Path, names: Sequence[str], now: datetime, seal_file: Path) -> tuple[str, str]:
    """The same for a broker that somebody else runs, by what nodes and the controller call it."""
    ca_key, ca = _files(folder, seal_file).open(now)
    return _signed(ca_key, ca, "SHT-CCTV broker", names, now, _NODE_LIFETIME)


def _files(folder: Path, seal_file: Path | None) -> CaFiles:
    return CaFiles(folder, seal_file or folder / "ca-seal-key")


def _signed(
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    subject: str,
    names: Sequence[str],
    now: datetime,
    lifetime: timedelta,
) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(common_name(subject), ca.subject, key.public_key(), now, lifetime)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    return (_public(certificate) + _public(ca)).decode(), _pem(key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + lifetime)
    )


def _fits(server: x509.Certificate, ca: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    found = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name) for name in found.get_values_for_type(x509.DNSName)}
    known |= {str(address) for address in found.get_values_for_type(x509.IPAddress)}
    return set(names) <= known and server.not_valid_after_utc - now > _RENEW_BEFORE and server.issuer == ca.subject


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
