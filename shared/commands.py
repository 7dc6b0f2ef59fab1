"""Commands to a node, its replies, and the settings that the controller wants of it. They only grow."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from shared.fields import RELEASE, CameraName, NodeName, Sha256, UnixMs, Uuid
from shared.limits import MAX_RELEASE_FILE_BYTES
from shared.messages import Message
from shared.orders import Backfill, Hello

REPLY_PARTS = 16
REPLY_PART_BYTES = 96 * 1024  # in base64, with the rest: below what the smallest broker lets through
_PART_CHARS = REPLY_PART_BYTES * 4 // 3
_BASE64 = r"^[A-Za-z0-9+/]*={0,2}$"


class Order(BaseModel):
    """What a command asks for."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class LiveStart(Order):
    """Dial the relay and push this camera until told to stop."""

    kind: Literal["live-start"] = "live-start"
    camera: CameraName
    quality: Literal["main", "sub"] = "main"
    path: str = Field(max_length=300, pattern=r"^/[A-Za-z0-9/._~-]*$")  # on the controller's own address
    since_ms: UnixMs | None = None  # begin with the GOP that holds this, as far as memory reaches


class LiveStop(Order):
    kind: Literal["live-stop"] = "live-stop"
    camera: CameraName
    quality: Literal["main", "sub"] = "main"


class ListenStart(Order):
    """Dial the relay and push this camera's sound, where it is switched on, until told to stop."""

    kind: Literal["listen-start"] = "listen-start"
    camera: CameraName
    path: str = Field(max_length=300, pattern=r"^/[A-Za-z0-9/._~-]*$")  # on the controller's own address


class ListenStop(Order):
    kind: Literal["listen-stop"] = "listen-stop"
    camera: CameraName


class RingPiece(Order):
    """Dial the relay and push a piece of the ring once, verbatim: the store has not got it, or is away."""

    kind: Literal["ring-piece"] = "ring-piece"
    camera: CameraName
    from_ms: UnixMs
    for_ms: int = Field(ge=1_000, le=60_000)
    path: str = Field(max_length=300, pattern=r"^/[A-Za-z0-9/._~-]*$")  # on the controller's own address


class Promote(Order):
    """An alarm was raised: this span is due for upload before all else."""

    kind: Literal["promote"] = "promote"
    camera: CameraName
    start_ms: UnixMs
    end_ms: UnixMs


class Extend(Order):
    """A person is known to be there: the running event does not end before `until_ms`."""

    kind: Literal["extend"] = "extend"
    event: Uuid
    until_ms: UnixMs


class Resync(Order):
    """Publish acknowledged facts made since `since_at` once more."""

    kind: Literal["resync"] = "resync"
    since_at: AwareDatetime


class TakeSnapshot(Order):
    """Answer with the camera's newest keyframe as a JPEG."""

    kind: Literal["snapshot"] = "snapshot"
    camera: CameraName


class RestartCamera(Order):
    """Start one camera's process anew; the node's other cameras go on."""

    kind: Literal["restart-camera"] = "restart-camera"
    camera: CameraName


class Reboot(Order):
    """Start the machine anew, where the node's own file allows it."""

    kind: Literal["reboot"] = "reboot"


class Diagnose(Order):
    """Answer with a ZIP of health, versions, settings and the last log lines, without secrets."""

    kind: Literal["diagnostics"] = "diagnostics"


class UpdateCheck(Order):
    """Answer with the installed version and what the configured package index offers; nothing is fetched."""

    kind: Literal["update-check"] = "update-check"


class RestartAgent(Order):
    """End the node's cameras and flows in order and begin them anew; recording is away for seconds."""

    kind: Literal["restart-agent"] = "restart-agent"


class ReadLog(Order):
    """Answer with the log lines after a number, without secrets: a JSON list of the newest for which there is room."""

    kind: Literal["log"] = "log"
    after: int = Field(0, ge=0, le=2**53)  # what `result.newest` said last; 0: what is kept


class Update(Order):
    """Fetch a release from the controller and let the node's updater have it; `update-state` says how it goes."""

    kind: Literal["update"] = "update"
    release: str = Field(pattern=RELEASE)  # version and platform, as the controller calls it
    length_bytes: int = Field(gt=0, le=MAX_RELEASE_FILE_BYTES)
    sha256: Sha256
    downgrade: bool = False


class UpdateState(Order):
    """Answer with what is installed, for which platform, and what became of the newest update."""

    kind: Literal["update-state"] = "update-state"


AnyOrder = (
    LiveStart
    | LiveStop
    | Promote
    | Extend
    | Resync
    | Hello
    | Backfill
    | TakeSnapshot
    | RestartCamera
    | Reboot
    | Diagnose
    | UpdateCheck
    | RestartAgent
    | ReadLog
    | RingPiece
    | ListenStart
    | ListenStop
    | Update
    | UpdateState
)


class Command(Message):
    """On `cmd/{id}`; answered on `reply/{id}`, also when it is not understood."""

    schema_: Literal["cctv.command.v1"] = Field("cctv.command.v1", alias="schema")
    command: Annotated[AnyOrder, Field(discriminator="kind")]


class Reply(Message):
    """A node's answer to a command; one with much to say comes in several parts."""

    schema_: Literal["cctv.reply.v1"] = Field("cctv.reply.v1", alias="schema")
    command: Uuid
    ok: bool
    reason: str = Field("", max_length=300)
    start_ms: UnixMs | None = None  # to back-fill: what the node still has of that span, and sends;
    end_ms: UnixMs | None = None  # nothing where both are the same
    result: dict[str, JsonValue] | None = None  # what was asked for, where it is a few values
    media_type: str = Field("", max_length=60)  # of the bytes that `data` of all parts make together
    data: str = Field("", max_length=_PART_CHARS, pattern=_BASE64)
    part: int = Field(0, ge=0, lt=REPLY_PARTS)
    parts: int = Field(1, ge=1, le=REPLY_PARTS)


class ConfigDesired(Message):
    """Retained on `config/desired`: what the controller wants changed in the node's own file; no secrets."""

    schema_: Literal["cctv.config-desired.v1"] = Field("cctv.config-desired.v1", alias="schema")
    node: NodeName
    version: int = Field(ge=1, le=2**53)
    settings: dict[str, JsonValue]  # `upload`, `clip`, and `cameras` by name; the node checks every key


class ConfigReported(Message):
    """Retained on `config/reported`: what became of the newest version that the node has looked at."""

    schema_: Literal["cctv.config-reported.v1"] = Field("cctv.config-reported.v1", alias="schema")
    node: NodeName
    version: int = Field(ge=0, le=2**53)  # 0: the payload was not understood
    state: Literal["applying", "applied", "refused", "rolled-back"]
    running: int = Field(0, ge=0, le=2**53)  # the version in force; 0: the node's own file alone
    reason: str = Field("", max_length=300)
