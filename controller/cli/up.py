"""`cctv up`: the whole controller on one machine, under one supervisor."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from controller.app.embedded import children_of, make_ready, supervise
from controller.app.site import Site, prepare_site
from controller.cli import app, told
from controller.listen_settings import is_loopback
from controller.settings import default_data_dir
from shared.errors import Rejected
from shared.logs import configure_logs


def parse_listen(text: str) -> tuple[str, int | None]:
    """`HOST`, `HOST:PORT`, `:PORT` or `[v6]:PORT`."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, ""
    host = host.strip("[]") or "127.0.0.1"
    if port and not (port.isdecimal() and 1 <= int(port) <= 65535):  # noqa: PLR2004 - TCP's range
        raise Rejected("--listen", f"{port!r} is not a port")
    return host, int(port) if port else None


@app.command()
@told
def up(
    data: Annotated[Path | None, typer.Option("--data", help="The site's data directory.")] = None,
    listen: Annotated[
        str, typer.Option("--listen", help="HOST:PORT. Beyond loopback: HTTPS with an own CA, and mosquitto.")
    ] = "127.0.0.1",
    broker_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The broker's port, used when the site is prepared; 8883 beyond loopback."),
    ] = None,
    site: Annotated[str, typer.Option("--site", help="The site's name, used when it is prepared.")] = "site",
    config: Annotated[Path | None, typer.Option("--config", help="Another settings file.")] = None,
    log_files: Annotated[bool, typer.Option(help="Write each role's log to DATA/logs.")] = True,
) -> None:
    """Prepare a site where there is none, and run it until Ctrl-C."""
    configure_logs()
    host, port = parse_listen(listen)
    found = prepare_site(
        data or default_data_dir(os.environ),  # noqa: TID251 - the command line is where the environment is read
        site=site,
        host=host,
        port=port,
        broker_port=broker_port,
        config_file=config,
    )
    asyncio.run(_run(found, log_files=log_files))


async def _run(site: Site, *, log_files: bool) -> None:
    code = await make_ready(site)
    ready = asyncio.Event()
    telling = asyncio.create_task(_tell(site, code, ready))
    try:
        await supervise(site, children_of(site, log_files=log_files), on_ready=ready)
    finally:
        telling.cancel()


async def _tell(site: Site, code: str | None, ready: asyncio.Event) -> None:
    await ready.wait()
    lines = [f"SHT-CCTV is ready at {site.settings.base_url}"]
    if not is_loopback(site.settings.broker.host):
        ports = " and ".join(str(port) for port in (site.settings.broker.port, site.node_port) if port is not None)
        lines.append(f"Nodes also reach its broker at port {ports}: open all of them in a firewall")
    if code is not None:
        lines.append(f"First login, once: {site.settings.base_url}/#/login?code={code}")
    if site.settings.secure and site.settings.tls.mode == "auto":
        lines.append(f"Browsers and nodes trust it with this CA: {site.tls_dir / 'ca.pem'}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
