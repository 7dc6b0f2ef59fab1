"""What a mosquitto that somebody else runs needs to know of this site: its configuration, users and rights."""

import json
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from controller.adapters.broker_users import CONTROLLER, SYS, hash_password
from controller.adapters.mosquitto import by_certificate
from shared.topics import DISCOVERY, PREFIX, node_acl

PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
DYNAMIC = "dynamic-security.json"
_SALT_BYTES = 12
_NOTHING = {"publishClientSend": False, "publishClientReceive": False, "subscribe": False, "unsubscribe": True}

Acl = dict[str, Any]


def broker_configuration(place: Path, host: str, port: int, node_port: int, *, plugin: str | None = None) -> str:
    """mosquitto.conf for files that will lie in `place`; `plugin`: dynamic security instead of files of users."""
    users = (
        [f"password_file {place / 'passwords'}", f"acl_file {place / 'acl'}"]
        if plugin is None
        else [f"plugin {plugin}", f"plugin_opt_config_file {place / DYNAMIC}"]
    )
    spoken = [
        f"cafile {place / 'ca.pem'}",
        f"certfile {place / 'server.pem'}",
        f"keyfile {place / 'server-key.pem'}",
        "tls_version tlsv1.3",
    ]
    lines = [
        "per_listener_settings false",
        "allow_anonymous false",
        *users,
        "set_tcp_nodelay true",
        "max_packet_size 400000",
        "max_queued_messages 10000",
        f"listener {port} {host}",
        *spoken,
        f"listener {node_port} {host}",
        *spoken,
        *by_certificate(place / "crl.pem"),
    ]
    return "\n".join(lines) + "\n"


def dynamic_security(nodes: Iterable[str], controller_hash: str) -> str:
    """The plug-in's own file: the controller by its password, each node by its certificate's name, nobody else."""
    _, _, iterations, salt, digest = controller_hash.split("$")
    ours: dict[str, Any] = {"username": CONTROLLER, "salt": salt, "password": digest, "iterations": int(iterations)}
    clients = [{**ours, "roles": [{"rolename": CONTROLLER}]}]
    own, discovery = f"{PREFIX}/#", f"{DISCOVERY}/#"
    roles = [_role(CONTROLLER, (own, discovery), (own, f"{SYS}/#"))]
    for node in sorted(nodes):
        given = node_acl(node)
        clients.append({"username": node, "clientid": node, **_unknown(), "roles": [{"rolename": f"node-{node}"}]})
        roles.append(_role(f"node-{node}", given["write"], given["read"]))
    document = {"defaultACLAccess": _NOTHING, "clients": clients, "groups": [], "roles": roles}
    return json.dumps(document, indent=1) + "\n"


def _unknown() -> dict[str, Any]:
    """A password that nobody knows: a node comes by its certificate, or not at all."""
    hashed = hash_password(secrets.token_urlsafe(), secrets.token_bytes(_SALT_BYTES))
    _, _, iterations, salt, digest = hashed.split("$")
    return {"salt": salt, "password": digest, "iterations": int(iterations)}


def _role(name: str, write: Sequence[str], read: Sequence[str]) -> Acl:
    acls = [_acl("publishClientSend", topic) for topic in write]
    for topic in read:
        acls += [_acl("publishClientReceive", topic), _acl("subscribePattern", topic)]
    return {"rolename": name, "acls": acls}


def _acl(kind: str, topic: str) -> Acl:
    return {"acltype": kind, "topic": topic, "priority": 0, "allow": True}
