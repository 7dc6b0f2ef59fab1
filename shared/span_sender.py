"""Sends spans to a collector on the site, as OTLP over HTTP in JSON; what it does not take is dropped and counted."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import structlog

from shared import trace
from shared.errors import Transient
from shared.trace import Span, Told
from shared.tracing_settings import Tracing

log = structlog.get_logger("trace")

_MOST_WAITING = 2_000
_BATCH = 200
_EVERY_S = 1.0
_ANSWER_S = 5.0
_LAST_S = 1.0
Ask = Callable[[], Awaitable[None]]


async def _nobody_minds() -> None:
    """The collector is one that everybody here may send to."""


class SpanSender:
    """Takes spans without waiting; `run` sends them. `ask` raises `Transient` while nothing may be sent."""

    def __init__(self, endpoint: str, service: str, about: dict[str, str], ask: Ask = _nobody_minds) -> None:
        self._url = f"{endpoint.rstrip('/')}/v1/traces"
        self._resource = _attributes({"service.name": service, **about})
        self._ask = ask
        self._waiting: deque[Span] = deque()
        self.dropped = 0

    def take(self, span: Span) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
        else:
            self._waiting.append(span)

    async def run(self) -> None:
        """Send until cancelled."""
        said = ""
        async with _client() as client:
            while True:
                await asyncio.sleep(_EVERY_S)
                fault = await self._send_all(client)
                if fault and fault != said:
                    log.warning("spans are not sent", reason=fault, dropped=self.dropped)
                said = fault

    async def send_rest(self) -> None:
        """What waits at the end, as far as it goes in a second."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_S), _client() as client:
                await self._send_all(client)

    async def _send_all(self, client: Any) -> str:
        """Why some of what waits was not taken; empty: all was. What may not be sent yet goes on waiting."""
        fault = ""
        while self._waiting:
            try:
                await self._ask()
            except Transient as caught:
                return str(caught)
            batch = list(islice(self._waiting, _BATCH))
            lost = await self._send(client, batch)
            for _ in batch:
                self._waiting.popleft()
            self.dropped += len(batch) if lost else 0
            fault = lost or fault
        return fault

    async def _send(self, client: Any, batch: Sequence[Span]) -> str:
        import httpx

        try:
            answer = await client.post(self._url, json=otlp(batch, self._resource))
        except (httpx.HTTPError, httpx.InvalidURL) as caught:
            return type(caught).__name__
        return "" if answer.is_success else f"the collector answered {answer.status_code}"


@asynccontextmanager
async def collecting(settings: Tracing, service: str, ask: Ask = _nobody_minds, **about: str) -> AsyncIterator[None]:
    """While this lasts, the spans of this process go where the settings say; nothing happens where they say nothing."""
    if settings.endpoint is None:
        yield
        return
    sender = SpanSender(settings.endpoint, service, about, ask)
    trace.collect(sender, settings.share)
    sending = asyncio.create_task(sender.run(), name="spans")
    try:
        yield
    finally:
        trace.collect(None)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await sender.send_rest()


def _client() -> Any:
    """No redirects and no proxies of the environment: spans stay on the site. What the machine trusts, this trusts."""
    import httpx  # where nothing is traced it is not loaded

    trust = ssl.create_default_context()
    return httpx.AsyncClient(timeout=_ANSWER_S, trust_env=False, follow_redirects=False, verify=trust)


def otlp(spans: Sequence[Span], resource: list[dict[str, Any]]) -> dict[str, Any]:
    """A request of opentelemetry.proto.collector.trace.v1 in its JSON form: ids in hex, times as text."""
    told = [
        {
            "traceId": span.trace_id,
            "spanId": span.span_id,
            **({} if span.parent_id is None else {"parentSpanId": span.parent_id}),
            "name": span.step,
            "kind": 1,
            "startTimeUnixNano": str(span.start_ms * 1_000_000),
            "endTimeUnixNano": str(span.end_ms * 1_000_000),
            "attributes": _attributes(dict(span.told)),
        }
        for span in spans
    ]
    scope = {"scope": {"name": "sht-cctv"}, "spans": told}
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [scope]}]}


def _attributes(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in told.items()]


def _value(value: Told) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": value}
