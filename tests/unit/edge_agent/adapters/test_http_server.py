"""A connection that is closed already when its time is up is left alone."""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from typing import Any

import pytest

from edge_agent.adapters.http_server import _ImpatientProtocol


@pytest.mark.parametrize("closes", [0, 1, 2])
async def test_a_tls_connection_may_have_gone_when_its_time_is_up(closes: int) -> None:
    loop = asyncio.get_running_loop()
    impatient = _ImpatientProtocol.__new__(_ImpatientProtocol)  # what of it matters here needs no server
    secured: Any = SSLProtocol(
        loop,
        impatient,
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        loop.create_future(),
        server_side=True,
        call_connection_made=False,
    )
    given: Any = impatient
    given.cycle, given.transport = None, secured._get_app_transport()
    for _ in range(closes):
        given.transport.close()
    impatient._give_up()
    assert given.transport.is_closing()
