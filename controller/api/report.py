"""Routes of reports: a shift, a day or a week in figures."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from controller.api.auth import caller_of, needs
from controller.api.deps import Parts
from controller.api.report_schemas import ReportIn, ReportOut, ReportTrend
from controller.core.report_table import as_csv
from controller.errors import Refused
from controller.ports import State
from shared.texts import say


def report_routes(parts: Parts) -> APIRouter:
    """`/report`."""
    router = APIRouter(tags=["report"])

    async def written(asked: ReportIn, request: Request) -> State:
        if asked.names and caller_of(request).account.role != "admin":
            raise Refused("names", say("needs_role", role="admin"))
        return await parts.report.state(asked.wanted(parts.report.today()), names=asked.names)

    @router.get("/report")
    @needs("viewer", "view")
    async def report(asked: Annotated[ReportIn, Query()], request: Request) -> ReportOut:
        return ReportOut.model_validate(await written(asked, request))

    @router.get("/report/trend")
    @needs("viewer", "view")
    async def report_trend(asked: Annotated[ReportIn, Query()]) -> ReportTrend:
        return ReportTrend.model_validate(await parts.report.trend(asked.wanted(parts.report.today())))

    @router.get("/report.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    @needs("viewer", "view")
    async def report_table(asked: Annotated[ReportIn, Query()], request: Request) -> Response:
        found = await written(asked, request)
        found["trend"] = await parts.report.trend(asked.wanted(parts.report.today()))
        name = f"report-{found['period']}-{found['day']}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    return router
