"""Every way by which something may leave the site, where it leads, and whether an administrator let it. Pure.

Invariants, held by tests/unit/controller/core/test_ways_out.py:
1. A way of the settings is open only where an administrator, or the upgrade, opened it to where it leads now.
2. A way that an administrator shut is shut, whoever made it and whatever it leads to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

WayKind = Literal[
    "message", "export", "store", "language_model", "serving", "broker", "home_assistant", "identity_provider", "traces"
]
KINDS: tuple[WayKind, ...] = get_args(WayKind)
Standing = Literal["open", "shut", "new", "moved", "off"]
"""open: it may be used; shut: by an administrator; new: nobody opened it yet; moved: it was opened to somewhere else;
off: the settings, or whoever made it, do not use it."""
AT_START: frozenset[WayKind] = frozenset({"store", "broker"})
"""Looked at when a role starts: without them nothing of the site works, so that they are switched at the machine."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way; `name`: of the destination, or the setting that opens it. `pictures`: whether any go along.

    `open`: whether the settings, or whoever made it, use it; `leads`: where to, without any secret.
    """

    kind: WayKind
    name: str
    open: bool
    pictures: bool
    by: Literal["row", "setting"]
    leads: str = ""

    @property
    def key(self) -> tuple[WayKind, str]:
        return self.kind, self.name

    @property
    def leads_somewhere(self) -> bool:
        """Whether there is anything to switch."""
        return self.by == "row" or self.open

    @property
    def digest(self) -> str:
        """Changes with where it leads."""
        return sha256(f"{self.kind}\n{self.name}\n{self.leads}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Switch:
    """What an administrator said of a way, and of which."""

    open: bool
    leads_sha256: str
    who: str
    at: datetime
    reason: str


def standing(way: Way, switch: Switch | None) -> Standing:
    """Whether it may be used, and why not."""
    if switch is not None and not switch.open:
        return "shut" if way.open else "off"
    if not way.open:
        return "off"
    if way.by == "row":
        return "open"
    if switch is None:
        return "new"
    return "open" if switch.leads_sha256 == way.digest else "moved"


def settled(
    *,
    store: tuple[str, str] | None,
    language_model: tuple[str, str] | None,
    language_model_sees: bool,
    serving: Iterable[str],
    broker: str | None,
    home_assistant: bool,
    second_store: tuple[str, str] | None = None,
    directories: Sequence[tuple[str, str]] = (),
    identity_provider: tuple[str, str] | None = None,
    traces: tuple[str, str] | None = None,
) -> list[Way]:
    """Those that the settings open, some with name and where they lead; each is told also where it is closed."""
    store_name, store_leads = store or ("store.kind", "")
    provider_name, provider_leads = identity_provider or ("oidc.issuer", "")
    traces_name, traces_leads = traces or ("tracing.endpoint", "")
    model_name, model_leads = language_model or ("enrich.describe, enrich.draft", "")
    second = [] if second_store is None else [(f"second:{second_store[0]}", second_store[1])]
    serves = [(host, True, host) for host in serving] or [("worker.serving_hosts", False, "")]
    return [
        Way("store", store_name, store is not None, True, "setting", store_leads),
        *[Way("store", name, True, True, "setting", leads) for name, leads in second],
        Way("language_model", model_name, language_model is not None, language_model_sees, "setting", model_leads),
        *[Way("serving", name, used, True, "setting", leads) for name, used, leads in serves],
        Way("broker", broker or "broker.kind", broker is not None, False, "setting", broker or ""),
        Way(
            "home_assistant",
            "home_assistant.discovery",
            broker is not None and home_assistant,
            False,
            "setting",
            broker or "",
        ),
        *[Way("export", name, True, True, "setting", path) for name, path in directories],
        Way("identity_provider", provider_name, identity_provider is not None, False, "setting", provider_leads),
        Way("traces", traces_name, traces is not None, False, "setting", traces_leads),
    ]
