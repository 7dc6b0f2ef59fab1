"""`cctv model`: which models there are, where they come from, what they are called, how fast they are."""

import getpass
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from controller.adapters.model_card import ModelCard, knows_person
from controller.adapters.model_catalogue import catalogue
from controller.adapters.model_folder import Present
from controller.app.models import add_model, listed, map_model, parse_scores, pull_model, remove_model
from controller.cli import app, told, warn
from controller.settings import default_data_dir
from shared.errors import Rejected
from shared.logs import configure_logs
from shared.texts import say

model = typer.Typer(no_args_is_help=True, help="The models that judge: list, pull, add, use, map, bench, remove.")
app.add_typer(model, name="model")

Data = Annotated[Path | None, typer.Option("--data", help="The site's data directory.")]
Name = Annotated[str, typer.Argument(help="The model's name, as `cctv model list` shows it.")]
_EVERY_S = 0.2
_MOST_BATCH = 16


def _home(data: Path | None) -> Path:
    return data or default_data_dir(os.environ)  # noqa: TID251 - the command line reads it


@model.command("list")
@told
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False, data: Data = None
) -> None:
    """Show the models that are here, those that can be pulled, and those to export.

    CHANGED: the file is another one than was added, and is not loaded. MISSING: there is none any more. Put it back,
    or remove the model.
    """
    here, there = listed(_home(data))
    exports = catalogue().exports
    if as_json:
        document = {
            "here": [
                {"name": m.name, "shipped": m.shipped, "state": _state(m), "file_bytes": m.bytes, **asdict(m.card)}
                for m in here
            ],
            "to_pull": [asdict(m) for m in there],
            "to_export": [asdict(m) for m in exports],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    lines = [("NAME", "STATE", "LICENCE", "BYTES", "INPUT", "HEAD", "CLASSES")]
    for one in here:
        card = one.card
        size = "" if card.input is None else f"{card.input[0]}x{card.input[1]}"
        called = ", ".join(f"{theirs}={ours or '-'}" for theirs, ours in card.class_map)
        classes = f"{len(card.classes) or ''} {f'({called})' if called else ''}".strip()
        classes = "anomaly score" if card.task == "anomaly" else classes
        licence = card.licence or ("Apache-2.0" if one.shipped else "not known")
        lines.append((one.name, _state(one), licence, str(one.bytes), size, card.head, classes))
    for entry in there:
        state = "to pull (for a node)" if entry.where == "node" else "to pull"
        size = f"{entry.input[0]}x{entry.input[1]}"
        lines.append((entry.name, state, entry.licence, str(entry.bytes or ""), size, entry.head, entry.classes))
    lines += [(one.name, "to export", one.licence, "", "", one.head, one.classes) for one in exports]
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    for line in lines:
        sys.stdout.write("  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _state(one: Present) -> str:
    if one.missing:
        return "MISSING"
    return "CHANGED" if one.changed() else "shipped" if one.shipped else "here"


def _warn_without_person(field: str, name: str, card: ModelCard) -> None:
    if card.task == "detect" and not knows_person(card):
        warn([f"{field}: {say('model_no_person', model=name)}"])


@model.command("pull")
@told
def pull(
    name: Annotated[str, typer.Argument(help="A name of the catalogue.")],
    mirror: Annotated[
        str | None, typer.Option("--from", help="Another https address of the same file; its host is then trusted.")
    ] = None,
    data: Data = None,
) -> None:
    """Fetch a model of the catalogue, check it, and put it in. Stopped with Ctrl-C, it goes on from there."""
    from urllib.parse import urlsplit

    from controller.adapters.model_download import HOSTS

    hosts = HOSTS if mirror is None else HOSTS | {urlsplit(mirror).netloc.removesuffix(":443")}
    try:
        done = pull_model(_home(data), name, _Line(), getpass.getuser(), address=mirror, hosts=hosts)
    except KeyboardInterrupt:
        sys.stderr.write("\ncctv: stopped; the same command goes on where it was\n")
        raise typer.Exit(1) from None
    if isinstance(done, Path):
        sys.stdout.write(f"{name}: {done}; a node takes it as [detector] model\n")
    else:
        sys.stdout.write(f"{done.name}: {done.bytes} bytes, {done.card.head}, {len(done.card.classes)} classes\n")


class _Line:
    """How far a download is, on a terminal."""

    def __init__(self) -> None:
        self._due = 0.0

    def __call__(self, so_far: int, in_all: int) -> None:
        if not sys.stderr.isatty() or (time.monotonic() < self._due and so_far != in_all):
            return
        self._due = time.monotonic() + _EVERY_S
        whole = f" of {in_all / 1e6:.1f}" if in_all else ""
        sys.stderr.write(f"\r\x1b[K{so_far / 1e6:.1f}{whole} MB{chr(10) if so_far == in_all else ''}")
        sys.stderr.flush()


@model.command("add")
@told
def add(
    file: Annotated[Path, typer.Argument(help="An ONNX file.")],
    name: Annotated[str | None, typer.Option("--as", help="Its name here; the file's, if left out.")] = None,
    licence: Annotated[str, typer.Option("--licence", help="Its licence's short name, for example Apache-2.0.")] = "",
    accepted: Annotated[
        str | None, typer.Option("--accept-licence", help="Accept this licence, which binds whoever uses the model.")
    ] = None,
    source: Annotated[str, typer.Option("--source", help="Where it comes from, for the record.")] = "",
    classes: Annotated[
        str | None, typer.Option("--classes", help="File with its class names, or 'coco'; else as found.")
    ] = None,
    values: Annotated[
        str | None, typer.Option("--values", help="What its input is: byte (0..255), unit (0..1) or imagenet.")
    ] = None,
    placing: Annotated[
        str | None, typer.Option("--placing", help="How pictures are fitted in: corner, centre or stretch.")
    ] = None,
    score_range: Annotated[
        str | None,
        typer.Option("--score-range", help="Of an anomaly model: LOW:HIGH, which of its numbers are 0 and 1."),
    ] = None,
    score_clip: Annotated[
        bool, typer.Option("--score-clip", help="Numbers beyond that range count as its ends; else they are refused.")
    ] = False,
    mean: Annotated[
        str | None, typer.Option("--mean", help="Of an anomaly model: R,G,B taken off its input, after --values.")
    ] = None,
    deviation: Annotated[
        str | None, typer.Option("--deviation", help="Of an anomaly model: R,G,B by which that is divided.")
    ] = None,
    data: Data = None,
) -> None:
    """Put a model in from a file: it is tried, and refused with the reason where something does not fit."""
    done = add_model(
        _home(data), file, name, getpass.getuser(), licence=licence, accepted=accepted, source=source,
        classes=classes, values=values, placing=placing,
        scores=parse_scores(score_range, score_clip, mean, deviation),
    )  # fmt: skip
    card = done.card
    _warn_without_person("classes", done.name, card)
    size = "" if card.input is None else f"{card.input[0]}x{card.input[1]}"
    sys.stdout.write(
        f"{done.name}: {card.head}, input {size}, {len(card.classes)} classes, {card.licence}\n"
        f"SHA-256 {card.sha256}\nTo let it judge: cctv model use {done.name}\n"
        if card.task == "detect"
        else f"{done.name}: anomaly score ({card.head}), input {size}, {card.licence}\n"
        f'SHA-256 {card.sha256}\nTo let it score a camera: "NODE.CAMERA" = "{done.name}" under [anomaly.models] in '
        "cctv.toml\n"
    )


@model.command("map")
@told
def map_classes(
    name: Name,
    changes: Annotated[list[str], typer.Argument(help="THEIRS=OURS, for example item=person; THEIRS= leaves it out.")],
    data: Data = None,
) -> None:
    """Call a model's classes otherwise; it holds from the worker's next start."""
    wanted: dict[str, str] = {}
    for one in changes:
        theirs, sign, ours = one.partition("=")
        if not sign:
            raise Rejected("map", f"{one!r} is not THEIRS=OURS")
        wanted[theirs.strip()] = ours.strip()
    card = map_model(_home(data), name, wanted, getpass.getuser())
    for theirs, ours in card.class_map:
        sys.stdout.write(f"{theirs} -> {ours or '(left out)'}\n")
    _warn_without_person("map", name, card)


@model.command("remove")
@told
def remove(name: Name, data: Data = None) -> None:
    """Take a model out, with what is known of it."""
    remove_model(_home(data), name, getpass.getuser())
    sys.stdout.write(f"{name}: removed\n")


@model.command("bench")
@told
def bench(
    name: Annotated[str, typer.Argument(help="A model's name, or an ONNX file.")] = "yard",
    provider: Annotated[
        list[str] | None, typer.Option("--provider", help="cuda, tensorrt, openvino, cpu; may be repeated; else all.")
    ] = None,
    batch: Annotated[list[int] | None, typer.Option("--batch", min=1, max=_MOST_BATCH, help="May be repeated.")] = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Folder of your own pictures instead of the known ones.")
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help="Inference threads of a CPU.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    data: Data = None,
) -> None:
    """Measure a model on every provider: AP50, against the CPU, latency and throughput; which one `auto` takes."""
    from controller.app.bench_model import auto_takes, bench_model

    configure_logs(level="ERROR", json_lines=False)
    found, reports = bench_model(
        name,
        folders=[_home(data) / "models"],
        providers=provider or [],
        batches=batch or [1, 4, 8],
        pictures=pictures,
        threads=threads,
        timer=time.perf_counter,
    )
    taken = None if provider else auto_takes(reports)
    if as_json:
        document = {"model": found.name, "auto": taken, "providers": [asdict(r) for r in reports]}
        sys.stdout.write(json.dumps(document) + "\n")
        return
    sys.stdout.write(f"{found.name} {found.sha256[:12]}\n")
    for report in reports:
        if report.fault:
            sys.stdout.write(f"{report.provider}: does not run: {report.fault}\n")
            continue
        best = "no truth for its classes" if report.ap50 is None else f"AP50 {report.ap50:.3f}"
        against = (
            "" if report.agreement is None else f"; {report.agreement}, {'good' if report.agreement.good else 'WORSE'}"
        )
        sys.stdout.write(f"{report.provider}: {best}{against}\n")
        for one in report.times:
            sys.stdout.write(f"  batch {one.batch:2}: {one.latency_ms:8.1f} ms, {one.pictures_s:8.1f} pictures/s\n")
    if taken is not None:
        sys.stdout.write(f"auto takes {taken}, the fastest that sees as well\n")
