"""Every way by which something may leave the site, and whether it is open. Pure."""

from dataclasses import dataclass
from typing import Literal, get_args

WayKind = Literal["message", "export", "store", "language_model", "serving", "broker", "home_assistant"]
KINDS: tuple[WayKind, ...] = get_args(WayKind)


@dataclass(frozen=True, slots=True)
class Way:
    """One way; `name`: of the destination, or the setting that opens it. `pictures`: whether any go along."""

    kind: WayKind
    name: str
    open: bool
    pictures: bool
    by: Literal["row", "setting"]


def settled(
    *,
    store: str | None,
    language_model: str | None,
    language_model_sees: bool,
    serving: tuple[str, ...],
    broker: str | None,
    home_assistant: bool,
) -> list[Way]:
    """Those that the settings open; each is told also where it is closed."""
    return [
        Way("store", store or "store.kind", store is not None, True, "setting"),
        Way(
            "language_model",
            language_model or "enrich.describe, enrich.draft",
            language_model is not None,
            language_model_sees,
            "setting",
        ),
        *[Way("serving", host, True, True, "setting") for host in serving],
        *([] if serving else [Way("serving", "worker.serving_hosts", False, True, "setting")]),
        Way("broker", broker or "broker.kind", broker is not None, False, "setting"),
        Way("home_assistant", "home_assistant.discovery", broker is not None and home_assistant, False, "setting"),
    ]
