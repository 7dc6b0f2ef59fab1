"""The generated AsyncAPI document says what the channels are, and every reference in it leads somewhere."""

from collections.abc import Iterator
from typing import Any

from scripts.reference import asyncapi
from shared.topics import CHANNELS, PREFIX


def references(part: Any) -> Iterator[str]:
    """Every `$ref` below `part`."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_channel_is_there_with_its_address_and_direction() -> None:
    document = asyncapi()
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {f"{PREFIX}/{channel.template}" for channel in CHANNELS}
    sends = sum(operation["action"] == "send" for operation in document["operations"].values())
    assert sends == sum(channel.writer == "controller" for channel in CHANNELS)


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi()
    found = list(references(document))
    assert found
    for reference in found:
        here: Any = document
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
