"""The settings of the stores: where footage comes in, and where it may move to later."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_ADDRESS = r"^https?://[A-Za-z0-9.:\[\]-]+$"


class _Place(BaseModel):
    """A directory, or a bucket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["directory", "s3"] = Field("directory", description="A directory on this machine, or an S3 store.")
    path: Path | None = Field(None, description="Of a directory store; store/ in the data directory when left out.")
    endpoint: Annotated[str, Field(pattern=_ADDRESS)] | None = Field(None, description="Address of the S3 store.")
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = Field(
        None, description="Name of the bucket; it must exist."
    )
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] = Field(
        "us-east-1", description="Region that requests are signed for."
    )
    access_key_file: Path | None = Field(None, description="File with the access key.")
    secret_key_file: Path | None = Field(None, description="File with the secret key.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = ("endpoint", "bucket", "access_key_file", "secret_key_file")
        if self.kind == "s3" and (missing := [name for name in needed if getattr(self, name) is None]):
            raise ValueError(f"kind = 's3' needs {', '.join(missing)}")
        return self

    def at(self, home: Path) -> Self:
        """The same with every path absolute; relative ones count from `home`."""
        named = {name: getattr(self, name) for name in ("path", "access_key_file", "secret_key_file")}
        paths = {name: (home / path.expanduser()).absolute() for name, path in named.items() if path is not None}
        return self.model_copy(update=paths)


class SecondStore(_Place):
    """Where footage moves that is old, or held, by the rules of `cctv retention move`: a NAS, or another bucket."""

    path: Path | None = Field(
        None, description="Of a directory store; made once by `cctv retention second --prepare`, on what is mounted."
    )
    move_s_bytes: Annotated[int, Field(ge=100_000, le=10**12)] = Field(
        10_000_000, description="How much is read or written in a second, at most, while footage moves."
    )

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.kind == "directory" and self.path is None:
            raise ValueError("kind = 'directory' needs path")
        return self


class Store(_Place):
    """Where the footage goes."""

    public_endpoint: Annotated[str, Field(pattern=_ADDRESS)] | None = Field(
        None, description="The same as nodes reach it, where that differs."
    )
    scrub_day_bytes: Annotated[int, Field(ge=0, le=10**15)] = Field(
        100_000_000_000, description="How much of what is stored is read and compared in a day; 0: nothing."
    )
    second: SecondStore | None = Field(None, description="Left out: there is none.")

    def at(self, home: Path) -> Self:
        """The same with every path absolute; relative ones count from `home`."""
        first = super().at(home)
        return first if self.second is None else first.model_copy(update={"second": self.second.at(home)})

    def doubled(self, path: Path) -> bool:
        """Whether both are one place, or one lies in the other; `path`: the first's, as a directory."""
        second = self.second
        if second is None or second.kind != self.kind:
            return False
        if second.kind == "s3" or second.path is None:
            return (second.endpoint, second.bucket) == (self.endpoint, self.bucket)
        one, other = path.resolve(), second.path.resolve()
        return one.is_relative_to(other) or other.is_relative_to(one)
