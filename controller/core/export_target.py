"""Where exports are sent besides the browser: what a destination may be called, and what goes wrong there. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from controller.core.addresses import allowed

TargetKind = Literal["directory", "s3"]
TargetFault = Literal[
    "target_full",
    "target_gone",
    "target_refused",
    "target_away",
    "target_altered",
    "target_unknown",
    "target_shut",
]
"""full: takes no more; gone: directory or bucket is not there; refused: rights or credentials; away: no answer;
altered: gives back other bytes than it was given; unknown: nobody named it, or its name is gone; shut: nobody lets
anything out there."""
TARGET_FAULTS: tuple[str, ...] = get_args(TargetFault)
NAME = r"[a-z0-9][a-z0-9-]{0,39}"
ENDPOINT = r"https?://[A-Za-z0-9.:\[\]-]{1,260}"
BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
PREFIX = r"([A-Za-z0-9][A-Za-z0-9_-]{0,62}/){0,8}"
"""Of object names: folders, each with its slash."""
REGION = r"[a-z0-9-]{1,32}"
_FORMS = {"name": NAME, "endpoint": ENDPOINT, "bucket": BUCKET, "prefix": PREFIX, "region": REGION}


@dataclass(frozen=True, slots=True)
class Sum:
    """What a file must be at its destination."""

    length_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class There:
    """A file in a whole folder at a destination."""

    folder: str
    name: str
    length_bytes: int


def folder_of(export: str) -> str:
    """The folder of an export at its destination, the same that `cctv export get` makes."""
    return f"export-{export}"


def has_form(field: str, text: str) -> bool:
    """Whether a text may be a destination's `name`, `endpoint`, `bucket`, `prefix` or `region`."""
    return re.fullmatch(_FORMS[field], text) is not None and (field != "endpoint" or _may_be_a_store(text))


def _may_be_a_store(endpoint: str) -> bool:
    """Whether a store can be there: not where clouds hand out credentials, not link-local, multicast or nobody's."""
    try:
        host = urlsplit(endpoint).hostname or ""
        found = ipaddress.ip_address(host)
    except ValueError:
        return not endpoint.partition("//")[2].startswith("[")  # a name: what it stands for is not known here
    return allowed(host, private=True) and not found.is_link_local
