"""The controller's settings: one TOML file, every value checked, unknown keys refused by name."""

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from controller.anomaly_settings import Anomaly
from controller.backup_settings import Backup
from controller.enrich_settings import Enrich
from controller.export_settings import Export
from controller.listen_settings import Host, Listen, Port, is_loopback
from controller.login_settings import LoginSettings
from controller.notify_settings import HomeAssistant, Notify, Output
from controller.oidc_settings import Oidc
from controller.privacy_settings import Privacy
from controller.relay_settings import Relay
from controller.store_settings import Store
from controller.watch_settings import Watch
from shared.errors import Rejected
from shared.ids import parse_site
from shared.tracing_settings import Tracing

_WEAK = frozenset({"", "admin", "password", "changeme", "secret", "minioadmin", "postgres", "cctv"})


def _site(text: str) -> str:
    try:
        return parse_site(text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Broker(_Section):
    """Which MQTT broker, and who starts it: `embedded` and `mosquitto` are ours, `external` is yours."""

    kind: Literal["embedded", "mosquitto", "external"] = Field(
        "embedded", description="Who starts the broker: 'embedded' and 'mosquitto' are ours, 'external' is yours."
    )
    host: Host = Field("127.0.0.1", description="Where it listens, or where yours is.")
    port: Port = Field(18830, description="Its port.")
    node_port: Port | None = Field(
        None,
        description="Where nodes log in by certificate. Ours: the port after `port` when left out, and only where it "
        "speaks TLS. External: where yours takes them, as `cctv broker config` sets it up; left out: by password.",
    )
    ca_file: Path | None = Field(None, description="CA that signed an external broker's certificate.")
    password_file: Path | None = Field(None, description="Password of the user 'controller' at an external broker.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind == "embedded" and not is_loopback(self.host):
            raise ValueError("the embedded broker serves loopback only: use kind = 'mosquitto'")
        if self.kind == "external" and self.password_file is None:
            raise ValueError("an external broker needs password_file")
        return self


class Tls(_Section):
    """`auto`: our own CA when other hosts can reach the port; `files`: your certificate; `off`: plain."""

    mode: Literal["auto", "files", "off"] = Field(
        "auto",
        description="HTTPS: by the site's own CA once others can reach the port, by your certificate, or not at all.",
    )
    cert: Path | None = Field(None, description="Certificate with its chain, PEM.")
    key: Path | None = Field(None, description="Its key, PEM.")
    ca_seal_file: Path | None = Field(
        None,
        description="File with the secret that the key of the site's CA is sealed under, for example a systemd "
        "credential; secrets/ca-seal-key in the data directory when left out.",
    )
    hsts_subdomains: bool = Field(
        False,
        description="Browsers speak no clear text to names below this host either: where all of them have TLS.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.mode == "files" and (self.cert is None or self.key is None):
            raise ValueError("mode = 'files' needs cert and key")
        return self


class Retention(_Section):
    """How long and how much footage is kept."""

    days: Annotated[int, Field(ge=1, le=3650)] = Field(30, description="Footage that is older goes.")
    quota_bytes: Annotated[int, Field(ge=100_000_000)] | None = Field(
        None, description="When the store holds more, the oldest goes first."
    )


ModelName = Annotated[str, Field(min_length=1, max_length=500)]


class WorkerSettings(_Section):
    """How a worker judges. More threads than one take cores from the API and from recording on one machine."""

    provider: Literal["auto", "cuda", "tensorrt", "openvino", "cpu"] = Field(
        "auto", description="What runs the model; 'auto' takes the fastest of those that see as well as the CPU."
    )
    decoder: Literal["auto", "nvdec", "cpu"] = Field(
        "cpu",
        description="What decodes stored footage: 'cpu' in confined processes; 'auto' takes NVDEC where PyNvVideoCodec "
        "is installed and passes a trial, and reads films in the worker itself. NVDEC is untested on hardware.",
    )
    threads: Annotated[int, Field(ge=1, le=64)] = Field(1, description="Threads of one inference on a CPU.")
    sample_fps: Annotated[float, Field(ge=1, le=30)] = Field(
        5.0, description="Frames judged per second and camera, shared when there are many."
    )
    max_live_jobs: Annotated[int, Field(ge=1, le=1000)] = Field(
        64, description="Running events that one worker judges at once."
    )
    watch_fps: Annotated[float, Field(ge=1, le=5)] = Field(
        2.0, description="Frames judged per second of a camera that is watched without motion."
    )
    max_watched: Annotated[int, Field(ge=0, le=1000)] = Field(
        64, description="Cameras that one worker watches at once."
    )
    stored_jobs: Annotated[int, Field(ge=1, le=32)] = Field(
        4, description="Stored intervals that one worker judges side by side."
    )
    models: Annotated[tuple[ModelName, ...], Field(max_length=4)] = Field(
        (), description="More models that look at every frame beside `model`; what they find is merged by class."
    )
    gpu_memory_bytes: Annotated[int, Field(ge=1_000_000_000)] | None = Field(
        None, description="The most that models may take of a GPU; without it, all that there is."
    )
    serving_hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]-]{1,260}$")], ...] = Field(
        (), description="HOST:PORT of serving clusters that models may be on, and pictures be sent to."
    )
    serving_token_file: Path | None = Field(None, description="File with the bearer token that they ask for.")
    serving_ca_file: Path | None = Field(
        None, description="CA that signed their certificate, where it is no public one."
    )


class Alarms(_Section):
    """What becomes of an alarm that nobody acknowledges, and by how many people its load is measured."""

    escalate_after_s: Annotated[float, Field(ge=0, le=86_400)] = Field(
        300.0, description="An alarm that nobody acknowledges is passed up after this time, and again; 0: never."
    )
    escalation_levels: Annotated[int, Field(ge=1, le=9)] = Field(2, description="How often it is passed up.")
    operators: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="People who answer alarms at the same time: what the alarm load is shared among."
    )


class Settings(_Section):
    """The whole file."""

    site: Annotated[str, AfterValidator(_site)] = Field(
        "site", description="Name of the site; part of topics and object keys."
    )
    demo: bool = Field(False, description="Marks the dashboard as a demo.")
    data_dir: Path = Field(Path(), description="Secrets, database and footage; relative paths count from this file.")
    public_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")] | None = Field(
        None, description="Address of the dashboard as browsers and nodes use it, behind a proxy."
    )
    database_url: SecretStr | None = Field(
        None, description="Database with its password; SQLite in the data directory when left out."
    )
    database_url_file: Path | None = Field(
        None, description="File that holds the database URL: keeps its password out of this file."
    )
    model: ModelName = Field("yard", description="Name or path of the ONNX model that judges.")
    listen: Listen = Listen()
    relay: Relay = Relay()
    broker: Broker = Broker()
    store: Store = Store()
    tls: Tls = Tls()
    retention: Retention = Retention()
    backup: Backup = Backup()
    export: Export = Export()
    worker: WorkerSettings = WorkerSettings()
    watch: Watch = Watch()
    enrich: Enrich = Enrich()
    tracing: Tracing = Tracing()
    anomaly: Anomaly = Anomaly()
    alarms: Alarms = Alarms()
    login: LoginSettings = LoginSettings()
    oidc: Oidc = Oidc()
    privacy: Privacy = Privacy()
    notify: Notify = Notify()
    home_assistant: HomeAssistant = HomeAssistant()
    output: tuple[Output, ...] = Field((), max_length=64, description="A siren, light or relay on the floor.")

    @model_validator(mode="after")
    def _outputs_differ(self) -> Self:
        names = [one.name for one in self.output]
        if len(set(names)) != len(names):
            raise ValueError("two outputs have the same name")
        return self

    @model_validator(mode="after")
    def _shared_by_a_proxy(self) -> Self:
        if self.relay.shared and self.public_url is None:
            raise ValueError("relay.shared needs public_url: the proxy that leads to the relay of each camera")
        return self

    @property
    def secure(self) -> bool:
        """Whether the public port speaks TLS."""
        return self.tls.mode == "files" or (self.tls.mode == "auto" and not is_loopback(self.listen.host))

    @property
    def reached_secure(self) -> bool:
        """Whether browsers reach the dashboard by TLS: this port's own, or that of a proxy in front."""
        return self.base_url.startswith("https://")

    @property
    def base_url(self) -> str:
        """The controller's own address as browsers and nodes use it, without a slash at its end."""
        if self.public_url is not None:
            return self.public_url
        listen = self.listen
        host = "127.0.0.1" if listen.host in {"0.0.0.0", "::"} else listen.host  # noqa: S104 - compared
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listen.port}"

    @property
    def live_url(self) -> str:
        """Where workers watch cameras: this machine's relay, or the proxy before all of them."""
        relay = self.relay
        if relay.shared:
            return self.base_url.replace("http", "ws", 1)
        return f"ws://{f'[{relay.host}]' if ':' in relay.host else relay.host}:{relay.port}"

    @property
    def store_path(self) -> Path:
        return self.store.path or self.data_dir / "store"

    @property
    def export_path(self) -> Path:
        return self.export.path or self.data_dir / "exports"

    def database(self) -> str:
        """The database's URL, its password included."""
        if self.database_url_file is not None:
            return _checked_url(read_secret(self.database_url_file, "database_url_file"))
        if self.database_url is not None:
            return _checked_url(self.database_url.get_secret_value())
        return f"sqlite+aiosqlite:///{self.data_dir / 'db.sqlite3'}"


def load_settings(file: Path) -> Settings:
    """Read and check a settings file; every fault raises `Rejected` that names the key."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Rejected(str(file), "does not exist: `cctv up` writes one, or give --config") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected(str(file), f"cannot be read: {fault}") from None
    except tomllib.TOMLDecodeError as fault:
        raise Rejected(str(file), f"is not TOML: {fault}") from None
    return parse_settings(document, file.resolve().parent)


def parse_settings(document: Mapping[str, object], home: Path) -> Settings:
    """Check a settings document; relative paths count from `home`."""
    try:
        settings = Settings.model_validate(document)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "settings"
        told = "is not a setting" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise Rejected(place, told) from None
    settings = _absolute(settings, home)
    if settings.store.doubled(settings.store_path):
        raise Rejected("store.second", "is the same place as the store, or one lies in the other")
    settings.database()
    return settings


def read_secret(file: Path, field: str) -> str:
    """A secret from its file: nobody else may read it, and it must not be one that everybody knows."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected(field, f"{file} cannot be read: {fault}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise Rejected(field, f"{file} can be read by others: chmod 600 it")
    if text.lower() in _WEAK:
        raise Rejected(field, f"{file} holds a default or empty secret")
    return text


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """Where a site's data lies when nobody says so: CCTV_DATA, else the user's data directory."""
    if given := environment.get("CCTV_DATA"):
        return Path(given)
    home = environment.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111 - no home: left as it is
    return Path(home) / "cctv"


_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def _checked_url(text: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except ArgumentError:
        raise Rejected("database_url", "is not a database URL") from None
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+psycopg", *_DRIVERS}:
        raise Rejected("database_url", f"{url.drivername} is neither sqlite nor postgresql")
    if url.drivername.startswith("postgres") and (url.password or "").lower() in _WEAK - {""}:
        raise Rejected("database_url", "holds a default password")
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername)).render_as_string(hide_password=False)


def _absolute(settings: Settings, home: Path) -> Settings:
    def at(path: Path | None) -> Path | None:
        return None if path is None else (home / path.expanduser()).absolute()

    relay, broker, tls, worker = settings.relay, settings.broker, settings.tls, settings.worker
    return settings.model_copy(
        update={
            "data_dir": at(settings.data_dir),
            "database_url_file": at(settings.database_url_file),
            "relay": relay.model_copy(update={"ca_file": at(relay.ca_file)}),
            "backup": settings.backup.at(home),
            "broker": broker.model_copy(
                update={"ca_file": at(broker.ca_file), "password_file": at(broker.password_file)}
            ),
            "store": settings.store.at(home),
            "worker": worker.model_copy(
                update={
                    "serving_token_file": at(worker.serving_token_file),
                    "serving_ca_file": at(worker.serving_ca_file),
                }
            ),
            "tls": tls.model_copy(
                update={"cert": at(tls.cert), "key": at(tls.key), "ca_seal_file": at(tls.ca_seal_file)}
            ),
            "oidc": settings.oidc.model_copy(
                update={
                    "client_secret_file": at(settings.oidc.client_secret_file),
                    "ca_file": at(settings.oidc.ca_file),
                }
            ),
            "enrich": settings.enrich.model_copy(update={"key_file": at(settings.enrich.key_file)}),
            "export": settings.export.model_copy(
                update={
                    "path": at(settings.export.path),
                    "directories": tuple(
                        one.model_copy(update={"path": at(one.path)}) for one in settings.export.directories
                    ),
                }
            ),
        }
    )
