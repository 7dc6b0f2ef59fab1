"""The site's CA: its key is sealed, its certificates name nodes alone, its list of the revoked only grows."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.adapters.authority import CaFiles, SiteAuthority, common_name
from controller.ports.enrolment import Revoked
from edge_agent.adapters.node_key import certificate_end, ensure_node_key, key_fingerprint, request_certificate
from shared.errors import Rejected

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def files(folder: Path) -> CaFiles:
    return CaFiles(folder / "tls", folder / "secrets" / "ca-seal-key")


def listed(found: CaFiles) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(found.list_file.read_bytes())


def test_the_key_never_lies_in_the_clear_and_opens_with_its_seal_alone(tmp_path: Path) -> None:
    found = files(tmp_path)
    key, ca = found.open(NOW)
    again, same = found.open(NOW)
    assert (again.private_numbers(), same) == (key.private_numbers(), ca)
    assert not any(b"PRIVATE KEY" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    found.seal_file.write_text("another secret, as long as it must be" * 2)
    with pytest.raises(Rejected):
        found.open(NOW)


def test_a_clear_key_of_an_older_version_is_sealed_and_the_ca_stays(tmp_path: Path) -> None:
    found = files(tmp_path)
    key, ca = found.open(NOW)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (found.folder / "ca-key.sealed").unlink()
    (found.folder / "ca-key.pem").write_bytes(pem)
    again, same = found.open(NOW)
    assert (again.private_numbers(), same) == (key.private_numbers(), ca)
    assert not (found.folder / "ca-key.pem").exists()


def test_a_certificate_is_the_nodes_whatever_its_request_says(tmp_path: Path) -> None:
    found = files(tmp_path)
    authority, key = SiteAuthority(found), ensure_node_key(tmp_path / "key.pem")
    issued = authority.issue(request_certificate(key, "controller"), "gate", NOW)
    made = x509.load_pem_x509_certificate(issued.pem.encode())
    made.verify_directly_issued_by(found.open(NOW)[1])
    assert made.subject == common_name("gate")
    assert list(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    with pytest.raises(x509.ExtensionNotFound):
        made.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (NOW - timedelta(days=30), issued.ends_at)
    assert issued.fingerprint == key_fingerprint(key)
    assert certificate_end(issued.pem, key) == issued.ends_at
    assert certificate_end(issued.pem, ensure_node_key(tmp_path / "other.pem")) is None


def test_a_request_must_be_signed_by_an_ed25519_key(tmp_path: Path) -> None:
    authority = SiteAuthority(files(tmp_path))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    other = x509.CertificateSigningRequestBuilder().subject_name(subject)
    elliptic = other.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    good = request_certificate(ensure_node_key(tmp_path / "key.pem"), "gate")
    der = bytearray(ssl.PEM_cert_to_DER_cert(good.replace(" REQUEST", "")))
    der[-1] ^= 1
    forged = ssl.DER_cert_to_PEM_cert(bytes(der)).replace("CERTIFICATE", "CERTIFICATE REQUEST")
    for wrong in ("", "x" * 100, elliptic, forged):
        with pytest.raises(Rejected) as fault:
            authority.read(wrong)
        assert getattr(fault.value.fault, "code", None) == "enrol_request"
    assert authority.read(good).fingerprint


def test_the_list_only_grows_and_each_begins_after_the_one_before(tmp_path: Path) -> None:
    found = files(tmp_path)
    authority = SiteAuthority(found)
    authority.renew_list(NOW)
    begun = [listed(found).last_update_utc]
    for serial in ("ab", "cd"):
        authority.publish([Revoked(serial, NOW)], NOW)
        begun.append(listed(found).last_update_utc)
    assert {f"{one.serial_number:x}" for one in listed(found)} == {"ab", "cd"}, "nobody takes a revocation back"
    assert begun == sorted(set(begun))
    assert begun[-1] <= NOW, "a list of the future is not believed yet"
    assert listed(found).is_signature_valid(found.open(NOW)[0].public_key())


def test_the_list_is_renewed_in_time_with_what_it_holds(tmp_path: Path) -> None:
    found = files(tmp_path)
    authority = SiteAuthority(found)
    authority.publish([Revoked("ab", NOW)], NOW)
    first = found.list_file.read_bytes()
    authority.renew_list(NOW + timedelta(days=29))
    assert found.list_file.read_bytes() == first
    authority.renew_list(NOW + timedelta(days=31))
    assert [f"{one.serial_number:x}" for one in listed(found)] == ["ab"]
    assert listed(found).next_update_utc == NOW + timedelta(days=91)
    authority.renew_list(NOW + timedelta(days=200))
    assert len(listed(found)) == 0, "by then its certificate is over by itself"


@pytest.mark.parametrize("lost", ["ca.pem", "ca-key.sealed"])
def test_half_of_a_ca_is_no_reason_to_make_another(tmp_path: Path, lost: str) -> None:
    found = files(tmp_path)
    found.open(NOW)
    (found.folder / lost).unlink()
    left = {file.name: file.read_bytes() for file in found.folder.iterdir()}
    with pytest.raises(Rejected, match=r"is lost.*backup"):
        SiteAuthority(found).renew_list(NOW)
    assert {file.name: file.read_bytes() for file in found.folder.iterdir() if file.name != "crl.lock"} == left
