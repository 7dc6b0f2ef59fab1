"""The wire models of models: what is here, which judges, what one sees."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model, NoticeOut
from controller.api.system_schemas import SaidOut
from controller.api.whole import Flag


class ModelOut(Model):
    """`changed`: the file is another one than was added; `missing`: it is gone; `unfit`: it does not load."""

    name: str
    state: Literal["here", "shipped", "changed", "missing", "unfit"]
    fault: str  # why it does not load
    bytes: int
    sha256: str
    licence: str  # empty: not known
    source: str
    task: Literal["detect", "anomaly"]
    head: str  # how its answers are laid out
    input_width_px: int  # 0: not known
    input_height_px: int
    precision: str  # of its weights; empty: not known
    classes: list[str]  # as the site calls them
    chosen: bool  # it is meant to judge
    judging: bool  # it judges now
    provider: str  # what runs it, while it judges
    fallback: str  # why a faster provider does not run it
    fallback_said: SaidOut | None
    can_judge: bool
    removable: bool
    lacks: list[NoticeOut]  # what rules in force need and it does not know, with those that judge beside it


class ModelToPullOut(Model):
    name: str
    file: str
    task: str
    licence: str
    address: str
    sha256: str
    head: str
    classes: str
    input: tuple[int, int]
    bytes: int  # 0: not known
    where: Literal["controller", "node"]


class ModelToExportOut(Model):
    """Published by nobody as a file: its own tools write it."""

    name: str
    licence: str
    head: str
    classes: str
    steps: list[str]


class ModelsOut(Model):
    """A choice stands above the settings file until somebody names another model there."""

    chosen: str  # the model that is meant to judge
    in_settings: str  # the one that the settings file names
    beside: list[str]  # models that the settings file has judge too
    by: str | None  # who chose it; null: the settings file did
    at: AwareDatetime | None
    before: str | None  # what was meant to judge until then
    notices: list[NoticeOut]  # what the worker has to tell
    models: list[ModelOut]
    to_pull: list[ModelToPullOut]
    to_export: list[ModelToExportOut]
    tag: str = ""  # for `If-Match` at `PUT`


class ModelChoiceIn(Model):
    """Null: the model that the settings file names."""

    name: Annotated[str, Field(min_length=1, max_length=500)] | None
    confirm: Flag = False  # needed where rules in force need what it lacks


class ModelBoxOut(Model):
    class_name: str
    confidence: float
    x1: float
    y1: float
    x2: float
    y2: float


class ModelLookOut(Model):
    """What a model sees in a picture; boxes as shares of it."""

    width_px: int
    height_px: int
    took_ms: float  # one picture on one core of the controller's processor
    boxes: list[ModelBoxOut]
