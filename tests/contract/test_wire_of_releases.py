"""An old node at a new controller and the reverse: what each release reads and writes is frozen."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared import topics
from tests.wire_schemas import Schema, misread, of_today

WIRE = Path(__file__).parents[1] / "golden" / "wire"
RELEASES: dict[str, dict[str, Schema]] = {
    file.stem: json.loads(file.read_text("utf-8")) for file in sorted((WIRE / "releases").glob("*.json"))
}
CHANNELS = {channel.name: channel for channel in topics.CHANNELS}
SAMPLES = [
    (release, file)
    for release in RELEASES
    for file in sorted((WIRE / "v1").glob("*.valid*.json"))
    if file.name.split(".")[0] in RELEASES[release]
]


def test_the_oldest_release_that_is_served_is_frozen() -> None:
    assert "0.1" in RELEASES
    assert RELEASES["0.1"].keys() <= CHANNELS.keys()


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", CHANNELS)
def test_each_release_and_this_one_read_each_other(release: str, name: str) -> None:
    if name not in RELEASES[release]:
        pytest.skip("it has no such channel")
    then, now = RELEASES[release][name], of_today()[name]
    assert misread(reader=now, writer=then) == [], "an older one's messages would not be read as they were meant"
    assert misread(reader=then, writer=now) == [], "an older one would not read ours as they are meant"


@pytest.mark.parametrize(("release", "sample"), SAMPLES, ids=lambda one: one if isinstance(one, str) else one.stem)
def test_what_was_sent_is_kept_and_what_is_sent_is_read(release: str, sample: Path) -> None:
    channel, given = CHANNELS[sample.name.split(".")[0]], json.loads(sample.read_text("utf-8"))
    sent = json.loads(channel.encode(channel.decode(sample.read_bytes())))
    Draft202012Validator(RELEASES[release][channel.name]).validate(sent)
    if "future" not in sample.name:
        assert lost(given, sent) == []


def lost(given: Any, sent: Any, place: str = "") -> list[str]:
    """What a reader passed over: it would write the message anew without it."""
    if isinstance(given, dict) and isinstance(sent, dict):
        known = [name for name in given if name in sent]
        return [f"{place}.{name}" for name in given if name not in sent and given[name] is not None] + [
            one for name in known for one in lost(given[name], sent[name], f"{place}.{name}")
        ]
    if isinstance(given, list) and isinstance(sent, list) and len(given) == len(sent):
        return [
            one for index, (a, b) in enumerate(zip(given, sent, strict=True)) for one in lost(a, b, f"{place}[{index}]")
        ]
    return [] if given == sent else [f"{place}: {given!r} became {sent!r}"]


def test_the_samples_have_every_field_of_the_release() -> None:
    for name, schema in RELEASES["0.1"].items():
        seen: set[str] = set()
        for _, file in SAMPLES:
            if file.name.startswith(f"{name}."):
                seen |= fields(json.loads(file.read_text("utf-8")))
        wanted = {one for part in (schema, *schema.get("$defs", {}).values()) for one in part.get("properties", {})}
        assert wanted - seen == set(), name


def fields(value: Any) -> set[str]:
    if isinstance(value, list):
        return {one for inner in value for one in fields(inner)}
    if isinstance(value, dict):
        return set(value) | {one for inner in value.values() for one in fields(inner)}
    return set()


def renamed(schema: Schema) -> None:
    schema["properties"]["zustand"] = schema["properties"].pop("state")


def newly_needed(schema: Schema) -> None:
    schema["properties"]["shift"] = {"type": "string"}
    schema["required"].append("shift")


def narrower(schema: Schema) -> None:
    schema["properties"]["at_error_ms"]["minimum"] = 5


def another_word(schema: Schema) -> None:
    schema["properties"]["state"]["enum"].append("sleeping")


def another_type(schema: Schema) -> None:
    schema["properties"]["seq"] = {"type": "string"}


def deeper(schema: Schema) -> None:
    schema["$defs"]["CameraInfo"]["properties"].pop("source")


@pytest.mark.parametrize("change", [renamed, newly_needed, narrower, another_word, another_type, deeper])
def test_a_change_that_breaks_somebody_is_told(change: Callable[[Schema], None]) -> None:
    before = of_today()["status"]
    after = copy.deepcopy(before)
    change(after)
    assert misread(reader=after, writer=before) + misread(reader=before, writer=after) != []


def test_what_only_grows_breaks_nobody() -> None:
    before = of_today()["cmd"]
    after = copy.deepcopy(before)
    after["properties"]["shift"] = {"type": "string", "default": ""}
    after["$defs"]["Dance"] = {"properties": {"kind": {"const": "dance", "type": "string"}}, "type": "object"}
    after["properties"]["command"]["oneOf"].append({"$ref": "#/$defs/Dance"})
    assert misread(reader=before, writer=after) == []
    assert misread(reader=after, writer=before) != []
