"""A client of an OpenAI-compatible chat endpoint: one question, one answer, bounded in time and size."""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any

import httpx

from controller.core.enrichment import Question, answer
from controller.ports.ways import Door
from shared.errors import Rejected, Transient

_MOST_ANSWER_BYTES = 1_000_000
_MOST_TOKENS = 600
_OK, _BUSY, _TIMEOUT, _SERVER = 200, 429, 408, 500


class ChatClient:
    """Speaks to `url` (with its /v1). Follows no redirect and no proxy of the environment: the site decides."""

    def __init__(self, url: str, model: str, key: str | None, timeout_s: float, door: Door) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._timeout_s = timeout_s
        self._door = door
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(
            headers=headers, timeout=timeout_s, trust_env=False, follow_redirects=False, verify=True
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ready(self) -> None:
        """`WayShut` while nothing may be asked."""
        await self._door.through()

    async def ask(self, question: Question, pictures: Sequence[bytes]) -> str:
        """The answer's text. `Transient`: none came in time or the endpoint is busy; `Rejected`: it is none."""
        await self._door.through()
        parts: list[dict[str, Any]] = [{"type": "text", "text": question.user}]
        for jpeg in pictures:
            url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
            parts.append({"type": "image_url", "image_url": {"url": url}})
        body = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": parts if pictures else question.user},
            ],
            "max_tokens": _MOST_TOKENS,
            "temperature": 0.2,
        }
        try:
            async with asyncio.timeout(self._timeout_s):
                return answer(_content(await self._post(body)))
        except TimeoutError:
            raise Transient(f"no whole answer within {self._timeout_s:g} s") from None
        except httpx.HTTPError as fault:
            raise Transient(f"endpoint: {str(fault) or type(fault).__name__}") from None

    async def _post(self, body: dict[str, Any]) -> bytes:
        received = bytearray()
        async with self._http.stream("POST", self._url, json=body) as response:
            status = response.status_code
            if status in {_BUSY, _TIMEOUT} or status >= _SERVER:
                raise Transient(f"endpoint answers {status}")
            if status != _OK:
                raise Rejected("endpoint", f"answers {status}")
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > _MOST_ANSWER_BYTES:
                    raise Rejected("answer", f"is larger than {_MOST_ANSWER_BYTES} bytes")
        return bytes(received)


def _content(received: bytes) -> object:
    """`choices[0].message.content`: text, or parts of text."""
    try:
        document = json.loads(received)
    except (ValueError, RecursionError):
        raise Rejected("answer", "is not JSON") from None
    try:
        content = document["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise Rejected("answer", "has no choices[0].message.content") from None
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return content
