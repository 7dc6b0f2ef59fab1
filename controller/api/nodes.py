"""Routes of one node: commands with their answers, the settings that are wanted of it."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.edits import by_header, expected_version, tell, version_tag
from controller.api.node_schemas import NodeLogOut
from controller.api.schemas import NodeAnswerOut, NodeCommandIn, NodeConfigIn, NodeConfigOut
from controller.api.session import address_of
from shared.fields import NODE_NAME
from shared.ids import CameraId, NodeId

Name = Annotated[str, Path(pattern=NODE_NAME)]
After = Annotated[int, Query(ge=0, le=2**53)]


def node_routes(parts: Parts) -> APIRouter:
    """`/nodes/{node}/…`."""
    router = APIRouter(prefix="/nodes/{node}", tags=["nodes"])

    @router.post("/commands")
    @needs("admin", "configure", pictures="clear")
    async def tell(node: Name, body: NodeCommandIn, request: Request) -> NodeAnswerOut:
        camera = None if body.camera is None else CameraId(body.camera)
        who = caller_of(request).account.name
        answer = await parts.nodes.tell(NodeId(node), body.kind, camera, who, address_of(request))
        return NodeAnswerOut(
            ok=answer.ok,
            reason=answer.reason,
            result=None if answer.result is None else dict(answer.result),
            media_type=answer.media_type,
            data=base64.b64encode(answer.data).decode("ascii"),
        )

    @router.get("/log")
    @needs("admin", "configure")
    async def log(node: Name, request: Request, after: After = 0) -> NodeLogOut:
        who = caller_of(request).account.name
        return NodeLogOut.model_validate(await parts.nodes.log(NodeId(node), after, who, address_of(request)))

    @router.get("/config")
    @needs("admin", "configure")
    async def config(node: Name, response: Response) -> NodeConfigOut:
        return _told(NodeConfigOut.model_validate(await parts.nodes.config(NodeId(node))), response)

    @router.put("/config")
    @needs("admin", "configure")
    async def put_config(node: Name, body: NodeConfigIn, request: Request, response: Response) -> NodeConfigOut:
        with by_header(request, body.version):
            state = await parts.nodes.put_config(
                NodeId(node),
                body.settings,
                expected_version=expected_version(request, body.version),
                who=caller_of(request).account.name,
                address=address_of(request),
            )
        return _told(NodeConfigOut.model_validate(state), response)

    return router


def _told(config: NodeConfigOut, response: Response) -> NodeConfigOut:
    tell(response, version_tag(config.version))
    return config
