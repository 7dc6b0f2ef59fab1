"""The site's own CA and server certificate."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from controller.adapters.certificates import OwnCertificate, ServedCertificate, ensure_certificates, pair_serves
from shared.errors import Transient

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ["127.0.0.1", "::1", "cctv.example", "localhost"]


def _server(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates((folder / "server.pem").read_bytes())[0]


def test_the_certificate_is_signed_by_the_ca_for_every_name_and_valid_in_the_past(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES, NOW)
    ca = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    server = _server(tmp_path)
    server.verify_directly_issued_by(ca)
    assert server.not_valid_before_utc == ca.not_valid_before_utc == NOW - timedelta(days=30)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"cctv.example", "localhost"}
    assert len(names.get_values_for_type(x509.IPAddress)) == 2
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("ca-key.sealed", "server-key.pem")} == {0o600}
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "server.pem", tmp_path / "server-key.pem")
    assert ssl.create_default_context(cafile=str(tmp_path / "ca.pem")).cert_store_stats()["x509_ca"] == 1


@pytest.mark.parametrize(
    ("names", "later", "renewed"),
    [
        (NAMES, timedelta(0), False),
        (NAMES[:2], timedelta(days=264), False),
        ([*NAMES, "other.example"], timedelta(0), True),
        (NAMES, timedelta(days=265), True),
    ],
)
def test_the_server_certificate_is_renewed_when_it_must_and_the_ca_stays(
    tmp_path: Path, names: list[str], later: timedelta, renewed: bool
) -> None:
    ensure_certificates(tmp_path, NAMES, NOW)
    ca, server = (tmp_path / "ca.pem").read_bytes(), _server(tmp_path)
    ensure_certificates(tmp_path, names, NOW + later)
    assert (tmp_path / "ca.pem").read_bytes() == ca
    assert (_server(tmp_path).serial_number != server.serial_number) is renewed


@pytest.mark.parametrize("spoiled", ["server.pem", "server-key.pem"])
def test_a_pair_of_which_one_half_is_old_is_made_anew(tmp_path: Path, spoiled: str) -> None:
    """Whoever wrote the two files died between them."""
    ensure_certificates(tmp_path, NAMES, NOW)
    half = (tmp_path / spoiled).read_bytes()
    (tmp_path / "server.pem").unlink()
    assert ensure_certificates(tmp_path, NAMES, NOW)
    (tmp_path / spoiled).write_bytes(half)
    assert not pair_serves(tmp_path / "server.pem", tmp_path / "server-key.pem")
    assert ensure_certificates(tmp_path, NAMES, NOW)
    assert pair_serves(tmp_path / "server.pem", tmp_path / "server-key.pem")
    assert not ensure_certificates(tmp_path, NAMES, NOW)


def test_a_certificate_tells_its_end_where_it_can_be_read(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES, NOW)
    assert ServedCertificate(tmp_path / "server.pem").ends_at() == NOW + timedelta(days=397)
    (tmp_path / "server.pem").write_text("none")
    assert ServedCertificate(tmp_path / "server.pem").ends_at() is None
    assert ServedCertificate(tmp_path / "gone.pem").ends_at() is None


def test_a_name_that_came_later_is_in_the_next_one_and_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    names = list(NAMES)
    own = OwnCertificate(tmp_path, lambda: names, tmp_path / "ca-seal-key")
    assert own.renew(NOW)
    assert not own.renew(NOW)
    names.append("10.1.2.3")
    assert own.renew(NOW)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Transient, match="file"):
        OwnCertificate(tmp_path / "file" / "tls", lambda: names, tmp_path / "ca-seal-key").renew(NOW)
