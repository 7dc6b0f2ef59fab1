"""Routes of the second factor, and of saying again who one is."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.schemas import Model
from controller.api.session import address_of, session_out
from controller.api.session_schemas import SessionOut
from shared.fields import NODE_NAME

Name = Annotated[str, Path(pattern=NODE_NAME)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class FactorOut(Model):
    """One's own second factor."""

    on: bool
    required: bool  # one's role must have it
    codes_left: int  # recovery codes that are unused


class FactorBegunOut(Model):
    """Answered this once; it counts once a code of it was right."""

    secret: str  # to type into an authenticator
    address: str  # otpauth://…
    picture: str  # the address as a QR code: an SVG path of unit squares
    size: int  # of the picture: squares in a row


class CodeIn(Model):
    code: Code


class ProofIn(Model):
    """Who has a second factor gives a code of it, everybody else the password."""

    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=64)] = ""


class FactorOffIn(Model):
    password: Annotated[str, Field(min_length=1, max_length=256)]


class RecoveryCodesOut(Model):
    """Answered this once: only their hashes are kept. Each logs in once in place of the authenticator."""

    codes: list[str]


class FactorOnOut(RecoveryCodesOut):
    session: SessionOut  # every other one has ended


def factor_routes(parts: Parts) -> APIRouter:
    """`/session/factor`, `/session/proof` and `/users/{name}/factor`."""
    router = APIRouter(tags=["session"])
    factor = parts.factor

    @router.get("/session/factor")
    @needs("own", "none")
    async def own(request: Request) -> FactorOut:
        account = caller_of(request).account
        left = await factor.codes_left(account.name)
        return FactorOut(on=account.second_factor, required=factor.required_of(account), codes_left=left)

    @router.post("/session/factor")
    @needs("own", "none", fresh=True)
    async def begin(request: Request) -> FactorBegunOut:
        begun = await factor.begin(caller_of(request).account)
        return FactorBegunOut(secret=begun.secret, address=begun.address, picture=begun.picture, size=begun.size)

    @router.post("/session/factor/confirm")
    @needs("own", "none")
    async def confirm(body: CodeIn, request: Request, response: Response) -> FactorOnOut:
        account, codes = await factor.confirm(caller_of(request).account, body.code, address_of(request))
        login = await parts.guard.start(request, response, account)
        return FactorOnOut(codes=list(codes), session=session_out(parts, account, login))

    @router.post("/session/factor/codes")
    @needs("own", "none", fresh=True)
    async def new_codes(request: Request) -> RecoveryCodesOut:
        codes = await factor.new_codes(caller_of(request).account, address_of(request))
        return RecoveryCodesOut(codes=list(codes))

    @router.post("/session/factor/off")
    @needs("own", "none", fresh=True)
    async def turn_off(body: FactorOffIn, request: Request, response: Response) -> SessionOut:
        account = await factor.turn_off(caller_of(request).account, body.password, address_of(request))
        return session_out(parts, account, await parts.guard.start(request, response, account))

    @router.post("/session/proof")
    @needs("own", "none")
    async def prove(body: ProofIn, request: Request, response: Response) -> SessionOut:
        """Say again who one is: for ten minutes dangerous acts are taken. The session goes on under another cookie."""
        caller = caller_of(request)
        await factor.prove(caller.account, body.password, body.code, address_of(request))
        login = await parts.guard.start(request, response, caller.account, replaces=caller.login.id)
        return session_out(parts, caller.account, login, caller.first)

    @router.delete("/users/{name}/factor", status_code=204)
    @needs("admin", "none", fresh=True)
    async def reset(name: Name, request: Request) -> None:
        """Take the second factor from somebody who has lost it; their sessions end."""
        await factor.reset(name, caller_of(request).account.name, address_of(request))

    return router
