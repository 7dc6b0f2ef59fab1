"""The generated pages say what the channels, the settings and the commands are."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from controller.cli import app as controller_app
from controller.core.figures import FIGURES
from controller.settings import Settings as ControllerSettings
from edge_agent.cli import app as node_app
from edge_agent.settings import Settings as NodeSettings
from scripts.commands_page import commands_of, commands_page
from scripts.metrics_page import metrics_page
from scripts.reference import asyncapi
from scripts.settings_page import settings_page
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


def models_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those in its fields."""
    yield model
    for field in model.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models_of(part)


@pytest.mark.parametrize("settings", [ControllerSettings, NodeSettings])
def test_every_setting_has_a_meaning_and_a_row(settings: type[BaseModel]) -> None:
    page = settings_page()
    models = list(models_of(settings))
    assert len(models) > 6
    for model in models:
        for name, field in model.model_fields.items():
            assert field.description or issubclass(
                getattr(field.annotation, "__origin__", BaseModel), BaseModel | tuple
            )
            if field.description:
                meant = re.escape(field.description)
                row, section = rf"^\| `{name}` \|.*\| {meant} \|$", rf"^### `\[+[a-z_.]*{name}\]+`\n\n{meant}"
                assert re.search(f"{row}|{section}", page, re.MULTILINE), name


def test_bounds_defaults_and_choices_are_told() -> None:
    page = settings_page()
    assert "| `port` | whole number | `8080` | ≥ 1, ≤ 65535 |" in page
    assert '| `kind` | one of `"directory"`, `"s3"` | `"directory"` |' in page
    assert "| `node` | text | required |" in page
    assert "### `[[cameras]]`" in page


@pytest.mark.parametrize(("program", "app"), [("cctv", controller_app), ("cctv-edge", node_app)])
def test_every_command_and_option_stands_on_the_page_with_its_help(program: str, app: typer.Typer) -> None:
    page = commands_page()
    commands = list(commands_of(program, typer.main.get_command(app)))
    assert len(commands) > 2
    for name, command in commands:
        section = page.partition(f"### `{name}")[2].partition("\n##")[0]
        assert str(command.help).strip().splitlines()[0] in section
        for parameter in command.params:
            if not parameter.hidden:
                assert parameter.help, (name, parameter.name)
                assert parameter.help in section, (name, parameter.name)


def test_every_figure_stands_on_the_page_with_its_labels_and_meaning() -> None:
    page = metrics_page()
    for figure in FIGURES:
        assert f"| `{figure.name}` | {'counter' if figure.name.endswith('_total') else 'gauge'} | " in page
        assert f"| {', '.join(figure.labels)} | {figure.says} |\n" in page
