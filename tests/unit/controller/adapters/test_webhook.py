"""The signed webhook: what arrives verifies, what is wrong with a receiver is told in our own words."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from controller.adapters.webhook import Webhook, check_url
from controller.core.delivery import Parcel
from shared.clock import SystemClock
from shared.errors import Rejected, Transient
from tests.fakes.receiver import Manner, receiving
from tests.repo.tree import text_of

SECRET = "a secret of the receiver"
PARCEL = Parcel(
    "0190-p", "raised", "[High] x", "text", ({"id": "a", "number": 3, "severity": "high", "zone": 1},), b"jpg"
)


def snippet() -> Callable[..., object]:
    """The receiver's side, as the documentation shows it."""
    (code,) = re.findall(r"```python\n(.*?)```", text_of("docs/webhook.md"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the documentation's own example is what is tested
    accept: Callable[..., object] = names["accept"]
    return accept


async def send(webhook: Webhook, url: str) -> None:
    await webhook.send(PARCEL, url, SECRET, private=True)


async def test_what_arrives_verifies_by_the_documented_snippet_and_once_only() -> None:
    async with receiving() as receiver:
        await send(Webhook(SystemClock(), 5), receiver.url)
    ((fields, body),) = receiver.got
    accept = snippet()
    seen: set[str] = set()
    now = SystemClock().unix_ms() / 1000
    assert accept(SECRET, fields, body, now, seen) == json.loads(body)
    faults: tuple[Callable[[], object], ...] = (
        lambda: accept(SECRET, fields, body, now, seen),  # played again
        lambda: accept(SECRET, fields, body, now + 301, set()),  # played again later
        lambda: accept("another secret", fields, body, now, set()),
        lambda: accept(SECRET, fields, body + b" ", now, set()),
        lambda: accept(SECRET, {**fields, "x-cctv-timestamp": str(int(now) + 1)}, body, now, set()),
        lambda: accept(SECRET, {**fields, "x-cctv-delivery": "0190-q"}, body, now, set()),
    )
    for fault in faults:
        with pytest.raises(ValueError, match=r"."):
            fault()
    document = json.loads(body)
    assert document["alarms"] == [{**dict.fromkeys(document["alarms"][0]), "id": "a", "number": 3, "severity": "high"}]
    assert (document["schema"], document["id"], document["picture_jpeg"]) == ("cctv.notice.v1", "0190-p", "anBn")


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("never", "no answer"), ("garbage", "not HTTP"), ("refuse", "answered 403"), ("redirect", "answered 307"),
        ("slow", "no answer"),
    ],
)  # fmt: skip
async def test_bad_receivers_are_a_fault_that_passes_and_no_redirect_is_followed(manner: Manner, words: str) -> None:
    async with receiving(manner) as receiver:
        with pytest.raises(Transient, match=words):
            await send(Webhook(SystemClock(), 0.3), receiver.url)
        assert len(receiver.got) == 1


async def test_a_receiver_that_drips_its_answer_is_cut_at_the_time_limit() -> None:
    async with receiving("drip") as receiver:
        with pytest.raises(Transient, match="no answer"):
            await send(Webhook(SystemClock(), 0.2), receiver.url)


async def test_a_private_address_is_reached_only_when_switched_on_and_no_fault_repeats_the_address() -> None:
    async with receiving() as receiver:
        url = receiver.url.replace("http:", "https:")
        with pytest.raises(Transient, match="not an address that is allowed") as fault:
            await Webhook(SystemClock(), 5).send(PARCEL, url, SECRET, private=False)
        assert receiver.got == []
    assert "hook" not in str(fault.value)
    with pytest.raises(Rejected, match="plain http"):
        await Webhook(SystemClock(), 5).send(PARCEL, receiver.url, SECRET, private=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/b",
        "https://",
        "https://user:pass@a/b",
        "https://a/b#c",
        "https://a:x/",
        "https://a b/",
        "//a/b",
        "http://a/",
    ],
)
def test_addresses_that_could_mean_something_else_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(Rejected) as fault:
        check_url(url, private=False)
    assert "pass" not in str(fault.value)
