"""What a node that wants in and its controller say to each other, over HTTPS."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ENROLMENT = "/api/v1/enrolment"
REQUEST_BYTES = 4096  # of a CSR in PEM; an Ed25519 one has about 500
State = Literal["waiting", "approved"]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)  # the wire only grows


class EnrolmentIn(_Message):
    """A node asks, and asks again until somebody has decided."""

    proof: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$", repr=False)]
    csr: Annotated[str, Field(max_length=REQUEST_BYTES)]


class RenewalIn(_Message):
    """A node that is let in asks for its next certificate, with a token by its key."""

    csr: Annotated[str, Field(max_length=REQUEST_BYTES)]


class BrokerPlace(_Message):
    """Where the node finds the broker. `host`: None where it is the host that the node knows the controller by."""

    host: str | None = None
    port: int
    tls: bool = True
    ca_pem: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None  # only where the broker takes no certificates


class EnrolledCamera(_Message):
    """A camera that the invitation named; its addresses may hold a password."""

    name: str
    source: Annotated[str, Field(repr=False)]
    sub_source: Annotated[str | None, Field(repr=False)] = None


class Admission(_Message):
    """What a node that is let in needs to run."""

    site: str
    node: str
    certificate: str
    ca_pem: str | None = None  # signs the controller's own certificate; None: browsers trust it
    broker: BrokerPlace
    cameras: tuple[EnrolledCamera, ...] = ()


class EnrolmentOut(_Message):
    """`admission` comes once it is approved."""

    state: State
    node: str
    fingerprint: str
    admission: Admission | None = None


class RenewalOut(_Message):
    """The next certificate, and where it is taken; `broker`: None where the broker takes no certificates."""

    certificate: str
    broker: BrokerPlace | None = None
