"""Routes by which nodes are let in: theirs, before anybody knows them, and people's."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.enrolment_schemas import (
    NodeApprovalIn,
    NodeInvitationIn,
    NodeInvitationsOut,
    NodeRevocationIn,
    NodeTokenOut,
)
from controller.api.picture_door import RELEASE as RELEASE_KIND
from controller.api.session import address_of
from controller.core.grants import EVERYTHING
from controller.core.node_file import NodeCamera
from controller.core.rate import ENROLMENTS, Buckets, neighbourhood
from controller.errors import Missing, TooOften
from controller.ports.looking import looking
from shared.enrolment import EnrolmentIn, EnrolmentOut, RenewalIn, RenewalOut
from shared.fields import NODE_NAME, RELEASE
from shared.texts import say

Name = Annotated[str, Path(pattern=NODE_NAME)]
ReleaseName = Annotated[str, Path(pattern=RELEASE, max_length=120)]
_BEARER = "Bearer "


def enrolment_routes(parts: Parts) -> APIRouter:
    """`/enrolment`: they check their own credential, and tell who has none nothing."""
    router = APIRouter(prefix="/enrolment", tags=["enrolment"])
    buckets = Buckets(ENROLMENTS)

    def bound(request: Request) -> str:
        address = address_of(request)
        if wait_ms := buckets.take(neighbourhood(address), parts.clock.monotonic_ms()):
            raise TooOften("rate", say("too_often"), -(-wait_ms // 1000))
        return address

    @router.get("/ca", response_class=PlainTextResponse)
    @needs("nobody", "none")
    async def authority(request: Request) -> PlainTextResponse:
        bound(request)
        pem = parts.admission.doors().ca_pem
        if pem is None:
            raise Missing("ca", say("enrol_no_authority"))
        return PlainTextResponse(pem)

    @router.post("")
    @needs("nobody", "none")
    async def ask(body: EnrolmentIn, request: Request, response: Response) -> EnrolmentOut:
        address = bound(request)
        response.headers["Cache-Control"] = "no-store"
        with looking(EVERYTHING):
            return await parts.admission.ask(body.proof, body.csr, address)

    @router.get("/releases/{name}", response_class=FileResponse)
    @needs("nobody", "none")
    async def release(
        name: ReleaseName, request: Request, authorization: Annotated[str, Header(max_length=4096)] = ""
    ) -> FileResponse:
        bound(request)
        with looking(EVERYTHING):
            await parts.admission.proven(authorization.removeprefix(_BEARER))
        file = await asyncio.to_thread(parts.release_file, name)
        if file is None:
            raise Missing("release", say("unknown", key=name))
        return FileResponse(file, media_type=RELEASE_KIND, headers={"Cache-Control": "no-store"})

    @router.post("/renewal")
    @needs("nobody", "none")
    async def renew(
        body: RenewalIn, request: Request, authorization: Annotated[str, Header(max_length=4096)] = ""
    ) -> RenewalOut:
        address = bound(request)
        token = authorization.removeprefix(_BEARER) if authorization.startswith(_BEARER) else None
        with looking(EVERYTHING):
            return await parts.admission.renew(token, body.csr, address)

    return router


def invitation_routes(parts: Parts) -> APIRouter:
    """`/invitations`, and the end of a node."""
    router = APIRouter(tags=["nodes"])

    @router.get("/invitations")
    @needs("admin", "site")
    async def invitations() -> NodeInvitationsOut:
        return NodeInvitationsOut.model_validate({"invitations": await parts.admission.on_their_way()})

    @router.post("/invitations", status_code=201)
    @needs("admin", "site")
    async def invite(body: NodeInvitationIn, request: Request, response: Response) -> NodeTokenOut:
        cameras = tuple(NodeCamera(one.name, one.source, one.sub_source) for one in body.cameras)
        who = caller_of(request).account.name
        token = await parts.admission.invite(body.node, cameras, body.life_min, who, address_of(request))
        response.headers["Cache-Control"] = "no-store"
        command = f"cctv-edge enroll {parts.address_for_nodes()} {token}"
        return NodeTokenOut(node=body.node, token=token, command=command)

    @router.post("/invitations/{node}/approve", status_code=204)
    @needs("admin", "site", fresh=True)
    async def approve(node: Name, body: NodeApprovalIn, request: Request) -> None:
        await parts.admission.approve(node, body.fingerprint, caller_of(request).account.name, address_of(request))

    @router.post("/invitations/{node}/reject", status_code=204)
    @needs("admin", "site")
    async def reject(node: Name, request: Request) -> None:
        await parts.admission.reject(node, caller_of(request).account.name, address_of(request))

    @router.post("/nodes/{node}/revoke", status_code=204)
    @needs("admin", "site", fresh=True)
    async def revoke(node: Name, body: NodeRevocationIn, request: Request) -> None:
        await parts.admission.revoke(node, body.why, caller_of(request).account.name, address_of(request))

    return router
