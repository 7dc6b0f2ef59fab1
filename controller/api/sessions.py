"""Routes of sessions and wrong tries: one's own, and for administrators everybody's."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import Model
from controller.api.session import address_of
from controller.errors import Missing
from controller.ports.access import Kept
from shared.clock import to_datetime
from shared.fields import NODE_NAME
from shared.texts import say

Name = Annotated[str, Path(pattern=NODE_NAME)]
SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Who = Annotated[str, Path(min_length=1, max_length=64)]


class OpenSessionOut(Model):
    """Somebody who is logged in somewhere."""

    id: str
    address: str  # where it began
    agent: str  # what the browser says it is
    created_at: AwareDatetime
    seen_at: AwareDatetime  # to the minute
    here: bool  # the one that asks


class EndedOut(Model):
    ended: int


class WaitingOut(Model):
    """A name, an address or both that wrong tries came from."""

    who: str  # the name that was given; *: any; code: a one-time code
    address: str  # *: anywhere
    failures: int  # in a row
    until: AwareDatetime  # no try is looked at before


class ForgivenOut(Model):
    forgiven: int


def session_list_routes(parts: Parts) -> APIRouter:
    """`/sessions`, `/users/{name}/sessions` and `/login/waiting`."""
    router = APIRouter(tags=["session"])

    @router.get("/sessions")
    @needs("own", "none")
    async def sessions(request: Request) -> list[OpenSessionOut]:
        caller = caller_of(request)
        return [_told(one, caller.login.id) for one in await parts.sessions.of(caller.account.name)]

    @router.delete("/sessions")
    @needs("own", "none")
    async def end_others(request: Request) -> EndedOut:
        """End all of one's own but the one that asks."""
        caller = caller_of(request)
        name = caller.account.name
        return EndedOut(ended=await parts.sessions.end_all(name, name, address_of(request), but=caller.login.id))

    @router.delete("/sessions/{session}", status_code=204)
    @needs("own", "none")
    async def end_own(session: SessionId, request: Request) -> None:
        name = caller_of(request).account.name
        await parts.sessions.end(name, session, name, address_of(request))

    @router.get("/users/{name}/sessions")
    @needs("admin", "none")
    async def sessions_of(name: Name, request: Request) -> list[OpenSessionOut]:
        return [_told(one, caller_of(request).login.id) for one in await parts.sessions.of(name)]

    @router.delete("/users/{name}/sessions")
    @needs("admin", "none")
    async def end_all(name: Name, request: Request) -> EndedOut:
        """End all of somebody's; of one's own, all but the one that asks."""
        caller = caller_of(request)
        but = caller.login.id if name == caller.account.name else None
        return EndedOut(ended=await parts.sessions.end_all(name, caller.account.name, address_of(request), but))

    @router.delete("/users/{name}/sessions/{session}", status_code=204)
    @needs("admin", "none")
    async def end_one(name: Name, session: SessionId, request: Request) -> None:
        await parts.sessions.end(name, session, caller_of(request).account.name, address_of(request))

    @router.get("/login/waiting")
    @needs("admin", "none")
    async def waiting() -> list[WaitingOut]:
        """Who has failed to log in so often that they have to wait between tries."""
        found = await parts.login.slow.waiting()
        return [
            WaitingOut(who=one.who, address=one.address, failures=one.failures, until=to_datetime(one.until_ms))
            for one in found
        ]

    @router.delete("/login/waiting/{who}")
    @needs("admin", "none")
    async def forgive(who: Who, request: Request) -> ForgivenOut:
        """Let a name, or an address, try again at once."""
        done = await parts.login.slow.forgive(who, caller_of(request).account.name, address_of(request))
        if not done:
            raise Missing("who", say("unknown", key=who))
        return ForgivenOut(forgiven=done)

    return router


def _told(kept: Kept, here: str) -> OpenSessionOut:
    return OpenSessionOut(
        id=kept.id,
        address=kept.address,
        agent=kept.agent,
        created_at=kept.created_at,
        seen_at=kept.seen_at,
        here=kept.id == here,
    )
