"""Apprise as a sender: only the services on a list, each in a thread that nobody waits for longer than agreed."""

import asyncio
import contextvars
import importlib
import logging
import re
import threading
from typing import Any
from urllib.parse import urlsplit

from controller.adapters.outgoing import guarded
from controller.core.delivery import Parcel
from shared.errors import Rejected, Transient
from shared.texts import say

SERVICES: dict[str, tuple[str, str]] = {
    "discord": ("discord", "NotifyDiscord"),
    "gotify": ("gotify", "NotifyGotify"),
    "gotifys": ("gotify", "NotifyGotify"),
    "kakao": ("kakaotalk", "NotifyKakaoTalk"),
    "kakaotalk": ("kakaotalk", "NotifyKakaoTalk"),
    "line": ("line", "NotifyLine"),
    "mailto": ("email.base", "NotifyEmail"),
    "mailtos": ("email.base", "NotifyEmail"),
    "matrix": ("matrix.base", "NotifyMatrix"),
    "matrixs": ("matrix.base", "NotifyMatrix"),
    "mmost": ("mattermost", "NotifyMattermost"),
    "mmosts": ("mattermost", "NotifyMattermost"),
    "ntfy": ("ntfy", "NotifyNtfy"),
    "ntfys": ("ntfy", "NotifyNtfy"),
    "pover": ("pushover", "NotifyPushover"),
    "slack": ("slack", "NotifySlack"),
    "smseagle": ("smseagle", "NotifySMSEagle"),
    "smseagles": ("smseagle", "NotifySMSEagle"),
    "tgram": ("telegram", "NotifyTelegram"),
    "twilio": ("twilio", "NotifyTwilio"),
}
"""Schemes that may be used. What runs programs, reads files or posts anywhere (json, exec, syslog …) is not here."""
_QUIET = ("apprise", "urllib3", "requests")
_CODE = re.compile(r"error=(\d{3})\b")


def check_address(address: str) -> str:
    """The scheme of a usable address; `Rejected` says what is wrong without repeating it. Loads the library."""
    scheme = urlsplit(address).scheme.lower()
    _plugin(address)
    return scheme


def _plugin(address: str) -> Any:
    scheme = urlsplit(address).scheme.lower()
    if scheme not in SERVICES:
        raise Rejected("address", say("address_scheme", schemes=", ".join(SERVICES)))
    for noisy in _QUIET:  # they log addresses, and addresses hold passwords
        logger = logging.getLogger(noisy)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    module, name = SERVICES[scheme]
    from apprise.asset import AppriseAsset

    asset = AppriseAsset(app_id="CCTV", app_desc="CCTV", app_url="", image_url_mask="", image_url_logo="")
    service = getattr(importlib.import_module(f"apprise.plugins.{module}"), name)
    try:
        read = service.parse_url(address)
        if not read or str(read.get("schema", "")).lower() != scheme:
            raise Rejected("address", say("address_service", service=scheme))
        return service(**{**read, "redirect": False, "asset": asset})
    except (TypeError, ValueError, AttributeError):  # what its plug-ins raise; their words repeat the address
        raise Rejected("address", say("address_service", service=scheme)) from None


class Apprise:
    """Sends one message per call. A destination has one thread at most, however long a server holds it."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._threads: dict[str, threading.Thread] = {}

    def busy(self, name: str) -> bool:
        """Whether a server still holds the thread of an earlier message."""
        thread = self._threads.get(name)
        return thread is not None and thread.is_alive()

    async def send(self, name: str, parcel: Parcel, address: str, *, private: bool) -> None:
        """`Transient` unless the service took it in time; `Rejected` when the address cannot be used."""
        if self.busy(name):
            raise Transient(say("send_held"))
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str | None] = loop.create_future()

        def work() -> None:
            with guarded(private=private):
                try:
                    answer = _send(parcel, address)
                except Rejected as fault:
                    _hand_over(loop, done, fault)
                except Exception:  # noqa: BLE001 - plug-ins raise anything, and their words may hold the address
                    _hand_over(loop, done, say("send_unreachable"))
                else:
                    _hand_over(loop, done, answer)

        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True, name=f"to {name}")
        self._threads[name] = thread
        thread.start()
        try:
            async with asyncio.timeout(self._timeout_s):
                fault = await done
        except TimeoutError:
            raise Transient(say("send_silent", seconds=f"{self._timeout_s:g}")) from None
        if fault is not None:
            raise Transient(fault)


def _hand_over(
    loop: asyncio.AbstractEventLoop, done: "asyncio.Future[str | None]", what: Rejected | str | None
) -> None:
    def settle() -> None:
        if done.done():
            return
        if isinstance(what, Rejected):
            done.set_exception(what)
        else:
            done.set_result(what)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


def _send(parcel: Parcel, address: str) -> str | None:
    """Blocks. None: taken; else why not."""
    plugin = _plugin(address)
    attached = None
    if parcel.picture_jpeg is not None and plugin.attachment_support:
        from apprise import AppriseAttachment
        from apprise.attachment.memory import AttachMemory

        picture: Any = AttachMemory

        attached = AppriseAttachment(picture(content=parcel.picture_jpeg, name="alarm.jpg", mimetype="image/jpeg"))
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    try:
        taken = plugin.notify(title=parcel.title, body=parcel.text, body_format="text", attach=attached)
    finally:
        logger.removeHandler(heard)
    if taken:
        return None
    return say("send_refused_with", status=heard.code) if heard.code else say("send_refused")


class _Heard(logging.Handler):
    """Takes from the library's log the one thing that helps and cannot be a secret: the status code."""

    def __init__(self) -> None:
        super().__init__()
        self.code = ""
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if threading.get_ident() == self._thread and (found := _CODE.search(record.getMessage())):
            self.code = found[1]
