"""The whole site as a list of what is well and what is not, from what is known of it already. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from controller.core.conditions import Condition, Key
from controller.core.records import SystemKind
from controller.core.rollout import skew
from shared.node_bounds import CERTIFICATE_DAYS, HOT_C, OWN_CERTIFICATE_DAYS, UNSENT_S
from shared.texts import Text

Level = Literal["ok", "warn", "fail"]
LEVELS: tuple[Level, ...] = ("ok", "warn", "fail")

LEASES = {
    "ingest": "takes in what nodes tell",
    "watch": "watches nodes and cameras",
    "alarms": "tends alarms",
    "notify": "sends messages",
    "sweep": "makes room in the store",
}
"""Work that one process of the site does at a time: without it the site is blind there."""
_MILD: frozenset[SystemKind] = frozenset({"node_trouble", "store_filling", "tamper", "footage_lost"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `text` says what to do, where something is to be done."""

    what: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the parts of a site tell of themselves. `held`: leases that somebody has."""

    version: str
    nodes: Sequence[Mapping[str, Any]]  # NodeOut
    conditions: Mapping[Key, Condition]
    held: Collection[str]
    parked: int
    waiting: int
    certificates: Text | None
    nightly_backup: bool


def schema(now: str | None, needed: str | None) -> Finding:
    """Whether the database is what this version of the program works with."""
    if now == needed:
        return Finding("schema", "ok", f"at {now}")
    return Finding("schema", "fail", f"at {now or 'nothing'}, and this version needs {needed}: cctv migrate")


def reach(machine: Mapping[str, Any]) -> Iterator[Finding]:
    """What everything else leans on."""
    for name, remedy in (("database", "is it started, and is its address right?"), ("store", "cctv storage")):
        one = machine[name]
        if one["reachable"]:
            yield Finding(name, "ok", f"answers in {one['latency_ms']} ms")
        else:
            yield Finding(name, "fail", f"is not reachable: {remedy}")
    broker = machine["broker"]
    if broker is not None and broker["connected"]:
        yield Finding("broker", "ok", "connected")
    else:
        yield Finding("broker", "fail", "is not connected: nothing of any node arrives; is it started?")


def findings(known: Known) -> list[Finding]:
    """Everything behind the database, in an order of its own; what belongs to a node is called by its name."""
    return [
        *_work(known.held),
        *_site(known),
        *(one for node in known.nodes if node["enabled"] for one in _node(node, known)),
    ]


def worst(found: Sequence[Finding]) -> Level:
    """Of all of them."""
    return max((one.level for one in found), key=LEVELS.index, default="ok")


def _work(held: Collection[str]) -> Iterator[Finding]:
    idle = [name for name in LEASES if name not in held]
    for name in idle:
        yield Finding(name, "fail", f"nobody {LEASES[name]}: is `cctv up` running, and all its roles? cctv status")
    if not idle:
        yield Finding("roles", "ok", f"somebody {', '.join(LEASES.values())}")


def _site(known: Known) -> Iterator[Finding]:
    for key, condition in known.conditions.items():
        if key.node is None:
            name = f"{key.kind} {key.cause}".strip()
            yield Finding(name, "warn" if key.kind in _MILD else "fail", str(condition.text))
    if not any(key.kind == "verification_degraded" for key in known.conditions):
        yield Finding("verification", "ok", f"{known.waiting} jobs wait")
    if known.parked:
        yield Finding("queue", "warn", f"{known.parked} jobs were given up in a day: cctv queue")
    if not known.nightly_backup:
        yield Finding("backup", "warn", "the nightly one is off: [backup] nightly in cctv.toml")
    elif not any(key.kind == "backup_failing" for key in known.conditions):
        yield Finding("backup", "ok", "as it should be")
    if known.certificates is not None:
        yield Finding("certificate", "warn", str(known.certificates))
    else:
        yield Finding("certificate", "ok", "none that ends soon")


def _node(node: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    name = f"node {node['id']}"
    wrong = list(_wrong(name, node, known))
    yield from wrong
    if not wrong:
        yield Finding(name, "ok", f"{node['state']}, {node['version']}, {len(node['cameras'])} cameras")


def _wrong(name: str, node: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    for key, condition in known.conditions.items():
        if key.node == node["id"]:
            of = f"{name}, camera {key.camera.partition('.')[2]}" if key.camera else name
            yield Finding(of, "warn" if key.kind in _MILD else "fail", str(condition.text))
    if node["last_seen_at"] is None:
        yield Finding(name, "warn", "was never seen: does it run, and was it let in? cctv node waiting")
        return
    if (how := skew(node["version"], known.version)) in {"older", "newer"}:
        text = f"runs {node['version']}, {how} than {known.version} here: cctv node update {node['id']} --to VERSION"
        yield Finding(name, "warn", text)
    if node["state"] == "online" and node["health"] is not None:
        yield from _own_checks(name, node["health"])


def _own_checks(name: str, health: Mapping[str, Any]) -> Iterator[Finding]:
    """What a node tells of itself that is no condition of the site."""
    for key, bound, what in (
        ("certificate_days", CERTIFICATE_DAYS, "its broker's or controller's certificate"),
        ("own_certificate_days", OWN_CERTIFICATE_DAYS, "its own certificate"),
    ):
        if (days := health.get(key)) is not None and days < bound:
            yield Finding(name, "warn", f"{what} ends in {days:.0f} days: see certificates in the operator's handbook")
    if (celsius := health.get("temperature_c")) is not None and celsius >= HOT_C:
        yield Finding(name, "warn", f"is {celsius:.0f} °C hot: look at its fan and its place")
    if (unsent_s := health.get("outbox_oldest_s", 0)) >= UNSENT_S:
        yield Finding(name, "warn", f"something waits to be sent for {unsent_s / 60:.0f} min: is its line too thin?")
    if health.get("clock_synchronised") is False:
        yield Finding(name, "warn", "its clock follows no time server: chronyc sources, on the node")
    if still := health.get("stands_still"):
        yield Finding(
            name, "fail", f"{', '.join(still)} stands still: cctv node tell {name.partition(' ')[2]} restart-agent"
        )
