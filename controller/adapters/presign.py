"""AWS signature version 4 for one PUT by URL, with every given header signed: minio signs `host` only."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class S3Key:
    """Who signs, and for which region."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


def presign_put(endpoint: str, path: str, headers: Mapping[str, str], key: S3Key, now: datetime, expires_s: int) -> str:
    """A URL for a PUT to `path` ("/bucket/key") at `endpoint` ("https://host:port") that needs exactly `headers`.

    With `x-amz-content-sha256` among them the store is asked to check the body against it.
    """
    scheme, _, host = endpoint.partition("://")
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{key.region}/s3/aws4_request"
    signed = {"host": host, **{name.lower(): value.strip() for name, value in headers.items()}}
    names = ";".join(sorted(signed))
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{key.access_key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(expires_s),
        "X-Amz-SignedHeaders": names,
    }
    query_text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
    path_text = quote(path, safe="/-_.~")
    header_text = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    payload = signed.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    request = f"PUT\n{path_text}\n{query_text}\n{header_text}\n{names}\n{payload}"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = f"AWS4{key.secret_key}".encode()
    for part in (stamp[:8], key.region, "s3", "aws4_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{scheme}://{host}{path_text}?{query_text}&X-Amz-Signature={signature}"
