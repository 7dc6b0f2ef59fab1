"""What of the audit is looked for, and how its entries leave the site: as lines of JSON, or as syslog."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_FACILITY_AUDIT = 13  # RFC 5424, table 1: log audit
_NOTICE, _WARNING = 5, 4
_ENTERPRISE = 32473  # RFC 5612: for examples, where nobody has registered a number
_VALUE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Everything that is not None or empty must fit. `what`: verbs, or beginnings that end with a dot."""

    who: str | None = None
    what: tuple[str, ...] = ()
    subject: str | None = None
    address: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def json_line(state: Mapping[str, Any]) -> str:
    """One entry as a line for a log collector."""
    return json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def syslog_line(state: Mapping[str, Any], site: str, host: str) -> str:
    """One entry as RFC 5424 says, in one line: facility 13 (audit); what was refused is a warning."""
    severity = _WARNING if "refused" in str(state["what"]) else _NOTICE
    names = ("id", "seq", "who", "what", "subject", "address")
    told = {"site": site, **{name: state[name] for name in names if state[name] not in (None, "")}}
    data = " ".join(f'{name}="{_value(str(value))}"' for name, value in told.items())
    detail = json.dumps(state["detail"], ensure_ascii=True, sort_keys=True) if state["detail"] else ""
    head = (
        f"<{_FACILITY_AUDIT * 8 + severity}>1 {state['at']} {_word(host, 255)} cctv - {_word(str(state['what']), 32)}"
    )
    said = f"{state['who']} {state['what']} {state['subject']}".strip()
    return f"{head} [audit@{_ENTERPRISE} {data}] {_plain(f'{said} {detail}'.strip())}\n"


def _word(text: str, most: int) -> str:
    """A header's field: printable ASCII without spaces."""
    kept = "".join(letter if "!" <= letter <= "~" else "_" for letter in text)
    return kept[:most] or "-"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _value(text: str) -> str:
    """A parameter's value: quotes, backslashes and closing brackets are escaped."""
    kept = _plain(text[:_VALUE_MAX])
    return kept.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
