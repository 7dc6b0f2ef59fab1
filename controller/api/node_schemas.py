"""The wire models of a node's log."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NodeLogOut(Model):
    """A node's newest log lines, without secrets; ask again after `newest`."""

    ok: bool
    reason: str  # why not: the node is older than this command, or busy
    newest: int
    lines: list[str]
