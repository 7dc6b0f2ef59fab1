"""Routes of the audit: what was done by whom, its check, and lines for a log collector."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from controller.api.audit_schemas import (
    AuditChecked,
    AuditCheckIn,
    AuditHeadOut,
    AuditLinesIn,
    AuditPage,
    AuditPageIn,
    AuditStanding,
)
from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.session import address_of
from controller.core.audit import FIRST_PREVIOUS
from controller.core.audit_search import json_line, syslog_line

_CHECKED_AT_ONCE = 10_000
_LINES_AT_ONCE = 500


def audit_routes(parts: Parts) -> APIRouter:
    """`/audit`."""
    router = APIRouter(prefix="/audit", tags=["audit"])

    @router.get("")
    @needs("admin", "site")
    async def audit(asked: Annotated[AuditPageIn, Query()]) -> AuditPage:
        cursor = None if asked.cursor is None else int(asked.cursor)
        return AuditPage.model_validate(await parts.audit.page(asked.search(), cursor, asked.limit))

    @router.get("/standing")
    @needs("admin", "site")
    async def audit_standing() -> AuditStanding:
        seal, head = await parts.audit.standing()
        return AuditStanding(
            seq=seal.seq if seal else 0,
            chain=seal.chain if seal else FIRST_PREVIOUS,
            unsealed=await parts.audit.unsealed(),
            head=None if head is None else AuditHeadOut(**asdict(head)),
        )

    @router.get("/check")
    @needs("admin", "site")
    async def check_audit(asked: Annotated[AuditCheckIn, Query()]) -> AuditChecked:
        """One part of a check, from `after` on: who wants the whole asks with `next` until there is none."""
        return AuditChecked.model_validate(asdict(await parts.audit_check.part(asked.after, _CHECKED_AT_ONCE)))

    @router.get(
        "/lines",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/jsonl": {}, "text/plain": {}}}},
    )
    @needs("admin", "site")
    async def audit_lines(asked: Annotated[AuditLinesIn, Query()], request: Request) -> StreamingResponse:
        """Every entry that fits, the oldest first, a line each: JSON, or syslog (RFC 5424)."""
        who = caller_of(request).account.name
        told = {"format": asked.format, **asked.model_dump(mode="json", exclude={"format"}, exclude_defaults=True)}
        await parts.audit.note(who, "audit.export", address=address_of(request), detail=told)
        name = f"audit-{parts.site}.{'jsonl' if asked.format == 'jsonl' else 'log'}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        kind = "application/jsonl" if asked.format == "jsonl" else "text/plain; charset=utf-8"
        return StreamingResponse(_lines(parts, asked), media_type=kind, headers=headers)

    return router


async def _lines(parts: Parts, asked: AuditLinesIn) -> AsyncIterator[str]:
    after = 0
    while found := await parts.audit.after(asked.search(), after, _LINES_AT_ONCE):
        for state in found:
            yield json_line(state) if asked.format == "jsonl" else syslog_line(state, parts.site, parts.site)
        after = int(found[-1]["id"])
