"""Preparing a data directory."""

from pathlib import Path

import pytest

from controller.app.site import open_site, prepare_site
from controller.core.roles import Patience
from shared.errors import Rejected


def test_a_site_is_prepared_once_and_keeps_what_it_has(tmp_path: Path) -> None:
    first = prepare_site(tmp_path / "data", site="yard")
    keys = (first.session_key(), first.store_key(), first.broker_address("api").password)
    assert len(set(keys)) == 3
    again = prepare_site(tmp_path / "data", site="other")
    assert again.settings.site == "yard"
    assert (again.session_key(), again.store_key(), again.broker_address("api").password) == keys
    assert again.settings == first.settings == open_site(first.config_file).settings
    assert list(again.users.read()) == ["controller"]


def test_secrets_are_the_owners_alone(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    files = [*site.secrets_dir.iterdir(), *site.broker_dir.iterdir(), site.config_file]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert site.data_dir.stat().st_mode & 0o777 == 0o700
    (site.secrets_dir / "session-key").chmod(0o644)
    with pytest.raises(Rejected, match="chmod"):
        site.session_key()


def test_loopback_needs_no_certificate_and_beyond_it_has_mosquitto_and_one(tmp_path: Path) -> None:
    inside = prepare_site(tmp_path / "inside")
    assert (inside.settings.broker.kind, inside.server_tls(), inside.broker_ca()) == ("embedded", None, None)
    outside = prepare_site(tmp_path / "outside", host="0.0.0.0")
    assert outside.settings.broker.kind == "mosquitto"
    assert outside.settings.base_url.startswith("https://")
    tls = outside.server_tls()
    assert tls is not None
    assert all(file.exists() for file in tls)
    assert outside.broker_address("api").ca_file == outside.tls_dir / "ca.pem"


def test_a_store_without_its_marker_is_not_made_again(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    marker = next(path for path in site.settings.store_path.iterdir() if path.is_file())
    marker.unlink()
    prepare_site(tmp_path / "data")
    assert not marker.exists()


def test_each_session_at_the_broker_has_its_own_client_id(tmp_path: Path) -> None:
    site = prepare_site(tmp_path / "data")
    ids = {site.broker_address("api").client_id for _ in range(3)}
    assert len(ids) == 3
    assert all(name.startswith("controller-api-") for name in ids)
    assert site.holder("ingest", supervised=True) == site.holder("ingest", supervised=True)
    assert site.holder("ingest", supervised=False) != site.holder("ingest", supervised=False)


def test_the_supervisor_is_more_patient_at_the_start() -> None:
    assert Patience().start_ms > Patience().silence_ms == 5_000
