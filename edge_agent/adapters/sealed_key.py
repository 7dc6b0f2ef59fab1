"""A node's key that only this machine's TPM 2.0 opens: sealed and opened by tpm2-tools, never on disk in between."""

import base64
import binascii
import json
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from shared.errors import Broken, Rejected

DEVICE = Path("/dev/tpmrm0")
TCTI = "TPM2TOOLS_TCTI"
"""The tools' own variable: where the TPM is, if not at `DEVICE`."""
_TOOLS = ("tpm2_createprimary", "tpm2_create", "tpm2_load", "tpm2_unseal", "tpm2_flushcontext")
_FOREIGN = "integrity check failed"
_MARK = "cctv-sealed-key"
_MOST_S = 60.0
_MOST_CHARS = 8_192
_ATTRIBUTES = "fixedtpm|fixedparent|noda|userwithauth"
_PRIMARY = ("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc256", "-c", "primary.ctx")
_CREATE = (
    *("tpm2_create", "-Q", "-C", "primary.ctx", "-g", "sha256", "-a", _ATTRIBUTES),
    *("-i", "-", "-u", "pub", "-r", "priv"),
)
_LOAD = ("tpm2_load", "-Q", "-C", "primary.ctx", "-u", "pub", "-r", "priv", "-c", "key.ctx")
_UNSEAL = ("tpm2_unseal", "-Q", "-c", "key.ctx")
_FLUSH = ("tpm2_flushcontext", "-Q", "-t")


def tpm_fault() -> str:
    """Why this machine cannot seal a key; empty where it can."""
    if TCTI not in os.environ and not os.access(DEVICE, os.R_OK | os.W_OK):  # noqa: TID251  the tools read it too
        return f"{DEVICE} is not there, or closed to this user (group tss)"
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"{missing[0]} is missing: apt-get install tpm2-tools" if missing else ""


def is_sealed(text: str) -> bool:
    """Whether a key file holds a sealed key."""
    return text.startswith("{") and _MARK in text


def seal(key_pem: str) -> str:
    """What a key file holds instead of the key; `Broken` where the TPM does not do it."""
    with tempfile.TemporaryDirectory() as folder:
        _run(_PRIMARY, folder)
        _run(_CREATE, folder, key_pem.encode())
        parts = {name: base64.b64encode((Path(folder) / name).read_bytes()).decode() for name in ("pub", "priv")}
    sealed = json.dumps({"kind": _MARK, "by": "tpm2", **parts}) + "\n"
    if unseal(sealed) != key_pem:
        raise Broken("the TPM does not give back what it sealed")
    return sealed


@lru_cache(maxsize=4)
def unseal(text: str) -> str:
    """The key; `Rejected` where another TPM sealed it, `Broken` where there is none now. Asked once."""
    try:
        document = json.loads(text) if len(text) <= _MOST_CHARS else {}
        parts = {name: base64.b64decode(document[name], validate=True) for name in ("pub", "priv")}
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise Rejected("key_file", "holds no sealed key that can be read: invite this node anew") from None
    if fault := tpm_fault():
        raise Broken(f"the node's key is sealed by a TPM, and {fault}")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in parts.items():
            (Path(folder) / name).write_bytes(data)
        _run(_PRIMARY, folder)
        _run(_LOAD, folder)
        return _run(_UNSEAL, folder).decode()


def _run(command: tuple[str, ...], folder: str, given: bytes = b"") -> bytes:
    place = os.environ.get(TCTI) or f"device:{DEVICE}"  # noqa: TID251  the tools read it too
    try:
        for asked, typed in ((_FLUSH, b""), (command, given)):  # a TPM without a resource manager keeps what was loaded
            done = subprocess.run(
                asked,
                cwd=folder,
                env={"PATH": os.defpath, TCTI: place, "LC_ALL": "C"},
                input=typed,
                capture_output=True,
                check=False,
                timeout=_MOST_S,
            )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Broken(f"the TPM: {command[0]}: {type(fault).__name__}") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace")
    if command is _LOAD and _FOREIGN in said.lower():
        raise Rejected("key_file", "was sealed by another TPM, or before this one was cleared: invite this node anew")
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or [str(done.returncode)]
    raise Broken(f"the TPM does not answer as it should: {command[0]}: {lines[0][:200]}")
