"""The site's CA: its key sealed on disk, certificates for nodes' own keys, the list of what counts no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.adapters.lock_file import in_turn
from controller.adapters.seal import Seal
from controller.adapters.secret_files import ensure_key, write_secret
from controller.ports.enrolment import Asked, Issued, Revoked
from shared.errors import Rejected
from shared.ledger_signature import fingerprint
from shared.texts import say

EARLY = timedelta(days=30)  # a board without a clock battery starts in the past
NODE_LIFETIME = timedelta(days=90)
_CA_LIFETIME = timedelta(days=3650)
_LIST_LIFETIME = timedelta(days=60)
_LIST_RENEWED = timedelta(days=30)
_BACK = timedelta(hours=1)
"""A list begins in the past: each must begin after the one before, and many may be written within a second."""
_SEALED, _CLEAR, _NAME = "ca-key.sealed", "ca-key.pem", "ca-key"

CaKey = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class CaFiles:
    """`ca.pem`, `ca-key.sealed` and `crl.pem` in `folder`; what unseals the key is in `seal_file`."""

    folder: Path
    seal_file: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def list_file(self) -> Path:
        return self.folder / "crl.pem"

    def open(self, now: datetime) -> tuple[CaKey, x509.Certificate]:
        """Key and certificate, made at first use; a key that lies in the clear is sealed.

        `Rejected` when one of the two is lost: another CA in its place would shut every node out.
        """
        with in_turn(self.folder / "ca.lock"):
            return self._open(now)

    def _open(self, now: datetime) -> tuple[CaKey, x509.Certificate]:
        seal = Seal(ensure_key(self.seal_file), b"ca")
        sealed, clear = self.folder / _SEALED, self.folder / _CLEAR
        if self.ca_file.exists() and clear.exists():
            write_secret(sealed, seal.close(_NAME, {"pem": clear.read_text(encoding="ascii")}))
            clear.unlink()
        if self.ca_file.exists() and sealed.exists():
            pem = seal.open(_NAME, sealed.read_text(encoding="ascii").strip())["pem"]
            key = load_pem_private_key(pem.encode(), None)
            if not isinstance(key, CaKey):
                raise Rejected(str(sealed), "is not a key of ours")
            return key, x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        if self.ca_file.exists() or sealed.exists():
            lost, left = (sealed, self.ca_file) if self.ca_file.exists() else (self.ca_file, sealed)
            raise Rejected(str(lost), f"is lost, and {left.name} is there: put it back from the backup of this site")
        key, certificate = _new_authority(now)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        write_secret(sealed, seal.close(_NAME, {"pem": pem}))
        write_secret(self.ca_file, certificate.public_bytes(Encoding.PEM).decode())
        return key, certificate


class SiteAuthority:
    """`Authority` on the files of a site."""

    def __init__(self, files: CaFiles) -> None:
        self._files = files

    def ca_pem(self) -> str:
        return self._files.ca_file.read_text(encoding="ascii")

    def read(self, csr_pem: str) -> Asked:
        request = _request(csr_pem)
        key = request.public_key()
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return Asked(pem, fingerprint(pem))

    def issue(self, csr_pem: str, node: str, now: datetime) -> Issued:
        asked, request = self.read(csr_pem), _request(csr_pem)
        ca_key, ca = self._files.open(now)
        ends_at = (now + NODE_LIFETIME).replace(microsecond=0)
        made = (
            x509.CertificateBuilder()
            .subject_name(common_name(node))
            .issuer_name(ca.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - EARLY)
            .not_valid_after(ends_at)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        pem = made.public_bytes(Encoding.PEM).decode()
        return Issued(f"{made.serial_number:x}", asked.fingerprint, pem, ends_at)

    def publish(self, revoked: Sequence[Revoked], now: datetime) -> None:
        """What was on the list stays on it until its certificate is over by itself: nobody takes a revocation back."""
        with in_turn(self._files.folder / "crl.lock"):
            self._write(revoked, now)

    def renew_list(self, now: datetime) -> None:
        """Write the list anew where there is none, or while it is good for less than a month, with what it holds."""
        with in_turn(self._files.folder / "crl.lock"):
            found = _read_list(self._files.list_file)
            if found is None or (found.next_update_utc or now) - now < _LIST_RENEWED:
                self._write((), now)

    def _write(self, revoked: Sequence[Revoked], now: datetime) -> None:
        """Each list begins after the one before: of two, who has read both believes the later one."""
        ca_key, ca = self._files.open(now)
        before = _read_list(self._files.list_file)
        begins = (now - _BACK).replace(microsecond=0)
        listed = {one.serial: one for one in revoked}
        if before is not None:
            begins = max(begins, before.last_update_utc + timedelta(seconds=1))
            held = (Revoked(f"{one.serial_number:x}", one.revocation_date_utc) for one in before)
            listed = {one.serial: one for one in held if now - one.at < NODE_LIFETIME} | listed
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(ca.subject)
            .last_update(begins)
            .next_update(now + _LIST_LIFETIME)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        )
        for _, one in sorted(listed.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(int(one.serial, 16)).revocation_date(one.at).build()
            builder = builder.add_revoked_certificate(entry)
        write_secret(self._files.list_file, builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM).decode())


def common_name(text: str) -> x509.Name:
    """A name that is nothing but its common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _new_authority(now: datetime) -> tuple[CaKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = common_name("SHT-CCTV site CA")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + _CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _request(csr_pem: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        signed = isinstance(request.public_key(), Ed25519PublicKey) and request.is_signature_valid
    except (ValueError, TypeError, InvalidSignature, x509.UnsupportedGeneralNameType):
        signed = False
    if not signed:
        raise Rejected("csr", say("enrol_request"))
    return request


def _read_list(file: Path) -> x509.CertificateRevocationList | None:
    try:
        return x509.load_pem_x509_crl(file.read_bytes())
    except (OSError, ValueError):
        return None
