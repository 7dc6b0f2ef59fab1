"""The wire models of destinations of exports; no answer has a key."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr

from controller.api.schemas import Model
from controller.core.export_target import BUCKET, ENDPOINT, NAME, PREFIX, REGION, TargetFault, TargetKind

TargetName = Annotated[str, Field(pattern=f"^{NAME}$")]
Key = Annotated[SecretStr, Field(min_length=3, max_length=200)]


class ExportTargetIn(Model):
    """An S3 store. Without keys those that it has stay: a new one, and one at another endpoint, needs them."""

    endpoint: Annotated[str, Field(pattern=f"^{ENDPOINT}$")]
    bucket: Annotated[str, Field(pattern=f"^{BUCKET}$")]
    prefix: Annotated[str, Field(pattern=f"^{PREFIX}$")] = ""  # folders, each with its slash
    region: Annotated[str, Field(pattern=f"^{REGION}$")] = "us-east-1"
    access_key: Key | None = None
    secret_key: Key | None = None


class ExportTargetOut(Model):
    """Where exports may be sent: a directory that the settings file names, or an S3 store."""

    name: TargetName
    kind: TargetKind
    path: str  # of a directory
    endpoint: str
    bucket: str
    prefix: str
    region: str
    created_by: str
    created_at: AwareDatetime | None  # none: it is in the settings file
    tag: str = ""  # for `If-Match` at `PUT`


class ExportTargetTestOut(Model):
    """What came of writing, reading back and removing a little."""

    ok: bool
    reason: Literal[""] | TargetFault  # empty: it worked
    detail: str  # what it answered
    free_bytes: int | None  # none: nobody knows
    took_ms: int
