"""`cctv node invite`, `waiting`, `approve`, `reject` and `revoke`: nodes are let in, and cut off."""

import asyncio
import getpass
import re
import sys
from datetime import timedelta
from typing import Annotated

import typer

from controller.app.admission import address_for_nodes, admitting
from controller.app.site import Site
from controller.cli import AsJson, print_json, told
from controller.cli.node import Data, Name, node, parse_cameras, site_of
from controller.core.invitation import LONGEST
from controller.core.node_file import NodeCamera
from controller.ports import State
from shared.errors import Rejected

_UNITS_MIN = {"m": 1, "h": 60, "d": 24 * 60}


def parse_life(text: str) -> int:
    """`30m`, `1h`, `7d` as minutes."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if found is None:
        raise Rejected("--for", f"{text[:20]!r} is not a time like 30m, 1h or 7d")
    minutes = int(found[1]) * _UNITS_MIN[found[2]]
    if timedelta(minutes=minutes) > LONGEST:
        raise Rejected("--for", f"{text} is longer than {LONGEST.days}d")
    return minutes


@node.command("invite")
@told
def invite(
    name: Annotated[str, typer.Argument(help="The node's name: a-z, 0-9 and '-'.")],
    camera: Annotated[
        list[str] | None,
        typer.Option(
            "--camera", help="NAME=SOURCE that it begins with. May be repeated; a camera module when left out."
        ),
    ] = None,
    sub_source: Annotated[
        list[str] | None, typer.Option("--sub-source", help="NAME=URL: the small stream of that RTSP camera.")
    ] = None,
    life: Annotated[str, typer.Option("--for", help="How long the token can be used: 30m, 1h, at most 7d.")] = "1h",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Invite a node: print a token, once, with which `cctv-edge enroll` asks there to be let in.

    The token can be used by one node alone. A new invitation for the same name makes the one before void.
    """
    site = site_of(data)
    cameras = parse_cameras(camera or ["camera-1=picamera://0"], sub_source or [])
    life_min = parse_life(life)
    token = asyncio.run(_invite(site, name, cameras, life_min))
    if as_json:
        url = address_for_nodes(site)
        print_json(
            {
                "node": name,
                "token": token,
                "url": url,
                "life_min": life_min,
                "enroll": f"cctv-edge enroll {url} {token}",
            }
        )
        return
    sys.stdout.write(
        f"{name} is invited for {life}. There:\n\n"
        f"  cctv-edge enroll {address_for_nodes(site)} {token}\n\n"
        f"Then, with the fingerprint that it shows: cctv node approve {name}, or the dashboard's page Site.\n"
    )


@node.command("waiting")
@told
def waiting(data: Data = None, as_json: AsJson = False) -> None:
    """Show the nodes on their way in: invited, waiting for approval, approved."""
    found = asyncio.run(_on_their_way(site_of(data)))
    if as_json:
        print_json(found)
        return
    for one in found:
        until = f"until {one['until']:%Y-%m-%d %H:%M} UTC"
        mark = f"  fingerprint {one['fingerprint']}  from {one['address']}" if one["fingerprint"] else ""
        sys.stdout.write(f"{one['node']:34} {one['state']:9} {until}{mark}\n")


@node.command("approve")
@told
def approve(
    name: Name,
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", help="As the node shows it; asked for when left out.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Let the node in that waits, after comparing its fingerprint with what it shows there."""
    site = site_of(data)
    if as_json and not fingerprint:
        raise Rejected("--fingerprint", "is missing: with --json nobody is asked; give what the node shows")
    mark = fingerprint or _compared(asyncio.run(_waiting(site, name)))
    asyncio.run(_approve(site, name, mark))
    if as_json:
        print_json({"node": name, "approved": mark})
        return
    sys.stdout.write(f"{name}: approved; it fetches its certificate within seconds\n")


@node.command("reject")
@told
def reject(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Turn the node away that waits; it needs a new invitation."""
    asyncio.run(_reject(site_of(data), name))
    print_json({"node": name, "rejected": True}) if as_json else sys.stdout.write(f"{name}: rejected\n")


@node.command("revoke")
@told
def revoke(
    name: Name,
    why: Annotated[str, typer.Option("--why", help="Stands in the audit.")] = "",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Cut a node off, at once: broker, uploads, live pictures. Its recordings and alarms stay."""
    site = site_of(data)
    asyncio.run(_revoke(site, name, why))
    yours = site.settings.broker.kind == "external"
    if as_json:
        print_json({"node": name, "revoked": True, "crl_for_your_broker": site.tls_dir / "crl.pem" if yours else None})
        return
    told_more = f". Give your broker {site.tls_dir / 'crl.pem'} and restart it" if yours else ""
    sys.stdout.write(f"{name}: cut off{told_more}\n")


@node.command("forget-password")
@told
def forget_password(name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Void a node's password at the broker; it goes on by its certificate."""
    asyncio.run(_forget(site_of(data), name))
    done = f"{name}: comes by its certificate alone\n"
    print_json({"node": name, "password": False}) if as_json else sys.stdout.write(done)


async def _forget(site: Site, name: str) -> None:
    async with admitting(site) as admission:
        await admission.forget_password(name)


async def _invite(site: Site, name: str, cameras: tuple[NodeCamera, ...], life_min: int) -> str:
    async with admitting(site) as admission:
        return await admission.invite(name, cameras, life_min, getpass.getuser())


async def _on_their_way(site: Site) -> list[State]:
    async with admitting(site) as admission:
        return await admission.on_their_way()


async def _waiting(site: Site, name: str) -> State:
    for one in await _on_their_way(site):
        if one["node"] == name and one["state"] == "waiting":
            return one
    raise Rejected("name", f"no node called {name} waits for approval: cctv node waiting")


async def _approve(site: Site, name: str, mark: str) -> None:
    async with admitting(site) as admission:
        await admission.approve(name, mark, getpass.getuser())


async def _reject(site: Site, name: str) -> None:
    async with admitting(site) as admission:
        await admission.reject(name, getpass.getuser())


async def _revoke(site: Site, name: str, why: str) -> None:
    async with admitting(site) as admission:
        await admission.revoke(name, why, getpass.getuser())


def _compared(one: State) -> str:
    """The fingerprint of the node that waits, once somebody says that it shows the same."""
    if not sys.stdin.isatty():
        raise Rejected("--fingerprint", "is missing: give what the node shows")
    sys.stdout.write(f"Fingerprint of {one['node']}, which asked from {one['address']}:\n\n  {one['fingerprint']}\n\n")
    if not typer.confirm("Does the node show the same?"):
        raise Rejected("fingerprint", f"differs: cctv node reject {one['node']}")
    return str(one["fingerprint"])
