"""Writes a node's configuration file: TOML with its credential, its key and the CA inside."""

from dataclasses import dataclass, field

from shared.ids import NodeId, SiteId
from shared.toml_text import toml_string


@dataclass(frozen=True, slots=True)
class NodeCamera:
    """One camera of a node; `sub_source` is the small stream of an RTSP camera. Both may hold a password."""

    name: str
    source: str = field(repr=False)
    sub_source: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NodeFile:
    """What a node must know to speak to its controller."""

    site: SiteId
    node: NodeId
    controller_url: str
    broker_host: str
    broker_port: int
    broker_password: str = field(repr=False)
    key_pem: str = field(repr=False)
    ca_pem: str | None
    cameras: tuple[NodeCamera, ...]
    data_dir: str
    film_folders: tuple[str, ...] = ()


def write_node_file(file: NodeFile) -> str:
    """The file's text; `cctv-edge run --config FILE` reads it."""
    tls = file.ca_pem is not None
    lines = [
        "# Keep this file secret: it holds the node's key and its password at the broker.",
        f"site = {toml_string(file.site)}",
        f"node = {toml_string(file.node)}",
        f"data_dir = {toml_string(file.data_dir)}",
        *([f"film_folders = [{', '.join(map(toml_string, file.film_folders))}]"] if file.film_folders else []),
        f"controller_url = {toml_string(file.controller_url)}",
        f"key_pem = {toml_string(file.key_pem)}",
        *([f"ca_pem = {toml_string(file.ca_pem)}"] if file.ca_pem is not None else []),
        "",
        "[broker]",
        f"host = {toml_string(file.broker_host)}",
        f"port = {file.broker_port}",
        f"password = {toml_string(file.broker_password)}",
        f"tls = {str(tls).lower()}",
    ]
    for camera in file.cameras:
        lines += ["", "[[cameras]]", f"name = {toml_string(camera.name)}", f"source = {toml_string(camera.source)}"]
        if camera.sub_source is not None:
            lines.append(f"sub_source = {toml_string(camera.sub_source)}")
    return "\n".join(lines) + "\n"
