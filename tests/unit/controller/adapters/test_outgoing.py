"""Connections that the operator did not allow are held back, whoever opens them."""

import asyncio
import contextvars
import socket
import threading

import pytest

from controller.adapters.outgoing import NotAllowedError, guarded
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
