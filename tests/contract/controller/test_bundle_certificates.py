"""The path from a node's key to the site's CA, as the checker walks it without any library: against one that has it."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.adapters.authority import CaFiles, SiteAuthority, common_name
from controller.adapters.verify_bundle.certificate import ED_KEY, Certificate
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.folder import Folder
from controller.adapters.verify_bundle.keys import NodeKeys
from controller.adapters.verify_bundle.p256 import signed256
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, canonical
from shared.ledger_signature import fingerprint

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_vector_of_the_standard_fits() -> None:
    """RFC 6979, A.2.5: P-256 with SHA-256, message "sample"."""
    public = bytes.fromhex(
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    )
    r = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    assert signed256(public, b"sample", r, s)
    assert not signed256(public, b"samplf", r, s)
    assert not signed256(public, b"sample", r, s + 1)
    assert not signed256(public, b"sample", 0, s)
    assert not signed256(public, b"sample", r, 0)
    assert not signed256(public[:63] + b"x", b"sample", r, s)
    assert not signed256(bytes(64), b"sample", r, s)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=99))
def test_it_says_of_signatures_what_another_library_says(message: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    assert signed256(public, message, r, s)
    assert not signed256(public, message + b"x", r, s)
    assert not signed256(public, message, s, r)


class Site:
    """A CA and what it gives."""

    def __init__(self, folder: Path) -> None:
        self.files = CaFiles(folder / "ca", folder / "seal.key")
        self.files.open(NOW)
        self.authority = SiteAuthority(self.files)
        self.pem = self.authority.ca_pem()

    def given(self, key: Ed25519PrivateKey, node: str) -> str:
        asked = x509.CertificateSigningRequestBuilder().subject_name(common_name(node)).sign(key, None)
        return self.authority.issue(asked.public_bytes(Encoding.PEM).decode(), node, NOW).pem


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def pem_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def faults(tmp_path: Path, site: Site, node: str, key: Ed25519PrivateKey, certificate: str | None) -> list[str]:
    """What the checker says of a bundle's keys."""
    one = {
        "node": node, "fingerprint": fingerprint(pem_of(key)), "public_key_pem": pem_of(key),
        "certificate_pem": certificate,
    }  # fmt: skip
    (tmp_path / "keys.json").write_bytes(canonical({"ca_pem": site.pem, "nodes": [one]}))
    found = Findings()
    NodeKeys(Papers(Folder(tmp_path)), found).read()
    return [one["what"] for one in found.faults + found.notes]


def test_a_path_is_walked(tmp_path: Path, site: Site, key: Ed25519PrivateKey) -> None:
    pem = site.given(key, "gate")
    certificate = Certificate(pem)
    assert certificate.name() == "gate"
    assert certificate.key == ED_KEY + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert (
        Certificate(site.pem).mark
        == x509.load_pem_x509_certificate(site.pem.encode()).fingerprint(hashes.SHA256()).hex()
    )
    assert faults(tmp_path, site, "gate", key, pem) == []
    assert faults(tmp_path, site, "gate", key, None) == ["certificate_none"]


def test_another_ca_key_or_node_is_found(tmp_path: Path, site: Site, key: Ed25519PrivateKey) -> None:
    pem, others = site.given(key, "gate"), Site(tmp_path / "other").given(key, "gate")
    assert faults(tmp_path, site, "gate", key, others) == ["certificate"]
    assert faults(tmp_path, site, "yard", key, pem) == ["certificate"]
    assert faults(tmp_path, site, "gate", Ed25519PrivateKey.generate(), pem) == ["certificate"]
    assert faults(tmp_path, site, "gate", key, site.pem) == ["certificate"], "the CA is no node"
    site.pem = pem
    assert faults(tmp_path, site, "gate", key, pem) == ["ca", "certificate"], "a node is no CA"


def test_a_ca_whose_kind_of_key_is_not_known_vouches_for_nothing(
    tmp_path: Path, site: Site, key: Ed25519PrivateKey
) -> None:
    mine = ec.generate_private_key(ec.SECP384R1())
    name = common_name("SHT-CCTV site CA")
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(mine.public_key())
    made = made.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
    pem = site.given(key, "gate")
    site.pem = made.sign(mine, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    assert faults(tmp_path, site, "gate", key, pem) == ["ca", "certificate"]


def test_every_changed_byte_of_a_certificate_is_found(site: Site, key: Ed25519PrivateKey) -> None:
    der = x509.load_pem_x509_certificate(site.given(key, "gate").encode()).public_bytes(Encoding.DER)
    head, tail = "-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n"
    authority = Certificate(site.pem)
    for place in range(0, len(der), 3):
        changed = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
        try:
            other = Certificate(head + b64encode(changed).decode() + tail)
            fits = authority.gave(other)
        except Unfit:
            fits = False
        assert not fits, place


@settings(max_examples=200)
@given(st.binary(max_size=80))
def test_no_bytes_end_the_reading(data: bytes) -> None:
    try:
        found = Certificate(b64encode(data).decode())
        found.name()
        found.gave(found)
    except Unfit:
        pass
