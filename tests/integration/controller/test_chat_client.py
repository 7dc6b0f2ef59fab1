"""A chat endpoint over real HTTP: it answers, drips, hangs, lies, redirects; the client is bounded by all of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from controller.adapters.chat_client import ChatClient
from controller.core.enrichment import Question
from controller.errors import WayShut
from shared.errors import Rejected, Transient
from tests.fakes.ways import Gate

pytestmark = pytest.mark.integration
QUESTION = Question("be brief", "what is there?", pictures=True)
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def endpoint(answer: Answer, seen: list[bytes] | None = None) -> AsyncIterator[str]:
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if seen is not None:
                seen.extend((head, body))
            await answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        tasks = [task for task in serving if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the transports close in the loop's next round


def http(body: bytes, status: str = "200 OK", more: str = "") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
        writer.write(head.encode() + body)

    return answer


def content(value: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": value}}]}).encode()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def hang(writer: asyncio.StreamWriter) -> None:
    del writer
    await asyncio.sleep(30)


async def test_nothing_is_sent_over_a_way_that_is_shut() -> None:
    client = ChatClient("http://127.0.0.1:9", "seer", None, 5.0, Gate("", kind="language_model"))
    with pytest.raises(WayShut):
        await client.ask(QUESTION, [b"\xff\xd8jpeg"])
    await client.close()


async def ask(url: str, timeout_s: float = 5.0, key: str | None = None) -> str:
    client = ChatClient(url, "seer", key, timeout_s, Gate())
    try:
        return await client.ask(QUESTION, [b"\xff\xd8jpeg"])
    finally:
        await client.close()


async def test_it_sends_question_and_pictures_and_reads_the_answer() -> None:
    seen: list[bytes] = []
    async with endpoint(http(content(" a person ")), seen) as url:
        assert await ask(url, key="s3cret") == "a person"
    head, body = seen
    assert head.startswith(b"POST /v1/chat/completions ")
    assert b"authorization: bearer s3cret" in head.lower()
    document = json.loads(body)
    assert document["model"] == "seer"
    text, picture = document["messages"][1]["content"]
    assert text["text"] == QUESTION.user
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,/9hq")


async def test_parts_of_text_are_one_answer() -> None:
    async with endpoint(http(content([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]))) as url:
        assert await ask(url) == "one\ntwo"


@pytest.mark.parametrize(
    "answer",
    [http(b"<html>"), http(b"[]"), http(b"{}"), http(content(None)), http(content("")), http(b"[" * 100_000),
     http(b"x", "404 Not Found"), http(b"x", "302 Found", "Location: http://127.0.0.1:9/\r\n"),
     http(b" " * 1_000_100)],
    ids=["html", "list", "empty", "null", "nothing", "deep", "missing", "redirect", "huge"],
)  # fmt: skip
async def test_what_is_no_answer_is_refused(answer: Answer) -> None:
    async with endpoint(answer) as url:
        with pytest.raises(Rejected):
            await ask(url)


@pytest.mark.parametrize("answer", [drip, hang, http(b"x", "503 Busy"), http(b"x", "429 Slow")])
async def test_what_is_slow_or_busy_is_given_up_in_time(answer: Answer) -> None:
    async with asyncio.timeout(10), endpoint(answer) as url:
        with pytest.raises(Transient):
            await ask(url, 0.4)


async def test_nobody_there_is_for_later() -> None:
    with pytest.raises(Transient):
        await ask("http://127.0.0.1:9/v1", 2.0)
