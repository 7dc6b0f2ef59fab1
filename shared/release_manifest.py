"""What a release holds, as whoever makes releases signed it; nothing of it is read before the signature fits."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.errors import Rejected
from shared.fields import Sha256
from shared.releases import release

WIRE = 1
"""The generation of messages that this version speaks: the `v1` of every topic."""
MAX_RELEASE_BYTES = 2_000_000_000

_WHAT = b"cctv.release.v1\0"
"""Before what is signed, so that no signature of the same key for another end fits here."""
_KEY_END = "-----END PUBLIC KEY-----"


class ReleaseFile(BaseModel):
    """One file: its name has no way out of the folder that it is written to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^(?:wheels/)?[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$")]
    length_bytes: Annotated[int, Field(ge=0, le=MAX_RELEASE_BYTES)]
    sha256: Sha256


class ReleaseManifest(BaseModel):
    """`platform` any: its packages come from elsewhere, or fit everywhere. Unknown keys are refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["cctv.release.v1"] = Field("cctv.release.v1", alias="schema")
    version: Annotated[str, Field(pattern=r"^[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}$")]
    platform: Annotated[str, Field(pattern=r"^(?:any|[a-z]{2,20}-[a-z0-9]{2,20})$")]
    made_at: AwareDatetime
    wire_min: Annotated[int, Field(ge=1, le=1000)]
    wire_max: Annotated[int, Field(ge=1, le=1000)]
    files: Annotated[tuple[ReleaseFile, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _consistent(self) -> "ReleaseManifest":
        if len({one.name for one in self.files}) != len(self.files):
            raise ValueError("two files have the same name")
        if sum(one.length_bytes for one in self.files) > MAX_RELEASE_BYTES:
            raise ValueError(f"its files have more than {MAX_RELEASE_BYTES} bytes")
        if self.wire_min > self.wire_max:
            raise ValueError("wire_min is larger than wire_max")
        return self

    @property
    def length_bytes(self) -> int:
        """Of all its files."""
        return sum(one.length_bytes for one in self.files)


def sign_manifest(manifest: bytes, private_key_pem: str) -> str:
    """The signature, base64; `Rejected` when the key is none of ours."""
    try:
        key = load_pem_private_key(private_key_pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Rejected("key", "is not an Ed25519 private key in PEM")
    return base64.b64encode(key.sign(_WHAT + manifest)).decode()


def read_manifest(manifest: bytes, signature: str, public_keys_pem: str) -> ReleaseManifest:
    """What was signed by one of these keys (one after the other in PEM: while keys change, two are good)."""
    keys = release_keys(public_keys_pem)
    try:
        signed = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        raise Rejected("release", "its signature is not readable") from None
    if not any(_fits(key, signed, manifest) for key in keys):
        raise Rejected("release", "is not signed by a key that is trusted here: changed on its way, or somebody else's")
    try:
        return ReleaseManifest.model_validate_json(manifest)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "manifest"
        raise Rejected(f"release.{place}", first["msg"].removeprefix("Value error, ")) from None


def release_keys(public_keys_pem: str) -> Sequence[Ed25519PublicKey]:
    """The keys in a file; `Rejected` when one of them is none."""
    texts = [f"{text.strip()}\n{_KEY_END}\n" for text in public_keys_pem.split(_KEY_END)[:-1]]
    if not texts:
        raise Rejected("release key", "the file holds no public key in PEM")
    keys: list[Ed25519PublicKey] = []
    for text in texts:
        try:
            key = load_pem_public_key(text.encode())
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise Rejected("release key", "the file holds something else than Ed25519 public keys in PEM")
        keys.append(key)
    return keys


def check_step(manifest: ReleaseManifest, installed: str, platform: str, *, downgrade: bool = False) -> None:
    """Whether this machine may go there: its packages fit, its messages are understood, and it is no way back."""
    if manifest.platform not in {"any", platform}:
        raise Rejected("release.platform", f"is for {manifest.platform}, and this is {platform}")
    if not manifest.wire_min <= WIRE <= manifest.wire_max:
        told = f"speaks messages of {manifest.wire_min} to {manifest.wire_max}, and the site those of {WIRE}"
        raise Rejected("release.wire", told)
    here, there = release(installed), release(manifest.version)
    if downgrade or here is None or there is None:
        return
    if there < here:
        told = f"{manifest.version} is older than {installed}, which is installed: ask for a downgrade to go back"
        raise Rejected("release.version", told)


def _fits(key: Ed25519PublicKey, signature: bytes, manifest: bytes) -> bool:
    try:
        key.verify(signature, _WHAT + manifest)
    except InvalidSignature:
        return False
    return True
