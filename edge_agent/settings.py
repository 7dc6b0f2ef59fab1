"""The node's settings: one TOML file, checked once, frozen; an unknown key is an error that names it."""

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from edge_agent.adapters.sealed_key import is_sealed, unseal
from edge_agent.camera_settings import PRINTABLE, CameraSettings, Name, Section, WindowText
from edge_agent.core.door import check_token
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.recorder import EventRules
from edge_agent.core.remote_settings import overlay
from edge_agent.core.schedule import RecordPlan, Schedule, TransferPlan, UploadPlan, parse_window
from edge_agent.detector_settings import DetectorSettings
from edge_agent.load_settings import LimitSettings
from edge_agent.server_settings import ServerSettings
from shared.camera_hosts import CameraHosts, parse_hosts
from shared.errors import Rejected
from shared.ids import CameraId, NodeId, camera_id
from shared.kinds import KeyKept, MediaClass
from shared.source_url import credentials, parse_source
from shared.tracing_settings import Tracing

_MAX_FILE_BYTES = 256 * 1024
_OTHERS = stat.S_IRWXO
_EVENTS = EventRules()


class BrokerSettings(Section):
    """Where the MQTT broker is; the user is the node's name unless given."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")] = Field(
        "127.0.0.1", description="Address of the MQTT broker."
    )
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8883, description="Its port.")
    username: Annotated[str, Field(pattern=PRINTABLE, max_length=100)] | None = Field(
        None, description="The node's name when left out."
    )
    password: SecretStr | None = Field(
        None, description="The node's password at the broker; left out by who has a certificate from enrolment."
    )
    password_file: Path | None = Field(None, description="File with that password, instead of it.")
    ca_file: Path | None = Field(None, description="CA of the broker, where it is not the controller's.")
    tls: bool = Field(False, description="Speak TLS.")

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password is not None and self.password_file is not None:
            raise ValueError("give password or password_file, not both")
        return self


class UploadSettings(Section):
    """How fast footage is uploaded, and how much of it may wait."""

    rate_bytes_s: Annotated[int, Field(ge=0, le=2**40)] = Field(
        0, description="Bytes per second of all uploads together; 0: as fast as it goes."
    )
    held_bytes_max: Annotated[int, Field(ge=10_000_000, le=2**50)] = Field(
        4_000_000_000, description="Footage that may wait under held/ for its upload after the rings have let it go."
    )
    windows: Annotated[tuple[WindowText, ...], Field(max_length=50)] = Field(
        (),
        description='When footage may be sent, like "daily 20:00-06:00"; empty: always. Promoted footage always may.',
    )
    always: tuple[MediaClass, ...] = Field(
        ("promoted",), description="Classes that are sent outside the windows too; promoted is one in any case."
    )


class ClipSettings(Section):
    """How much an event's clip shows before and after the motion."""

    pre_s: Annotated[float, Field(ge=0, le=30)] = Field(
        _EVENTS.pre_roll_ms / 1000, description="Seconds before the motion."
    )
    post_s: Annotated[float, Field(ge=0.5, le=60)] = Field(_EVENTS.post_roll_ms / 1000, description="Seconds after it.")


class CommandSettings(Section):
    """What the controller may order beside looking and asking."""

    reboot: bool = Field(False, description="Whether the controller may have the machine rebooted.")


class UpdateSettings(Section):
    """Where `update-check` asks what there is; nothing is ever fetched from there."""

    index_url: (
        Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._\[\]:-]+(/[A-Za-z0-9._~/-]*)?$", max_length=500)] | None
    ) = Field(None, description="A package index with the JSON simple API; left out: nobody is asked.")


class Settings(Section):
    """The whole file. Paths in it are relative to its folder; keys and CA are files or given inline."""

    node: Name = Field(description="Name of the node; a-z, 0-9 and '-'.")
    site: Name = Field(description="Name of the site it belongs to.")
    data_dir: Path = Field(description="Ring, outbox and held footage.")
    controller_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._\[\]:-]+(/[A-Za-z0-9._~/-]*)?$")] = Field(
        description="Address of the controller."
    )
    time_zone: str | None = Field(
        None, description='The site\'s own time, like "Asia/Seoul"; needed where a camera has windows.'
    )
    broker: BrokerSettings
    key_file: Path | None = Field(None, description="The node's private key.")
    key_pem: SecretStr | None = Field(None, description="The same inline.")
    ca_file: Path | None = Field(None, description="CA that signed the controller's certificate.")
    ca_pem: Annotated[str, Field(max_length=65536)] | None = Field(None, description="The same inline.")
    film_folders: Annotated[tuple[Path, ...], Field(max_length=16)] = Field(
        (),
        description="Folders whose films may be cameras, beside this file's own folder; links are followed.",
    )
    camera_hosts: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,253}$")], ...], Field(max_length=64)
    ] = Field(
        (),
        description="Names, addresses and networks that network cameras may be, for example 10.0.0.0/8; "
        "empty: all but link-local ones.",
    )
    cameras: Annotated[tuple[CameraSettings, ...], Field(min_length=1, max_length=16)]
    upload: UploadSettings = UploadSettings()
    clip: ClipSettings = ClipSettings()
    server: ServerSettings = ServerSettings()
    commands: CommandSettings = CommandSettings()
    update: UpdateSettings = UpdateSettings()
    detector: DetectorSettings = DetectorSettings()
    limits: LimitSettings = LimitSettings()
    tracing: Tracing = Tracing()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [camera.name for camera in self.cameras]
        if len(set(names)) != len(names):
            raise ValueError("two cameras have the same name")
        if self.time_zone is None and any(c.record_windows or c.upload_windows for c in self.cameras):
            raise ValueError("a camera's windows need time_zone, the site's own time")
        if self.time_zone is None and self.upload.windows:
            raise ValueError("upload.windows need time_zone, the site's own time")
        if (self.key_file is None) == (self.key_pem is None):
            raise ValueError("give either key_file or key_pem")
        if self.ca_file is not None and self.ca_pem is not None:
            raise ValueError("give ca_file or ca_pem, not both")
        if self.broker.tls and (self.ca_file, self.ca_pem, self.broker.ca_file) == (None, None, None):
            raise ValueError("broker.tls needs ca_file or ca_pem")
        return self

    @field_validator("camera_hosts")
    @classmethod
    def _readable(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        try:
            parse_hosts(texts)
        except Rejected as fault:
            raise ValueError(fault.fault) from None
        return texts

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(f"{name!r} is no time zone known here") from None
        return name

    def record_plan(self, camera: CameraSettings) -> RecordPlan:
        """When this camera records."""
        return RecordPlan(camera.record, self._schedule(camera.record_windows))

    def upload_plan(self, camera: CameraSettings) -> UploadPlan:
        """What of this camera is uploaded."""
        return UploadPlan(camera.upload, self._schedule(camera.upload_windows))

    @property
    def hosts(self) -> CameraHosts:
        """Which hosts network cameras may be."""
        return parse_hosts(self.camera_hosts)

    def picture_rules(self, camera: CameraSettings) -> PictureRules:
        """What is done to this camera's pictures before anybody sees them."""
        return camera.picture_rules(self.time_zone or "UTC")

    def transfer_plan(self) -> TransferPlan:
        """When footage of which class may be sent."""
        return TransferPlan(self._schedule(self.upload.windows), frozenset(self.upload.always))

    def _schedule(self, windows: tuple[str, ...]) -> Schedule:
        return Schedule(tuple(map(parse_window, windows)), ZoneInfo(self.time_zone or "UTC"))

    @property
    def node_id(self) -> NodeId:
        return NodeId(self.node)

    def camera(self, camera: CameraSettings) -> CameraId:
        """The id of one of these cameras."""
        return camera_id(self.node_id, camera.name)

    def private_key_pem(self) -> str:
        """The node's key; raises `Rejected` when its file is missing or open to others.

        `Broken` while the TPM that it is sealed by does not answer.
        """
        text = _secret(self.key_pem, self.key_file, "key_file")
        return unseal(text) if is_sealed(text) else text

    def key_kept(self) -> KeyKept:
        """Where the key lies; raises `Rejected` like `private_key_pem`."""
        return "tpm" if is_sealed(_secret(self.key_pem, self.key_file, "key_file")) else "file"

    def broker_password(self) -> str | None:
        """The password at the broker, where there is one; raises `Rejected` like `private_key_pem`."""
        if self.broker.password is None and self.broker.password_file is None:
            return None
        return _secret(self.broker.password, self.broker.password_file, "broker.password_file").strip()

    def server_token(self) -> str | None:
        """What the node's own server asks for; None where only loopback is served. Raises `Rejected` likewise."""
        server = self.server
        if server.token is None and server.token_file is None:
            return None
        return check_token(_secret(server.token, server.token_file, "server.token_file").strip(), "server.token_file")

    def secrets(self) -> tuple[str, ...]:
        """Every secret that these settings know, for taking them out of what leaves the node."""
        found = [self.private_key_pem(), self.broker_password() or "", self.server_token() or ""]
        for camera in self.cameras:
            for source in (camera.source, camera.sub_source):
                found += () if source is None else credentials(source)
        return tuple(secret for secret in found if secret)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """The node's own file as it was read; what the controller wants is laid over it."""

    fields: Mapping[str, Any] = field(repr=False)
    folder: Path

    def settings(self, wanted: Mapping[str, object] | None = None) -> Settings:
        """Check the file, with what the controller wants; raises `Rejected` naming the key at fault."""
        if not wanted:
            return parse_settings(dict(self.fields), self.folder)
        fields = overlay(self.fields, wanted)
        try:
            return parse_settings(fields, self.folder)
        except Rejected as fault:
            raise Rejected(_by_name(fault.field, fields), fault.fault) from None


def load_settings(path: Path) -> Settings:
    """Read and check a node's configuration; raises `Rejected` naming the key at fault."""
    return load_file(path).settings()


def load_file(path: Path) -> OwnFile:
    """The same, for who lays other settings over it."""
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_FILE_BYTES + 1)  # a device may never end
    except OSError as fault:
        raise Rejected("--config", f"{path}: {fault.strerror}") from None
    if len(text) > _MAX_FILE_BYTES:
        raise Rejected("--config", f"{path} is larger than {_MAX_FILE_BYTES} bytes")
    try:
        fields = tomllib.loads(text.decode("utf-8-sig"))  # editors on Windows put a mark in front
    except (ValueError, RecursionError) as fault:
        raise Rejected("--config", f"{path} is not TOML: {fault}") from None
    file = OwnFile(fields, path.parent.resolve())
    settings = file.settings()
    if any(secret is not None for secret in (settings.key_pem, settings.broker.password, settings.server.token)):
        _check_mode(path, "--config")
    return file


def parse_settings(fields: dict[str, object], folder: Path) -> Settings:
    """Check settings whose relative paths start at `folder`."""
    try:
        settings = Settings.model_validate(fields)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Rejected(_place(first["loc"]), _words(first["type"], first["msg"])) from None
    _check_sensors(settings)
    _check_hosts(settings)
    broker = settings.broker
    return settings.model_copy(
        update={
            "data_dir": folder / settings.data_dir,
            "cameras": _with_films(settings, folder),
            "key_file": None if settings.key_file is None else folder / settings.key_file,
            "ca_file": None if settings.ca_file is None else folder / settings.ca_file,
            "broker": broker.model_copy(
                update={
                    "password_file": None if broker.password_file is None else folder / broker.password_file,
                    "ca_file": None if broker.ca_file is None else folder / broker.ca_file,
                }
            ),
            "server": settings.server.beside(folder),
            "detector": settings.detector.beside(folder),
        }
    )


def _check_sensors(settings: Settings) -> None:
    """A sensor that looks is a camera module's own."""
    if settings.detector.kind == "imx500":
        for camera in settings.cameras:
            if (kind := parse_source(camera.source).kind) != "picamera":
                told = f"imx500 sees only what its own sensor takes, and camera {camera.name} is {kind}, not picamera"
                raise Rejected("detector.kind", told)


def _check_hosts(settings: Settings) -> None:
    """An address that is no camera's is refused at once; what a name stands for is seen when it is connected to."""
    for index, camera in enumerate(settings.cameras):
        for key, text in (("source", camera.source), ("sub_source", camera.sub_source)):
            if text is not None and not settings.hosts.may_be(text):
                raise Rejected(f"cameras[{index}].{key}", "names a host that may not be a camera: see camera_hosts")


def _with_films(settings: Settings, folder: Path) -> tuple[CameraSettings, ...]:
    """The cameras with the real paths of their films, none of which lies outside the folders for films."""
    if any("\0" in str(place) for place in settings.film_folders):
        raise Rejected("film_folders", "holds a zero byte")
    allowed = [(folder / place).resolve() for place in (Path(), *settings.film_folders)]
    cameras: list[CameraSettings] = []
    for index, camera in enumerate(settings.cameras):
        if parse_source(camera.source).kind != "file":
            cameras.append(camera)
            continue
        film = (folder / camera.source).resolve()
        if not any(film.is_relative_to(place) for place in allowed):
            told = f"{film} lies outside {', '.join(map(str, allowed))}: name its folder in film_folders"
            raise Rejected(f"cameras[{index}].source", told)
        cameras.append(camera.model_copy(update={"source": str(film)}))
    return tuple(cameras)


def _secret(given: SecretStr | None, file: Path | None, field: str) -> str:
    if given is not None:
        return given.get_secret_value()
    if file is None:
        raise Rejected(field, "is missing")
    _check_mode(file, field)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected(field, f"{file}: {fault}") from None


def _check_mode(file: Path, field: str) -> None:
    try:
        mode = file.stat().st_mode
    except OSError as fault:
        raise Rejected(field, f"{file}: {fault.strerror}") from None
    if mode & _OTHERS:
        raise Rejected(field, f"{file} holds a secret and is open to everybody: chmod 600")


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place or "configuration"


def _by_name(place: str, fields: Mapping[str, Any]) -> str:
    """`cameras[0].record` as `cameras.gate.record`."""
    found = re.match(r"cameras\[(\d+)\]", place)
    return place if found is None else f"cameras.{fields['cameras'][int(found[1])]['name']}{place[found.end() :]}"


def _words(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "is not a known key"
        case "missing":
            return "is missing"
        case _:
            return message.removeprefix("Value error, ")
