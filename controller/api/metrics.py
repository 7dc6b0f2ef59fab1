"""The site's figures in Prometheus' words, for a monitor with the site's token and for people who are logged in."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from controller.api.auth import Guard, needs, set_first
from controller.core.access import allows
from controller.core.figures import samples
from controller.core.site_counts import SiteCounts
from controller.errors import Refused, Unauthenticated
from controller.flows.tell_figures import TellFigures
from shared.texts import say


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures, and the token by which a monitor may read them; no token: people only."""

    figures: TellFigures
    token: str | None


class _Site(Collector):
    def __init__(self, site: SiteCounts) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        for figure, told in samples(self._site):
            family: CounterMetricFamily | GaugeMetricFamily
            if figure.counts:
                family = CounterMetricFamily(figure.name.removesuffix("_total"), figure.says, labels=figure.labels)
            else:
                family = GaugeMetricFamily(figure.name, figure.says, labels=figure.labels)
            for values, number in told:
                family.add_metric(values, number)
            yield family


def metrics_text(site: SiteCounts) -> bytes:
    """One answer to a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site(site))
    return generate_latest(registry)


def metrics_routes(metrics: Metrics, guard: Guard) -> APIRouter:
    """`/metrics`."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    @needs("nobody", "none")
    async def scrape(request: Request) -> Response:
        await _admit(request, metrics.token, guard)
        return Response(
            metrics_text(await metrics.figures.now()),
            media_type=CONTENT_TYPE_LATEST,
            headers={"Cache-Control": "no-store"},
        )

    return router


async def _admit(request: Request, token: str | None, guard: Guard) -> None:
    """Let in who has the token, or a session that may see the site; `Unauthenticated` or `Refused` else."""
    given = request.headers.get("authorization")
    if given is not None:
        scheme, _, shown = given.partition(" ")
        fits = token is not None and hmac.compare_digest(shown.strip().encode(), token.encode())
        if scheme.lower() != "bearer" or not fits:
            raise Unauthenticated("token", say("log_in_first"))
        return
    caller = await guard.caller(request)
    if caller is None:
        raise Unauthenticated("session", say("log_in_first"))
    account = caller.account
    if caller.first is not None:
        raise Refused("role", set_first(caller.first))
    if not allows(account.role, "viewer"):
        raise Refused("role", say("needs_role", role="viewer"))
    if not caller.sight().everything:
        raise Refused("right", say("needs_all_cameras"))
