"""The kinds of fields that payloads are made of: names, ids, hashes, times."""

from typing import Annotated

from pydantic import Field

NODE_NAME = r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$"
CAMERA = r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\.[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$"
UUID = r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
SHA256 = r"^[0-9a-f]{64}$"
RELEASE = r"^[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}-(?:any|[a-z]{2,20}-[a-z0-9]{2,20})$"
MD5 = r"^[0-9a-f]{32}$"

NodeName = Annotated[str, Field(pattern=NODE_NAME)]
CameraName = Annotated[str, Field(pattern=CAMERA)]
Uuid = Annotated[str, Field(pattern=UUID)]
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]
"""Ed25519, base64."""
Sha256 = Annotated[str, Field(pattern=SHA256)]
Md5 = Annotated[str, Field(pattern=MD5)]
UnixMs = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
Unit = Annotated[float, Field(ge=0, le=1)]
