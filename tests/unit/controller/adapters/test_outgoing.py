"""Connections that the operator did not allow are held back, whoever opens them."""

import asyncio
import contextvars
import socket
import threading

import pytest

from controller.adapters.outgoing import NotAllowedError, guarded, refuse_private
from shared.errors import Rejected
from shared.texts import said
from tests.fakes.receiver import receiving


async def test_inside_only_what_is_allowed_connects_and_outside_everything() -> None:
    async with receiving() as receiver:
        with guarded(private=False):
            with pytest.raises(NotAllowedError):
                await asyncio.open_connection("127.0.0.1", receiver.port)
            with pytest.raises(NotAllowedError):
                socket.create_connection(("localhost", receiver.port))
        with guarded(private=True):
            _, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
            writer.close()
        _, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
        writer.close()


async def test_a_socket_file_is_no_destination_and_a_thread_inherits_the_guard() -> None:
    faults: list[BaseException] = []

    def dial() -> None:
        try:
            with socket.socket(socket.AF_UNIX) as local:
                local.connect("/nowhere")
        except OSError as fault:
            faults.append(fault)

    with guarded(private=True):
        thread = threading.Thread(target=contextvars.copy_context().run, args=(dial,))
        thread.start()
        thread.join()
    assert [type(fault) for fault in faults] == [NotAllowedError]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "[::1]", "[fe80::1]", "169.254.169.254", "[::ffff:10.0.0.1]"]
)
async def test_an_address_inside_is_refused_at_once_and_says_what_to_do(host: str) -> None:
    for look_up in (False, True):
        with pytest.raises(Rejected, match="--private") as refused:
            await refuse_private(f"https://{host}:8443/hook", look_up)
        assert (refused.value.field, said(refused.value.fault)) == (
            "address",
            {"code": "address_private", "params": {}},
        )
        assert host not in str(refused.value)


async def test_a_name_is_looked_up_only_where_that_is_asked_for() -> None:
    await refuse_private("https://localhost/hook", False)
    with pytest.raises(Rejected, match="private network"):
        await refuse_private("https://localhost/hook", True)


@pytest.mark.parametrize(
    "address",
    ["https://8.8.8.8/x", "https://no-such-name.invalid/x", "https://a..b/x", "ntfy://127.0.0.1/x", "https:///x"],
)
async def test_what_is_public_unknown_or_no_web_address_passes(address: str) -> None:
    await refuse_private(address, True)
