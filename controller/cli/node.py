"""`cctv node`: let nodes in, shut them out, show them."""

import asyncio
import getpass
import itertools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from controller.adapters.node_store import Node
from controller.adapters.secret_files import write_private, write_secret
from controller.adapters.settings_file import read_settings_file
from controller.app.nodes import certify_node, enrol_node, list_nodes, switch_node
from controller.app.site import Site, open_site
from controller.app.tending import tending, wanted_settings
from controller.cli import AsJson, app, print_json, told, warn
from controller.cli.waiting import waiting
from controller.core.conditions import SILENT_MS
from controller.core.node_file import NodeCamera
from controller.core.node_settings import NodeAnswer
from controller.core.rollout import skew
from controller.errors import Late
from controller.flows.await_settings import Fate, await_settings
from controller.flows.tend_nodes import KINDS, OrderKind
from controller.ports import State
from controller.settings import default_data_dir
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import NodeId, camera_id, parse_camera, parse_node
from shared.logs import configure_logs

node = typer.Typer(no_args_is_help=True, help="Camera nodes.")
app.add_typer(node, name="node")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Name = Annotated[str, typer.Argument(help="The node's name.")]


@node.callback()
def begin() -> None:
    """Camera nodes."""
    configure_logs(level="ERROR", json_lines=False)


def site_of(data: Path | None) -> Site:
    return open_site((data or default_data_dir(os.environ)) / "cctv.toml")  # noqa: TID251 - the command line reads it


def parse_cameras(given: list[str], sub_sources: list[str]) -> tuple[NodeCamera, ...]:
    """`NAME=SOURCE` pairs; a source alone gets the names camera-1, camera-2 and so on; sub streams likewise."""
    subs: dict[str, str] = {}
    for index, text in enumerate(sub_sources, 1):
        name, source = _pair("--sub-source", text, index)
        if name in subs:
            raise Rejected("--sub-source", f"{name} is given twice")
        subs[name] = source
    pairs = [_pair("--camera", text, index) for index, text in enumerate(given, 1)]
    unknown = [name for name in subs if name not in dict(pairs)]
    if unknown:
        raise Rejected("--sub-source", f"there is no --camera {unknown[0]} (given: {', '.join(dict(pairs))})")
    return tuple(NodeCamera(name, source, subs.get(name)) for name, source in pairs)


def _pair(option: str, text: str, index: int) -> tuple[str, str]:
    name, separator, source = text.partition("=")
    if "/" in name or ":" in name:
        return f"camera-{index}", text
    if not separator or not source:
        raise Rejected(option, f"{text[:80]!r} is not NAME=SOURCE")
    return name, source


@node.command("add")
@told
def add(
    name: Annotated[str, typer.Argument(help="The node's name: a-z, 0-9 and '-'.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write; it must not exist.")],
    camera: Annotated[
        list[str] | None,
        typer.Option("--camera", help="NAME=SOURCE, for example gate=rtsp://10.0.0.5/stream. May be repeated."),
    ] = None,
    sub_source: Annotated[
        list[str] | None,
        typer.Option(
            "--sub-source",
            help="NAME=URL: the small stream of that RTSP camera, for motion and small tiles. May be repeated.",
        ),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="The node is enrolled already: make its first file void by a new one.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Let a node in and write its configuration; run it there with `cctv-edge run --config FILE`."""
    if out.exists():
        raise Rejected("--out", f"{out} exists: choose another file, or remove it")
    if not out.parent.is_dir():
        raise Rejected("--out", f"there is no folder {out.parent}")
    cameras = parse_cameras(camera or ["camera-1=picamera://0"], sub_source or [])
    text = asyncio.run(enrol_node(site_of(data), name, cameras, getpass.getuser(), renew=renew))
    write_secret(out, text)
    count = f"{len(cameras)} camera{'' if len(cameras) == 1 else 's'}"
    if as_json:
        print_json({"node": name, "file": out, "cameras": [one.name for one in cameras]})
    else:
        sys.stdout.write(f"{out}: node {name}, {count}. There: cctv-edge run --config {out.name}\n")
    if renew:
        warn([f"any file of {name} that was written before is void: the node needs this one"])


@node.command("disable")
@told
def disable(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Shut one node out: its messages, its live pictures and its account at the broker."""
    site = site_of(data)
    asyncio.run(switch_node(site, name, getpass.getuser(), enabled=False))
    yours = site.settings.broker.kind == "external"
    if as_json:
        print_json({"node": name, "enabled": False, "remove_at_your_broker": yours})
        return
    sys.stdout.write(f"{name}: disabled{'. Remove its account at your own broker too' if yours else ''}\n")


@node.command("enable")
@told
def enable(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Let a node's name in again; it needs a new credential from `cctv node add`."""
    asyncio.run(switch_node(site_of(data), name, getpass.getuser(), enabled=True))
    if as_json:
        print_json({"node": name, "enabled": True, "enrolled": False})
        return
    sys.stdout.write(f"{name}: enabled. Enrol it again: cctv node add {name} --renew --out FILE\n")


@node.command("list")
@told
def list_all(data: Data = None, as_json: AsJson = False) -> None:
    """Show every node with its version, which of them are not at the controller's, and who is shut out.

    `silent`: it never said goodbye, and nobody has heard of it for 30 s, which is so too while the controller stands.
    """
    nodes, here, now = asyncio.run(list_nodes(site_of(data))), version("sht-cctv"), SystemClock().now()
    if as_json:
        print_json([{**asdict(one), "skew": skew(one.version, here), "silent": _silent(one, now)} for one in nodes])
        return
    for found in nodes:
        seen = "never seen" if found.last_seen_at is None else f"seen {found.last_seen_at:%Y-%m-%d %H:%M:%S} UTC"
        state = "disabled" if not found.enabled else "silent" if _silent(found, now) else found.state
        skewed = {"older": " (older than here)", "newer": " (newer than here)"}.get(skew(found.version, here), "")
        enrolled = "" if found.enrolled else ", not enrolled"
        sys.stdout.write(f"{found.id:34} {state:10} {seen}{enrolled}, {found.version or 'version not known'}{skewed}\n")


def _silent(found: Node, now: datetime) -> bool:
    """Whether its last word was that it is there, and too long ago: it is gone, or nobody here listened."""
    seen = found.last_seen_at
    return found.state == "online" and (seen is None or now - seen >= timedelta(milliseconds=SILENT_MS))


@node.command("tell")
@told
def tell(
    name: Name,
    what: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    camera: Annotated[str | None, typer.Option("--camera", help="Its name, for snapshot and restart-camera.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write a snapshot or diagnostics.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Tell a node to do something, and show its answer; 1 when it says no, 3 when it says nothing."""
    node_id = parse_node(name, "name")
    kind = _kind(what)
    if out is not None and out.exists():
        raise Rejected("--out", f"{out} exists: choose another file, or remove it")
    if out is not None and not out.parent.is_dir():
        raise Rejected("--out", f"there is no folder {out.parent}")
    file = out if out is not None or kind not in _FILES else free_name(Path(f"{name}-{_FILES[kind]}"))
    try:
        answer = asyncio.run(_tell(site_of(data), node_id, kind, camera))
    except Late as fault:
        sys.stderr.write(f"cctv: {fault.fault}\n")
        raise typer.Exit(3) from None
    written = file if answer.data else None
    if written is not None:
        write_private(written, answer.data)
    if as_json:
        print_json({"ok": answer.ok, "reason": answer.reason, "result": answer.result, "file": written})
    else:
        sys.stdout.writelines(_answer_lines(name, answer, written))
    if not answer.ok:
        raise typer.Exit(1)


@node.command("config")
@told
def config(
    name: Name,
    file: Annotated[
        Path | None, typer.Option("--set", help="TOML or JSON that replaces all settings wanted so far.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="With --set: until the node has said what becomes of it.")] = True,
    _as_json: Annotated[bool, typer.Option("--json", help="As it prints anyway.")] = False,
    data: Data = None,
) -> None:
    """Show which settings are wanted of a node and what it says of them; with --set, want others.

    They are laid over the node's own file: [upload], [clip] and [cameras.NAME]. An empty file takes all back.
    With --set it ends with 1 when the node refuses them or takes them back, and with 3 when it says nothing.
    """
    settings = None if file is None else read_settings_file(file)
    fate, state = asyncio.run(_config(site_of(data), parse_node(name, "name"), settings, wait=wait))
    sys.stdout.write(json.dumps(state, indent=2, ensure_ascii=False, default=str) + "\n")
    if fate == "silent":
        sys.stderr.write(
            f"cctv: {name} has not said a word on version {state['version']}: it gets it when it is back\n"
        )
        raise typer.Exit(3)
    if fate in {"refused", "rolled-back"}:
        sys.stderr.write(f"cctv: {name}: {fate}: {state['reported']['reason']}\n")
        raise typer.Exit(1)


@node.command("certificate")
@told
def certificate(
    name: Name,
    called: Annotated[
        list[str], typer.Option("--for", help="Address or name by which browsers call the node. May be repeated.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder for NAME-server.pem and NAME-server-key.pem.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a certificate for the node's own server, signed by the site's CA; good for 825 days."""
    node_id = parse_node(name, "name")
    files = out / f"{node_id}-server.pem", out / f"{node_id}-server-key.pem"
    if not out.is_dir():
        raise Rejected("--out", f"there is no folder {out}")
    if taken := [file for file in files if file.exists()]:
        raise Rejected("--out", f"{taken[0]} exists: choose another folder, or remove it")
    site = site_of(data)
    for file, text in zip(files, certify_node(site, node_id, called), strict=True):
        write_secret(file, text)
    if as_json:
        print_json({"certificate": files[0], "key": files[1], "ca": site.tls_dir / "ca.pem"})
        return
    sys.stdout.write(
        f"{files[0]} and {files[1].name}, for the node's file:\n\n"
        f'[server]\ncertificate = "{files[0].name}"\nkey = "{files[1].name}"\n\n'
        f"Browsers that trust {site.tls_dir / 'ca.pem'} open it without a warning.\n"
    )


_OFFLINE_S = 5.0  # it may have come this moment
_SETTLE_S = 90.0  # a trial of a minute, and what begins and ends it
_FILES: dict[OrderKind, str] = {"snapshot": "snapshot.jpg", "diagnostics": "diagnostics.zip"}


def _answer_lines(name: str, answer: NodeAnswer, written: Path | None) -> Iterator[str]:
    if answer.result:
        yield json.dumps(dict(answer.result), ensure_ascii=False) + "\n"
    if written is not None:
        yield f"{written}: {len(answer.data)} bytes, {answer.media_type}\n"
    says = f": {answer.reason}" if answer.reason else ""
    yield f"{name}: {'done' if answer.ok else 'no'}{says}\n"


def free_name(file: Path) -> Path:
    """`file`, or where there is one already, the first of `…-2`, `…-3` that is none."""
    names = (file.with_stem(f"{file.stem}-{number}") for number in itertools.count(2))
    return next(name for name in itertools.chain([file], names) if not name.exists())


def _kind(text: str) -> OrderKind:
    for kind in KINDS:
        if text == kind:
            return kind
    raise Rejected("what", f"{text!r} is not one of {', '.join(KINDS)}")


async def _tell(site: Site, name: NodeId, kind: OrderKind, camera: str | None) -> NodeAnswer:
    about = None
    if camera is not None:
        about = parse_camera(camera, "--camera") if "." in camera else camera_id(name, camera)
    known = [found for found in await list_nodes(site) if found.id == name]
    offline = bool(known) and known[0].state != "online"
    if offline:
        warn([f"{name} is offline"])
    async with tending(site, waiting, _OFFLINE_S if offline else None) as nodes:
        with waiting(name):
            return await nodes.tell(name, kind, about, getpass.getuser(), "")


async def _online(site: Site, name: NodeId) -> bool:
    return any(known.id == name and known.state == "online" for known in await list_nodes(site))


async def _config(
    site: Site, name: NodeId, settings: dict[str, Any] | None, *, wait: bool
) -> tuple[Fate | None, State]:
    if settings is None:
        return None, await wanted_settings(site, name)
    async with tending(site, waiting) as nodes:
        state = await nodes.put_config(name, settings, expected_version=None, who=getpass.getuser(), address="")
        if not wait:
            return None, state
        patience_s = _SETTLE_S if await _online(site, name) else 0.0
        with waiting(f"{name} to try them"):
            return await await_settings(partial(nodes.config, name), SystemClock(), state["version"], patience_s)
