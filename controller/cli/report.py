"""`cctv report`: a shift, a day or a week in figures, as text, JSON or CSV."""

import asyncio
import json
import sys
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from controller.api.report_schemas import ReportIn
from controller.app.report import write_report
from controller.cli import app, told
from controller.cli.export import Data, site_of
from controller.core.report_table import as_csv
from controller.ports import State
from shared.errors import Rejected


def text_lines(report: State) -> list[str]:
    """The report to be read."""
    alarms, answer, load = report["alarms"], report["response"], report["load"]
    hours = "" if report["hours"] is None else " " + "-".join(f"{at // 60:02}:{at % 60:02}" for at in report["hours"])
    running = " (so far)" if report["until_ms"] < report["to_ms"] else ""
    lines = [
        f"{report['period']} {report['day']}{hours}, {report['timezone']}{running}",
        (
            f"alarms: {alarms['alarms']} ({report['before']['alarms']} before), {alarms['open']} open, "
            f"{alarms['suppressed']} more under maintenance"
        ),
        (
            f"assessed: {alarms['true_alarms']} true, {alarms['false_alarms']} false, {alarms['nuisance']} nuisance, "
            f"{alarms['unassessed']} not; false and nuisance {_percent(alarms['nuisance_rate'])}"
        ),
        (
            f"acknowledged after {_s(answer['acknowledge_median_s'])} (median), "
            f"{_s(answer['acknowledge_p95_s'])} (95 %); {answer['unacknowledged']} not yet"
        ),
        (
            f"resolved after {_s(answer['resolve_median_s'])} (median), {_s(answer['resolve_p95_s'])} (95 %); "
            f"{answer['unresolved']} not yet"
        ),
        (
            f"in ten minutes for each of {load['operators']}: {load['per_10_min']:g} ({load['band']}), "
            f"{load['peak_10_min']} at the peak, {load['flood_percent']:g} % in flood"
        ),
    ]
    lines += [_safety(report["safety"], report["before"]), *(_zone(one) for one in report["presence"])]
    lines += [f"{one['alarms']:6} {one['rule_name']} ({one['severity']})" for one in report["causes"]]
    lines += [
        f"{one['held_ms'] / 60_000:8.1f} min in {one['occurrences']}: {one['zone_name'] or 'no zone'}, {one['kind']}"
        for one in report["exposure"]
    ]
    lines += [
        f"{one['camera']} {one['item']}: {_percent(one['rate'])} worn ({one['compliant_ms'] / 60_000:.1f} min worn, "
        f"{one['missing_ms'] / 60_000:.1f} missing, {one['unknown_ms'] / 60_000:.1f} unknown)"
        for one in report["worn"]
    ]
    lines += [
        f"{one['day']}: {one['alarms']:5} alarms, {_percent(one['rate'])} kept, {_min(one['exposure_ms'])} exposed"
        for one in report["trend"]["points"]
    ]
    lines += [
        f"{one['who']}: {one['acknowledged']} acknowledged, {_s(one['acknowledge_median_s'])} (median)"
        for one in report["people"] or ()
    ]
    return lines


def _safety(now: State, before: State) -> str:
    if now["present_ms"] is None:
        return "person-time: no figure, nothing was judged"
    return (
        f"person-time: {_percent(now['rate'])} kept to rules ({_percent(before['rate'])} before), "
        f"exposed {_min(now['exposure_ms'])} ({_min(before['exposure_ms'])} before) of {_min(now['present_ms'])}"
    )


def _zone(one: State) -> str:
    return (
        f"{one['zone_name'] or 'no zone'}, {one['rule_name']}: {_percent(one['rate'])} kept, "
        f"exposed {_min(one['exposure_ms'])} of {_min(one['present_ms'])}, {_min(one['unknown_ms'])} unknown; "
        f"{_percent(one['judged_share'])} of the period judged"
    )


def _min(value_ms: int | None) -> str:
    return "-" if value_ms is None else f"{value_ms / 60_000:.1f} min"


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:g} s"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


@app.command("report")
@told
def write(
    period: Annotated[
        Literal["shift", "day", "week"], typer.Argument(help="shift (with --hours), day or week.")
    ] = "day",
    day: Annotated[str | None, typer.Option("--day", help="2026-03-01; the last one that is over.")] = None,
    hours: Annotated[str | None, typer.Option("--hours", help="22:00-06:00, by the site's clock.")] = None,
    form: Annotated[
        Literal["text", "json", "csv"], typer.Option("--format", help="For people, programs or spreadsheets.")
    ] = "text",
    names: Annotated[bool, typer.Option("--names", help="Also who answered alarms.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    data: Data = None,
) -> None:
    """Write the figures of a shift, a day or a week; without names of people unless they are asked for."""
    given: dict[str, Any] = {"period": period, "day": day, "hours": hours, "names": names}
    try:
        asked = ReportIn.model_validate(given)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise Rejected(".".join(str(part) for part in first["loc"]), str(first["msg"])) from None
    report = asyncio.run(write_report(site_of(data), asked))
    if as_json or form == "json":
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    elif form == "csv":
        sys.stdout.write(as_csv(report))
    else:
        sys.stdout.writelines(f"{line}\n" for line in text_lines(report))
