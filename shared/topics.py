"""Every MQTT topic as a typed channel: template, payload, QoS, retain, who writes."""

import re
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared import commands as c
from shared import messages as m
from shared.errors import Rejected

PREFIX = "cctv/v1"
MAX_PAYLOAD_BYTES = 256 * 1024

M = TypeVar("M", bound=m.Message)


@dataclass(frozen=True, slots=True)
class Channel(Generic[M]):
    """A topic template with `{names}` for its levels and the payload that travels on it."""

    name: str
    template: str
    payload: TypeAdapter[M]
    writer: Literal["node", "controller"]
    qos: Literal[0, 1] = 1
    retain: bool = False
    public: bool = False  # third parties with an account of their own may read it

    def topic(self, **levels: str) -> str:
        """Fill the template; every level must be one plain topic level."""
        for level, value in levels.items():
            if not value or any(sign in value for sign in "/+#\x00"):
                raise Rejected(level, f"{value!r} cannot be a topic level")
        return f"{PREFIX}/{self.template.format(**levels)}"

    def filter(self, **levels: str) -> str:
        """A subscription: levels not given become `+`."""
        names = re.findall(r"{(\w+)}", self.template)
        return f"{PREFIX}/{self.template.format(**{name: levels.get(name, '+') for name in names})}"

    def match(self, topic: str) -> dict[str, str] | None:
        """The levels of `topic`, or None when it is not this channel's."""
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", f"{PREFIX}/{self.template}")
        found = re.fullmatch(pattern, topic)
        return found.groupdict() if found else None

    def decode(self, payload: bytes) -> M:
        """Parse a payload; a fault raises `Rejected` that names the field."""
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise Rejected(self.name, f"{len(payload)} bytes is over {MAX_PAYLOAD_BYTES}")
        try:
            return self.payload.validate_json(payload)
        except ValidationError as fault:
            first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "payload"
            raise Rejected(f"{self.name}.{place}", first["msg"]) from None
        except (ValueError, RecursionError) as fault:
            raise Rejected(self.name, f"not a JSON document: {fault}") from None

    def encode(self, message: M) -> bytes:
        return self.payload.dump_json(message, by_alias=True, exclude_none=True)


STATUS = Channel("status", "node/{node}/status", TypeAdapter(m.NodeStatus), "node", retain=True, public=True)
HEALTH = Channel("health", "node/{node}/health", TypeAdapter(m.NodeHealth), "node", qos=0)
FACT: Channel[m.EventFact | m.RunFact | m.LedgerFact | m.TamperFact] = Channel(
    "fact", "node/{node}/fact", m.ANY_FACT, "node"
)
ACK = Channel("ack", "node/{node}/ack", TypeAdapter(m.Ack), "controller")
COMMAND = Channel("cmd", "node/{node}/cmd/{id}", TypeAdapter(c.Command), "controller")
REPLY = Channel("reply", "node/{node}/reply/{id}", TypeAdapter(c.Reply), "node")
CONFIG_DESIRED = Channel(
    "config-desired", "node/{node}/config/desired", TypeAdapter(c.ConfigDesired), "controller", retain=True
)
CONFIG_REPORTED = Channel(
    "config-reported", "node/{node}/config/reported", TypeAdapter(c.ConfigReported), "node", retain=True
)
CAMERA_EVENT = Channel("event", "node/{node}/camera/{camera}/event", TypeAdapter(m.EventFact), "node", public=True)
MOTION = Channel(
    "motion", "node/{node}/camera/{camera}/motion", TypeAdapter(m.MotionMessage), "node", retain=True, public=True
)
TAMPER = Channel("tamper", "node/{node}/camera/{camera}/tamper", TypeAdapter(m.TamperFact), "node", public=True)
CONTROLLER_STATUS = Channel(
    "controller-status", "controller/status", TypeAdapter(m.ControllerStatus), "controller", retain=True, public=True
)
ALARM = Channel("alarm", "site/{site}/alarm/{id}", TypeAdapter(m.AlarmMessage), "controller", public=True)
VERDICT = Channel(
    "verdict", "site/{site}/verdict/{camera}/{id}", TypeAdapter(m.VerdictMessage), "controller", public=True
)
OUTPUT = Channel("output", "site/{site}/output/{output}", TypeAdapter(m.OutputMessage), "controller", retain=True)
ZONE_COUNT = Channel(
    "zone-count",
    "site/{site}/camera/{camera}/zone/{zone}",
    TypeAdapter(m.ZoneCountMessage),
    "controller",
    qos=0,
    public=True,
)
CAMERA_ALARMS = Channel(
    "camera-alarms",
    "site/{site}/camera/{camera}/alarms",
    TypeAdapter(m.CameraAlarmsMessage),
    "controller",
    retain=True,
    public=True,
)
BELL = Channel("bell", "controller/bell/{which}", TypeAdapter(m.Bell), "controller", qos=0)
"""`which`: `jobs` (workers look for work), `feed` (API and notify look for feed rows)."""

CHANNELS: tuple[Channel[Any], ...] = (
    STATUS,
    HEALTH,
    FACT,
    ACK,
    COMMAND,
    REPLY,
    CONFIG_DESIRED,
    CONFIG_REPORTED,
    CAMERA_EVENT,
    MOTION,
    TAMPER,
    CONTROLLER_STATUS,
    ALARM,
    VERDICT,
    ZONE_COUNT,
    CAMERA_ALARMS,
    OUTPUT,
    BELL,
)


def node_acl(node: str) -> dict[Literal["write", "read"], tuple[str, ...]]:
    """What one node's credential may write and read: everything else is refused by the broker."""
    place = f"{PREFIX}/node/{node}"
    return {
        "write": (
            f"{place}/status",
            f"{place}/health",
            f"{place}/fact",
            f"{place}/reply/#",
            f"{place}/config/reported",
            f"{place}/camera/#",
        ),
        "read": (f"{place}/ack", f"{place}/cmd/#", f"{place}/config/desired", f"{PREFIX}/controller/status"),
    }


AccountKind = Literal["reader", "floor", "home"]
ACCOUNT_KINDS: tuple[AccountKind, ...] = ("reader", "floor", "home")
"""Third parties' logins are `KIND.NAME`: no node is ever called so, and the name alone says what it may."""
DISCOVERY = "homeassistant"
OUTPUT_SET = f"{PREFIX}/site/{{site}}/output/{{output}}/set"


def account_acl(user: str) -> dict[Literal["write", "read"], tuple[str, ...]] | None:
    """What a third party's credential may write and read, `+` for any level; None: it is no such login."""
    kind, dot, _ = user.partition(".")
    if not dot or kind not in ACCOUNT_KINDS:
        return None
    outputs = OUTPUT.filter()
    if kind == "floor":
        return {"write": (), "read": (outputs,)}
    public = tuple(channel.filter() for channel in CHANNELS if channel.public)
    if kind == "reader":
        return {"write": (), "read": public}
    return {
        "write": (OUTPUT_SET.format(site="+", output="+"), f"{DISCOVERY}/status"),
        "read": (*public, outputs, f"{DISCOVERY}/#"),
    }
