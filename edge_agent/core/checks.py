"""What `cctv-edge check` finds: one function for each trouble, from what was seen to what to do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge_agent.core.check_words import words
from edge_agent.core.node_health import CLOCK_OFF_MS, DISK_FULL_BYTES
from edge_agent.core.reconfigure import Book
from edge_agent.core.ring_index import reach_s
from shared.kinds import KeyKept
from shared.node_bounds import CERTIFICATE_DAYS, HOT_C

Level = Literal["ok", "warning", "trouble", "unknown"]
Outcome = Literal["reached", "away", "refused", "untrusted", "missing"]

_SLOW_SYNC_MS, _STALLED_SYNC_MS = 500.0, 2_000.0
_MEMORY_LOW_BYTES, _MEMORY_OUT_BYTES = 200_000_000, 60_000_000
_WARM_C = 70.0
_SOON = timedelta(days=CERTIFICATE_DAYS)
_WORN_PERCENT, _SPENT_PERCENT = 70, 90


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `remedy` is empty where nothing needs doing."""

    check: str
    level: Level
    says: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How an attempt to reach something ended."""

    outcome: Outcome
    detail: str = ""


def configuration(book: Book) -> Finding:
    """Which settings run, and whether the controller's last ones were not taken."""
    runs: str = "the node's own file"
    if book.good is not None:
        runs = words("version {version} of the controller's settings", version=book.good.version)
    report = book.report
    if book.trying is not None:
        return Finding(
            "configuration",
            "ok",
            words("version {version} is being tried, before it {runs}", version=book.trying.version, runs=runs),
        )
    if report is None or report.state == "applied":
        return Finding("configuration", "ok", words("{runs} runs", runs=runs))
    remedy = "Correct what is named and give the node a new version: cctv node config NODE --set FILE."
    says = words(
        "{runs} runs; version {version} was {state}: {reason}",
        runs=runs,
        version=report.version,
        state=report.state.replace("-", " "),
        reason=report.reason,
    )
    return Finding("configuration", "warning", says, remedy)


def data_folder(path: str, fault: str) -> Finding:
    """Whether the agent can write where it keeps everything; `fault` is empty when it can."""
    if not fault:
        return Finding("data folder", "ok", words("{path} can be written", path=path))
    remedy = "Give the folder to the user that runs the agent (chown), or choose another data_dir."
    return Finding("data folder", "trouble", f"{path}: {fault}", remedy)


def file_system(mount: str, *, read_only: bool) -> Finding:
    """Whether the disk has been switched to reading only, which a kernel does after errors."""
    if not read_only:
        return Finding("file system", "ok", words("{mount} is writable", mount=mount))
    remedy = (
        "Look at dmesg for disk errors, check the disk (fsck) and replace it if it has any; or mount it read-write."
    )
    return Finding("file system", "trouble", words("{mount} is mounted read-only", mount=mount), remedy)


def disk_space(free_bytes: int, ring_bytes: int, ring_bytes_max: int) -> Finding:
    """Whether the rings may still grow to what the configuration gives them."""
    missing = max(0, ring_bytes_max - ring_bytes)
    says = words("{free} free, the rings may take {missing} more", free=_gb(free_bytes), missing=_gb(missing))
    if free_bytes < DISK_FULL_BYTES:
        return Finding("disk space", "trouble", says, "Make room: old segments go first now, before their time.")
    if free_bytes < missing:
        remedy = "Lower ring.bytes_max or take a larger disk: the rings will end where the disk does."
        return Finding("disk space", "warning", says, remedy)
    return Finding("disk space", "ok", says)


def disk_speed(syncs_ms: Sequence[float]) -> Finding:
    """Whether the disk takes a fragment and says so in time; each is how long one write took to be durable."""
    if not syncs_ms:
        return Finding("disk speed", "unknown", "could not be tried")
    longest_ms = max(syncs_ms)
    says = words(
        "the slowest of {count} writes was durable after {longest_ms:.0f} ms",
        count=len(syncs_ms),
        longest_ms=longest_ms,
    )
    if longest_ms >= _STALLED_SYNC_MS:
        remedy = "Replace the disk (a worn SD card does this), or take what else writes to it away: footage is dropped."
        return Finding("disk speed", "trouble", says, remedy)
    if longest_ms >= _SLOW_SYNC_MS:
        return Finding("disk speed", "warning", says, "Look for what else writes to this disk; plan for a faster one.")
    return Finding("disk speed", "ok", says)


def memory(available_bytes: int, total_bytes: int) -> Finding:
    """Whether there is room left, before the kernel ends what is largest."""
    says = words("{free:.0f} of {total:.0f} MB are free", free=available_bytes / 1e6, total=total_bytes / 1e6)
    remedy = "End what else runs on this machine, or give this node fewer cameras."
    if total_bytes <= 0:
        return Finding("memory", "unknown", "this machine does not tell it")
    if available_bytes < _MEMORY_OUT_BYTES:
        return Finding("memory", "trouble", says, remedy)
    return Finding("memory", "warning", says, remedy) if available_bytes < _MEMORY_LOW_BYTES else _well("memory", says)


def confinement(found: str) -> Finding:
    """Whether what reads a network camera's stream is kept from programs, other files and other connections."""
    if found == "all":
        return Finding("confinement", "ok", "what reads cameras reaches neither programs, other files nor other hosts")
    if found == "calls":
        says = "what reads cameras reaches no programs and no other hosts, but every file of the agent's user"
        return Finding("confinement", "warning", says, "Use a kernel of 5.13 or newer with Landlock.")
    says = words("what reads cameras is not confined ({fault})", fault=found.removeprefix("no: "))
    return Finding("confinement", "warning", says, "Use a 64-bit system on x86-64 or ARM, with seccomp.")


def detector_unconfined() -> Finding:
    """Said of a detector whose runtime cannot be kept from anything; it decodes the cameras' streams."""
    says = "the light detector decodes network cameras unconfined: Hailo's runtime needs its device"
    return Finding("confinement", "warning", says, 'Use kind = "litert" where cameras are not to be trusted.')


def time_zone(configured: str | None, *, windows: bool) -> Finding:
    """Whether windows and exports count by the site's own time."""
    if configured is not None:
        return Finding("time zone", "ok", configured)
    remedy = 'Set time_zone, like "Asia/Seoul": windows and exports then count by the site\'s own time.'
    if windows:
        return Finding("time zone", "trouble", "is not set, and a camera has windows", remedy)
    return Finding("time zone", "warning", "is not set", remedy)


def server_port(place: str, fault: str, *, agent_runs: bool) -> Finding:
    """Whether the node's own server can listen where it is told; `fault` is empty when nobody does there."""
    if not fault:
        return Finding("server", "ok", words("{place} is free", place=place))
    if agent_runs:
        return Finding("server", "ok", words("{place} is taken while the agent runs", place=place))
    remedy = "End what listens there, or choose another address or port for server.listen."
    return Finding("server", "trouble", f"{place}: {fault}", remedy)


def server_clear_text(place: str) -> Finding:
    """Said of a server that others reach without a certificate."""
    remedy = "Give it server.certificate and server.key: cctv node certificate makes them."
    return Finding(
        "server", "warning", words("{place} speaks clear text: who listens on the way gets all", place=place), remedy
    )


def server_files(fault: str) -> Finding:
    """Said of a certificate and key that cannot be used: the server does not run, all else does."""
    remedy = "Put both files there, readable to the agent's user alone; cctv node certificate makes new ones."
    return Finding(words("certificate of {which}", which="the node's server"), "trouble", fault, remedy)


def ring_reach(
    camera: str, bytes_max: int, room_bytes: int, seen_s: float, seen_bytes: int, minutes_min: int
) -> Finding:
    """Whether a full ring will reach back as far as it must, at the bitrate of what is in it.

    `room_bytes`: what it has on the disk and may still get there; it is never fuller than that.
    """
    check = words("ring of {camera}", camera=camera)
    if seen_s <= 0 or seen_bytes <= 0:
        return Finding(check, "unknown", "holds nothing yet", "Run the agent for some minutes, then check again.")
    bitrate_bps = max(1, round(seen_bytes * 8 / seen_s))
    reach = reach_s(min(bytes_max, room_bytes), seen_s, seen_bytes, bitrate_bps) or 0.0
    says = words("reaches back {minutes:.0f} min at {mbps:.2f} Mbit/s", minutes=reach / 60, mbps=bitrate_bps / 1e6)
    if reach >= minutes_min * 60:
        return Finding(check, "ok", says)
    needed = -(-seen_bytes * minutes_min * 60 // max(1, round(seen_s)))
    if needed > room_bytes:
        remedy = words("It needs {needed}: make room on the disk, or lower the camera's bitrate.", needed=_gb(needed))
    else:
        remedy = words("Raise ring.bytes_max to at least {needed}, or lower the camera's bitrate.", needed=needed)
    return Finding(check, "trouble", says, remedy)


def clock(max_error_ms: float | None) -> Finding:
    """Whether the kernel's clock follows a time server; `max_error_ms` None: it does not."""
    if max_error_ms is None:
        remedy = "Install chrony or switch on systemd-timesyncd, and let it reach a time server (UDP 123)."
        return Finding("clock", "trouble", "is not synchronised: recordings get a wrong time", remedy)
    if max_error_ms > CLOCK_OFF_MS:
        remedy = "Use a nearer time server, or wait until the clock has settled."
        return Finding("clock", "warning", words("may be off by {off_s:.1f} s", off_s=max_error_ms / 1000), remedy)
    return Finding("clock", "ok", words("is synchronised to within {error_ms:.0f} ms", error_ms=max_error_ms))


def power(now: Sequence[str], ever: Sequence[str]) -> Finding:
    """What a Raspberry Pi says of its supply and of being slowed down."""
    remedy = "Use the board's own power supply with a short, thick cable; take the load off its USB ports."
    if now:
        return Finding("power", "trouble", words("now: {flags}", flags=", ".join(now)), remedy)
    if ever:
        return Finding("power", "warning", words("since the start: {flags}", flags=", ".join(ever)), remedy)
    return Finding("power", "ok", "no throttling is reported")


def temperature(celsius: float | None) -> Finding:
    """Whether the machine is near the heat at which it slows down."""
    if celsius is None:
        return Finding("temperature", "unknown", "this machine does not tell it")
    says, remedy = f"{celsius:.0f} °C", "Check the fan, clean its way, take the case out of the sun."
    if celsius >= HOT_C:
        return Finding("temperature", "trouble", says, remedy)
    return Finding("temperature", "warning" if celsius >= _WARM_C else "ok", says, remedy if celsius >= _WARM_C else "")


def wear(life_used_percent: int | None, written_bytes_day: float | None) -> Finding:
    """How much of the disk's life is used up, where it tells, and how much is written to it."""
    written: str = ""
    if written_bytes_day is not None:
        written = words("{gb:.0f} GB a day are written", gb=written_bytes_day / 1e9)
    if life_used_percent is None:
        return Finding(
            "wear",
            "unknown",
            words("{written}; the disk does not tell its age here", written=written or "nothing is known"),
        )
    says = words("about {percent} % of the disk's life is used", percent=life_used_percent)
    if written:
        says = words(
            "about {percent} % of the disk's life is used, {written}", percent=life_used_percent, written=written
        )
    if life_used_percent >= _SPENT_PERCENT:
        return Finding("wear", "trouble", says, "Replace the disk now, before it turns read-only.")
    if life_used_percent >= _WORN_PERCENT:
        return Finding("wear", "warning", says, "Plan to replace the disk.")
    return Finding("wear", "ok", says)


def key_kept(kept: KeyKept, tpm_fault: str) -> Finding:
    """Where the node's key lies, and whether it could lie better. `tpm_fault`: why no TPM seals it; empty: one can."""
    check = words("key of this node")
    if kept == "tpm":
        return Finding(check, "ok", words("sealed: only this machine's TPM opens it"))
    if tpm_fault:
        return Finding(check, "ok", words("in a file, for want of a TPM: {fault}", fault=tpm_fault))
    remedy = "Seal it: cctv-edge key seal --config FILE."
    return Finding(check, "warning", words("in a file, though this machine has a TPM"), remedy)


def certificate(which: str, begins: datetime, ends: datetime, now: datetime) -> Finding:
    """Whether a certificate is good now and for a month."""
    check, says = words("certificate of {which}", which=which), words("good until {day}", day=f"{ends:%Y-%m-%d}")
    if now < begins:
        return Finding(
            check, "trouble", words("begins only {day}", day=f"{begins:%Y-%m-%d}"), "Check this machine's clock first."
        )
    if now >= ends:
        return Finding(
            check,
            "trouble",
            words("ended {day}", day=f"{ends:%Y-%m-%d}"),
            "Renew it; for the site's CA, enrol this node anew.",
        )
    if ends - now < _SOON:
        return Finding(check, "warning", says, "Renew it before that day.")
    return Finding(check, "ok", says)


def broker(place: str, reach: Reach) -> Finding:
    """Whether the broker is there and takes this node's credential."""
    remedies: dict[Outcome, str] = {
        "away": "Check broker.host and port, the network and the firewall, and that the broker runs.",
        "refused": "Enrol the node anew (cctv node invite), or set its password at the broker.",
        "untrusted": "Give the CA of the broker's certificate as ca_file, and call the broker by its name in it.",
    }
    return _reached("broker", place, reach, remedies)


def controller(place: str, reach: Reach) -> Finding:
    """Whether the controller answers."""
    remedies: dict[Outcome, str] = {
        "away": "Check controller_url, the network and the firewall, and that the controller runs.",
        "refused": "Look at the controller's log.",
        "untrusted": "Give the site's CA as ca_file, and call the controller by a name of its certificate.",
    }
    return _reached("controller", place, reach, remedies)


def camera_source(camera: str, place: str, reach: Reach) -> Finding:
    """Whether a camera gives its stream."""
    remedies: dict[Outcome, str] = {
        "away": "Check the camera's power and cable, and its address and path.",
        "refused": "Check the user and the password in source, and how many viewers the camera allows.",
        "missing": "Check source: this is not on this machine. CSI cameras need python3-picamera2 and a restart.",
    }
    return _reached(words("camera {camera}", camera=camera), place, reach, remedies)


def camera_sound(camera: str) -> Finding:
    """Said wherever it is switched on: nobody is to find out by chance."""
    return _well(words("sound of {camera}", camera=camera), "is switched on: it can be listened to, never recorded")


def detector(what: str, name: str, fault: str) -> Finding:
    """Whether the light detector starts; `fault` is empty when it does, and `name` then tells what runs."""
    if not fault:
        return Finding("detector", "ok", name)
    remedy = 'Look at [detector]: its model, labels, and the packages of its kind; or set kind = "none".'
    return Finding(
        "detector", "warning", words("{what}: {fault}; the node runs on without it", what=what, fault=fault), remedy
    )


def _reached(check: str, place: str, reach: Reach, remedies: dict[Outcome, str]) -> Finding:
    if reach.outcome == "reached":
        return Finding(check, "ok", words("{place} {detail}", place=place, detail=reach.detail or "is reached"))
    return Finding(
        check,
        "trouble",
        words("{place}: {detail}", place=place, detail=reach.detail or reach.outcome),
        remedies.get(reach.outcome, ""),
    )


def _well(check: str, says: str) -> Finding:
    return Finding(check, "ok", says)


def _gb(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB"
