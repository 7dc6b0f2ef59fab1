"""Routes of logging in and out."""

from fastapi import APIRouter, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.grant_schemas import rights_out
from controller.api.session_schemas import LoggedOutOut, LoginIn, PasswordIn, SessionOut
from controller.core.access import role_of
from controller.core.grants import RIGHTS, rights_of_role
from controller.core.second_factor import First
from controller.ports import Login
from controller.ports.access import Person


def address_of(request: Request) -> str:
    """Where a request came from, for the audit log and the throttle."""
    return request.client.host if request.client else ""


def provider_of(parts: Parts, account: Person) -> str | None:
    """What the identity provider is called that logs somebody in; its address, where it is none of the site's now."""
    if parts.elsewhere is not None and account.issuer == parts.elsewhere.demands.issuer:
        return parts.elsewhere.shown
    return account.issuer


def session_out(parts: Parts, account: Person, login: Login, first: First | None = None) -> SessionOut:
    """A session as the one who has it is told."""
    return SessionOut(
        username=account.name,
        role=role_of(account.role),
        csrf=login.csrf,
        must_set_password=account.must_set_password,
        must_set_factor=first == "factor",
        second_factor=account.second_factor,
        provider=provider_of(parts, account),
        site=parts.site,
        demo=parts.demo,
        time_zone=parts.time_zone,
        rights=[right for right in RIGHTS if right in rights_of_role(account.role, parts.guard.roles)],
        cameras=rights_out(account.given),
    )


def session_routes(parts: Parts) -> APIRouter:
    """`/session`."""
    router = APIRouter(tags=["session"])

    async def begun(request: Request, response: Response, account: Person) -> SessionOut:
        login = await parts.guard.start(request, response, account)
        must_set = not account.must_set_password and not account.second_factor and parts.factor.required_of(account)
        return session_out(parts, account, login, "factor" if must_set else None)

    @router.post("/session")
    @needs("nobody", "none")
    async def log_in(body: LoginIn, request: Request, response: Response) -> SessionOut:
        if body.code:
            account = await parts.login.with_code(body.code, address_of(request))
        else:
            account = await parts.login.with_password(body.username, body.password, address_of(request), body.second)
        return await begun(request, response, account)

    @router.get("/session")
    @needs("own", "none")
    async def session(request: Request) -> SessionOut:
        caller = caller_of(request)
        return session_out(parts, caller.account, caller.login, caller.first)

    @router.delete("/session")
    @needs("own", "none")
    async def log_out(request: Request, response: Response) -> LoggedOutOut:
        caller, elsewhere = caller_of(request), parts.elsewhere
        token = None if elsewhere is None else await elsewhere.sessions.id_token(caller.login.id)
        await parts.sessions.log_out(caller.account.name, caller.login.id, address_of(request))
        parts.guard.end(response)
        return LoggedOutOut(url=None if elsewhere is None or token is None else await elsewhere.farewell(token))

    @router.post("/session/password")
    @needs("own", "none")
    async def set_password(body: PasswordIn, request: Request, response: Response) -> SessionOut:
        account = caller_of(request).account
        address = address_of(request)
        changed = await parts.login.set_password(account, body.current, body.new, address, body.second)
        return await begun(request, response, changed)

    return router
