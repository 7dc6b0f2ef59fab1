"""Settings are checked by name; unknown keys and weak secrets are refused."""

from pathlib import Path

import pytest

from controller.app.notify import policies
from controller.core.watch import Policy
from controller.listen_settings import is_loopback
from controller.settings import load_settings, parse_settings, read_secret
from shared.errors import Rejected

HOME = Path("/site")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"listen": {"prot": 1}}, "listen.prot"),
        ({"listen": {"port": 0}}, "listen.port"),
        ({"listen": {"port": 70000}}, "listen.port"),
        ({"listen": {"host": "a b"}}, "listen.host"),
        ({"listen": {"host": "x; rm -rf"}}, "listen.host"),
        ({"site": "Not A Name"}, "site"),
        ({"site": "../up"}, "site"),
        ({"public_url": "javascript:alert(1)"}, "public_url"),
        ({"public_url": "https://a/b"}, "public_url"),
        ({"relay": {"host": "0.0.0.0"}}, "relay"),
        ({"relay": {"host": "10.0.0.7"}}, "relay"),
        ({"relay": {"host": "relay.example"}}, "relay"),
        ({"broker": {"kind": "rabbit"}}, "broker.kind"),
        ({"broker": {"kind": "embedded", "host": "0.0.0.0"}}, "broker"),
        ({"broker": {"kind": "external"}}, "broker"),
        ({"store": {"kind": "s3"}}, "store"),
        ({"store": {"bucket": "../x"}}, "store.bucket"),
        ({"store": {"endpoint": "file:///etc"}}, "store.endpoint"),
        ({"tls": {"mode": "files"}}, "tls"),
        ({"retention": {"days": 0}}, "retention.days"),
        ({"watch": {"nodes_away": {}}}, "watch.nodes_away"),
        ({"watch": {"node_away": {"grace_s": -1}}}, "watch.node_away.grace_s"),
        ({"watch": {"tamper": {"grace_s": 1}}}, "watch.tamper.grace_s"),
        ({"watch": {"tamper": {"severity": "purple"}}}, "watch.tamper.severity"),
        ({"anomaly": {"models": {"yard": "odd"}}}, "anomaly"),
        ({"anomaly": {"models": {"gate.yard": "../odd"}}}, "anomaly.models.gate.yard"),
        ({"anomaly": {"timeout_s": 0}}, "anomaly.timeout_s"),
        ({"enrich": {"describe": True}}, "enrich"),
        ({"enrich": {"describe": True, "url": "http://vlm.example/v1", "model": "m"}}, "enrich"),
        ({"enrich": {"draft": True, "url": "http://8.8.8.8/v1", "model": "m"}}, "enrich"),
        ({"enrich": {"url": "file:///etc/passwd"}}, "enrich.url"),
        ({"enrich": {"url": "http://user:pass@10.0.0.1/v1"}}, "enrich.url"),
        ({"enrich": {"model": "a b"}}, "enrich.model"),
        ({"enrich": {"pictures": 0}}, "enrich.pictures"),
        ({"database_url": "mysql://a/b"}, "database_url"),
        ({"database_url": "postgresql://u:postgres@h/d"}, "database_url"),
        ({"database_url": "postgres://u:postgres@h/d"}, "database_url"),
        ({"database_url": "nonsense"}, "database_url"),
    ],
)
def test_a_faulty_value_is_refused_by_the_name_of_its_key(document: dict[str, object], field: str) -> None:
    with pytest.raises(Rejected) as refusal:
        parse_settings(document, HOME)
    assert refusal.value.field == field


def test_defaults_are_loopback_and_paths_count_from_the_file() -> None:
    settings = parse_settings({"store": {"path": "footage"}}, HOME)
    assert settings.data_dir == HOME
    assert settings.store_path == HOME / "footage"
    assert settings.database() == "sqlite+aiosqlite:////site/db.sqlite3"
    assert not settings.secure
    assert settings.base_url == "http://127.0.0.1:8080"


def test_what_is_watched_is_chosen_kind_by_kind() -> None:
    given = {"node_away": {"grace_s": 120, "severity": "medium"}, "tamper": {"on": False}}
    wanted = policies(parse_settings({"watch": given}, HOME).watch)
    assert wanted["node_away"] == Policy(on=True, severity="medium", grace_ms=120_000)
    assert not wanted["tamper"].on
    assert wanted["verification_degraded"] == Policy(on=True, severity="high", grace_ms=15_000)


def test_beyond_loopback_is_tls() -> None:
    settings = parse_settings({"listen": {"host": "0.0.0.0", "port": 8443}}, HOME)
    assert settings.secure
    assert settings.base_url == "https://127.0.0.1:8443"
    plain = parse_settings({"listen": {"host": "0.0.0.0"}, "tls": {"mode": "off"}}, HOME)
    assert not plain.secure


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("cctv.example", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_url_gets_its_driver_and_is_hidden_in_print(scheme: str) -> None:
    settings = parse_settings({"database_url": f"{scheme}://cctv:s3cret-long@db/cctv"}, HOME)
    assert settings.database() == "postgresql+psycopg://cctv:s3cret-long@db/cctv"
    assert "s3cret-long" not in repr(settings)


def test_files_are_read_and_faults_say_which(tmp_path: Path) -> None:
    file = tmp_path / "cctv.toml"
    with pytest.raises(Rejected, match="does not exist"):
        load_settings(file)
    file.write_text("site = ")
    with pytest.raises(Rejected, match="not TOML"):
        load_settings(file)
    file.write_text('site = "yard"')
    assert load_settings(file).data_dir == tmp_path


@pytest.mark.parametrize("weak", ["", "admin", "minioadmin", "PASSWORD"])
def test_secrets_are_private_and_not_known_to_everybody(tmp_path: Path, weak: str) -> None:
    file = tmp_path / "secret"
    file.write_text("long and random")
    file.chmod(0o644)
    with pytest.raises(Rejected, match="chmod"):
        read_secret(file, "x")
    file.chmod(0o600)
    assert read_secret(file, "x") == "long and random"
    file.write_text(weak)
    with pytest.raises(Rejected, match="default or empty"):
        read_secret(file, "x")


def test_help_of_language_models_is_off_and_stays_on_site_unless_told_otherwise() -> None:
    assert not parse_settings({}, HOME).enrich.on
    for url in ("http://127.0.0.1:8000/v1", "https://192.168.0.5/v1", "http://[::1]:1/v1", "http://localhost:11434/v1"):
        assert parse_settings({"enrich": {"draft": True, "url": url, "model": "m"}}, HOME).enrich.on
    away = {"draft": True, "url": "https://api.example/v1", "model": "m", "leaves_site": True, "key_file": "key"}
    enrich = parse_settings({"enrich": away}, HOME).enrich
    assert enrich.key_file == HOME / "key"
    assert enrich.severities == ("medium", "high", "critical")


def test_workers_watch_by_this_machines_relay_or_by_the_proxy_before_all(tmp_path: Path) -> None:
    assert parse_settings({}, tmp_path).live_url == "ws://127.0.0.1:8081"
    assert parse_settings({"relay": {"host": "::1"}}, tmp_path).live_url == "ws://[::1]:8081"
    shared = {"relay": {"shared": True, "ca_file": "ca.pem"}, "public_url": "https://cctv.example"}
    settings = parse_settings(shared, tmp_path)
    assert (settings.live_url, settings.relay.ca_file) == ("wss://cctv.example", tmp_path / "ca.pem")
    with pytest.raises(Rejected, match="public_url"):
        parse_settings({"relay": {"shared": True}}, tmp_path)
