"""A site's data directory: prepared once, read by every role."""

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from controller.adapters.broker_users import CONTROLLER, BrokerUsers, mint_password
from controller.adapters.secret_files import ensure_key, write_secret
from controller.adapters.tcp_ports import free_port, own_addresses, require_free
from controller.listen_settings import is_loopback
from controller.settings import Settings, load_settings, read_secret
from shared.broker import BrokerAddress
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import parse_site
from shared.mint import uuid7
from shared.toml_text import toml_string

_MQTT_TLS_PORT = 8883


@dataclass(frozen=True, slots=True)
class Site:
    """Settings and the places of a prepared data directory."""

    settings: Settings
    config_file: Path

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    @property
    def secrets_dir(self) -> Path:
        return self.data_dir / "secrets"

    @property
    def broker_dir(self) -> Path:
        return self.data_dir / "broker"

    @property
    def tls_dir(self) -> Path:
        return self.data_dir / "tls"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"

    @property
    def releases_dir(self) -> Path:
        """What nodes can be told to fetch."""
        return self.data_dir / "releases"

    @property
    def roles_file(self) -> Path:
        """What the supervisor says of its roles, while it runs."""
        return self.data_dir / "roles.json"

    @property
    def model_file(self) -> Path:
        """What the worker says of the model that it loaded."""
        return self.data_dir / "model.json"

    @property
    def alarm_number_file(self) -> Path:
        """The highest number that an alarm was ever given."""
        return self.data_dir / "alarm-number"

    @property
    def lock_file(self) -> Path:
        return self.data_dir / "lock"

    @property
    def users(self) -> BrokerUsers:
        return BrokerUsers(self.broker_dir)

    def session_key(self) -> str:
        """Signs sessions and service tokens."""
        return self._key("session-key")

    def store_key(self) -> str:
        """Signs the directory store's grants."""
        return self._key("store-key")

    def notify_key(self) -> str:
        """Seals the addresses of destinations; made at first use."""
        return ensure_key(self.secrets_dir / "notify-key")

    @property
    def ca_seal_file(self) -> Path:
        """What the key of the site's CA is sealed under."""
        return self.settings.tls.ca_seal_file or self.secrets_dir / "ca-seal-key"

    @property
    def audit_key_file(self) -> Path:
        """Signs the audit's daily heads."""
        return self.secrets_dir / "audit-key.pem"

    @property
    def audit_heads_file(self) -> Path:
        """The audit's heads outside the database: for copying elsewhere."""
        return self.data_dir / "audit-heads.jsonl"

    def metrics_token(self) -> str | None:
        """By which a monitor reads figures; made at first use. None: there is none, and none can be written here."""
        try:
            return ensure_key(self.secrets_dir / "metrics-token")
        except OSError:
            return None

    def _key(self, name: str) -> str:
        file = self.secrets_dir / name
        if not file.exists():
            raise Rejected(str(file), "is missing: `cctv up` prepares the data directory")
        return read_secret(file, name)

    def server_tls(self) -> tuple[Path, Path] | None:
        """Certificate and key of the public port; None: plain HTTP."""
        tls = self.settings.tls
        if not self.settings.secure:
            return None
        if tls.cert is not None and tls.key is not None:
            return tls.cert, tls.key
        return self.tls_dir / "server.pem", self.tls_dir / "server-key.pem"

    @property
    def served(self) -> dict[str, Path]:
        """Certificates that somebody connects to, by what for."""
        public, broker = self.server_tls(), {"broker": self.tls_dir / "server.pem"} if self.broker_tls else {}
        return broker if public is None else {"public": public[0], **broker}

    @property
    def renewed(self) -> frozenset[str]:
        """Those of them that the site's own CA signs."""
        return frozenset(self.served) - ({"public"} if self.settings.tls.mode == "files" else set())

    def server_names(self) -> list[str]:
        """What clients may call this host: its name, its addresses and what the settings say."""
        settings = self.settings
        given = {settings.listen.host, settings.broker.host, urlsplit(settings.base_url).hostname or ""}
        found = {"localhost", "127.0.0.1", "::1", socket.gethostname(), *own_addresses(), *given}
        return sorted(found - {"", "0.0.0.0", "::"})  # noqa: S104 - left out, not bound

    def holder(self, role: str, *, supervised: bool) -> str:
        """Who holds a lease. A supervised role that was killed takes its own lease up again at once."""
        return f"{role}@{socket.gethostname()}:{self.data_dir}" if supervised else f"{role}@{uuid7()}"

    @property
    def broker_tls(self) -> bool:
        """Whether our own mosquitto speaks TLS: whenever other hosts can reach it."""
        broker = self.settings.broker
        return broker.kind == "mosquitto" and not is_loopback(broker.host)

    @property
    def node_port(self) -> int | None:
        """Where nodes log in by certificate; None: the broker takes none."""
        broker = self.settings.broker
        if broker.kind == "external":
            return broker.node_port
        return (broker.node_port or broker.port + 1) if self.broker_tls else None

    def broker_ca(self) -> Path | None:
        """The CA that the broker's certificate is checked against; None: it speaks plain MQTT on loopback."""
        broker = self.settings.broker
        if broker.ca_file is not None:
            return broker.ca_file
        return self.tls_dir / "ca.pem" if self.broker_tls else None

    def broker_address(self, role: str) -> BrokerAddress:
        """How a role of the controller logs in at the broker."""
        broker = self.settings.broker
        file = broker.password_file or self.secrets_dir / "broker-password"
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(broker.host, broker.host)  # noqa: S104 - compared, not bound
        return BrokerAddress(
            host=host,
            port=broker.port,
            client_id=f"{CONTROLLER}-{role}-{uuid7()[-12:]}",
            username=CONTROLLER,
            password=read_secret(file, "broker.password_file"),
            ca_file=self.broker_ca(),
        )


def open_site(config_file: Path) -> Site:
    """Read a prepared site's settings."""
    return Site(load_settings(config_file), config_file.resolve())


def prepare_site(
    data_dir: Path,
    *,
    site: str = "site",
    host: str = "127.0.0.1",
    port: int | None = None,
    broker_port: int | None = None,
    demo: bool = False,
    model: str | None = None,
    config_file: Path | None = None,
) -> Site:
    """Make what is missing in `data_dir`: settings with free ports, keys, broker users.

    Beyond loopback the broker has MQTT's own port for TLS unless one is given: a firewall has to know it.
    """
    parse_site(site)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = config_file or data_dir / "cctv.toml"
    fresh = not file.exists()
    if fresh:
        if broker_port is None:
            broker_port = free_port() if is_loopback(host) else _MQTT_TLS_PORT
        _write_settings(file, site=site, host=host, port=port, broker_port=broker_port, demo=demo, model=model)
    found = open_site(file)
    for folder in (found.secrets_dir, found.broker_dir, found.tls_dir, found.log_dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("session-key", "store-key"):
        ensure_key(found.secrets_dir / name)
    if found.settings.broker.kind != "external":
        _ensure_broker_user(found)
    if found.settings.store.kind == "directory" and (fresh or not found.settings.store_path.parent.exists()):
        from controller.adapters.directory_store import prepare_directory

        prepare_directory(found.settings.store_path)
    if found.renewed:
        from controller.adapters.authority import CaFiles, SiteAuthority
        from controller.adapters.certificates import ensure_certificates

        now = SystemClock().now()
        ensure_certificates(found.tls_dir, found.server_names(), now, found.ca_seal_file)
        SiteAuthority(CaFiles(found.tls_dir, found.ca_seal_file)).renew_list(now)
    return found


def _write_settings(
    file: Path, *, site: str, host: str, port: int | None, broker_port: int, demo: bool, model: str | None
) -> None:
    open_beyond = not is_loopback(host)
    lines = [
        f'site = "{site}"',
        f"demo = {str(demo).lower()}",
        *([f"model = {toml_string(model)}"] if model is not None else []),
        "",
        "[listen]",
        f'host = "{host}"',
        f"port = {port or free_port()}",
        "",
        "[relay]",
        f"port = {free_port()}",
        "",
        "[broker]",
        f'kind = "{"mosquitto" if open_beyond else "embedded"}"',
        f'host = "{host if open_beyond else "127.0.0.1"}"',
        f"port = {broker_port}",
        *([f"node_port = {_free_beside(broker_port)}"] if open_beyond else []),
    ]
    write_secret(file, "\n".join(lines))


def _free_beside(port: int) -> int:
    """The port after it, unless somebody has that one."""
    try:
        require_free("0.0.0.0", port + 1, "broker.node_port")  # noqa: S104 - asked for, not bound
    except (Rejected, OverflowError):
        return free_port()
    return port + 1


def _ensure_broker_user(site: Site) -> None:
    file = site.secrets_dir / "broker-password"
    if not file.exists():
        write_secret(file, mint_password())
    if CONTROLLER not in site.users.read():
        site.users.set(CONTROLLER, read_secret(file, "broker password"))
