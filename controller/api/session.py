"""Routes of logging in and out."""

from fastapi import APIRouter, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.grant_schemas import rights_out
from controller.api.schemas import LoginIn, PasswordIn, SessionOut
from controller.core.access import role_of
from controller.core.grants import RIGHTS, rights_of_role
from controller.ports import Login
from controller.ports.access import Person


def address_of(request: Request) -> str:
    """Where a request came from, for the audit log and the throttle."""
    return request.client.host if request.client else ""


def session_routes(parts: Parts) -> APIRouter:
    """`/session`."""
    router = APIRouter(tags=["session"])

    def told(account: Person, login: Login) -> SessionOut:
        return SessionOut(
            username=account.name,
            role=role_of(account.role),
            csrf=login.csrf,
            must_set_password=account.must_set_password,
            site=parts.site,
            demo=parts.demo,
            time_zone=parts.time_zone,
            rights=[right for right in RIGHTS if right in rights_of_role(account.role, parts.guard.roles)],
            cameras=rights_out(account.given),
        )

    @router.post("/session")
    @needs("nobody", "none")
    async def log_in(body: LoginIn, request: Request, response: Response) -> SessionOut:
        if body.code:
            account = await parts.login.with_code(body.code, address_of(request))
        else:
            account = await parts.login.with_password(body.username, body.password, address_of(request))
        return told(account, await parts.guard.start(request, response, account))

    @router.get("/session")
    @needs("own", "none")
    async def session(request: Request) -> SessionOut:
        caller = caller_of(request)
        return told(caller.account, caller.login)

    @router.delete("/session", status_code=204)
    @needs("own", "none")
    async def log_out(request: Request, response: Response) -> None:
        caller = caller_of(request)
        await parts.sessions.log_out(caller.account.name, caller.login.id, address_of(request))
        parts.guard.end(response)

    @router.post("/session/password")
    @needs("own", "none")
    async def set_password(body: PasswordIn, request: Request, response: Response) -> SessionOut:
        account = caller_of(request).account
        changed = await parts.login.set_password(account, body.current, body.new, address_of(request))
        return told(changed, await parts.guard.start(request, response, changed))

    return router
