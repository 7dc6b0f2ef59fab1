"""Cuts a client off at the broker: who logs in by its id takes its place, and leaves at once."""

import asyncio
from dataclasses import replace

import structlog

from shared.broker import BrokerAddress, Session

log = structlog.get_logger("broker")

_PATIENCE_S = 5.0


async def push_out(address: BrokerAddress, client_id: str) -> bool:
    """End the connection of `client_id`, as a user who may; False when the broker did not let us.

    mosquitto reads users and revoked certificates again, but leaves a connection that came in by certificate as it is.
    """
    session = Session(replace(address, client_id=client_id))
    running = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await session.wait_connected()
    except TimeoutError:
        log.warning("client not cut off: the broker does not answer", client=client_id)
        return False
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    log.info("client cut off", client=client_id)
    return True
