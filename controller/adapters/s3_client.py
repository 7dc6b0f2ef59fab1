"""Opens the client of an S3 store: its own pool of connections, no tries of its own."""

import urllib3
from minio import Minio

from controller.adapters.presign import S3Key
from shared.errors import Rejected

_READ_S = 60


def s3_client(
    endpoint: str, key: S3Key, *, field: str, connections: int, connect_s: float
) -> tuple[Minio, urllib3.PoolManager]:
    """The client of `endpoint`, and the connections it leans on; `Rejected` names `field` where that is no address."""
    scheme, _, host = endpoint.partition("://")
    if scheme not in {"http", "https"} or not host or "/" in host:
        raise Rejected(field, "is not http(s)://host[:port]")
    patience = urllib3.Timeout(connect=connect_s, read=_READ_S)
    http = urllib3.PoolManager(retries=False, maxsize=connections, timeout=patience)
    secure = scheme == "https"
    try:
        client = Minio(
            host,
            access_key=key.access_key,
            secret_key=key.secret_key,
            secure=secure,
            region=key.region,
            http_client=http,
        )
    except ValueError as fault:
        raise Rejected(field, str(fault)) from None
    return client, http
