"""The Engine port on a serving cluster (Triton, KServe, OpenVINO Model Server): open inference protocol 2."""

import hashlib
import json
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from controller.adapters.engine import Feeds, OutOfMemory, Tensor
from controller.adapters.onnx_engine import is_no_memory
from shared.errors import Broken, Rejected, Transient

SCHEME = "kserve+"
_ADDRESS = re.compile(
    r"kserve\+(https?)://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?/v2/models/([A-Za-z0-9._-]{1,100})"
    r"(?:/versions/([0-9]{1,10}))?"
)
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|\[::1\]")
_TOO_LARGE = re.compile(r"batch.size must be <=", re.IGNORECASE)  # as Triton says it
_KINDS: dict[str, type[np.generic]] = {
    "FP32": np.float32, "FP16": np.float16, "FP64": np.float64, "UINT8": np.uint8,
    "INT64": np.int64, "INT32": np.int32, "BOOL": np.bool_,
}  # fmt: skip
_TYPES: dict[type[np.generic], str] = {kind: name for name, kind in _KINDS.items()}
_CONNECT_S, _ANSWER_S = 3.0, 10.0
_MOST_ANSWER_BYTES = 256 * 1024**2
_MOST_METADATA_BYTES = 1_000_000
_TOO_MANY, _SERVER_FAULT, _AWAY = 429, 500, frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Remote:
    """A model on another machine. `place`: host and port, as the settings allow it."""

    url: str
    place: str
    name: str


def parse_remote(address: str, allowed: Iterable[str]) -> Remote:
    """Read `kserve+https://HOST[:PORT]/v2/models/NAME[/versions/N]`; only hosts that the settings name are asked."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Rejected("model", f"{address[:200]!r} is not kserve+https://HOST:PORT/v2/models/NAME")
    scheme, host, port, name, version = found.groups()
    place = f"{host}{port or ''}"
    if place not in set(allowed):
        raise Rejected(
            "model", f"{place} is not among [worker] serving_hosts: pictures leave the controller only by name"
        )
    if scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise Rejected("model", f"{place} would get pictures in clear text: use https")
    path = f"/v2/models/{name}" + (f"/versions/{version}" if version else "")
    return Remote(f"{scheme}://{place}{path}", place, name)


class KserveEngine:
    """One model of a serving cluster. Pictures go there as raw bytes, answers come back so or as JSON."""

    few_shapes = False

    def __init__(
        self,
        remote: Remote,
        *,
        through: Callable[[], None],
        trust: ssl.SSLContext | None = None,
        token: str | None = None,
        answer_s: float = _ANSWER_S,
    ) -> None:
        """Ask what the model is. `Transient`: cannot be reached now; `Rejected`: is not what is needed.

        `through` is asked each time before anything goes: `WayShut` where nothing may.
        """
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self.provider = f"kserve {remote.place}"
        self._remote = remote
        self._through = through
        self._client = httpx.Client(
            verify=trust or ssl.create_default_context(),
            headers=headers,
            timeout=httpx.Timeout(answer_s, connect=_CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )
        try:
            told = self._ask("GET", "", None, _MOST_METADATA_BYTES)
            document = _document(told.content)
            self.inputs = tuple(_tensor(one) for one in _list(document, "inputs"))
            self._outputs = [str(one["name"]) for one in _list(document, "outputs")]
        except BaseException:
            self._client.close()
            raise
        self.sha256 = hashlib.sha256(told.content).hexdigest()
        self.metadata: Mapping[str, str] = {}

    def close(self) -> None:
        self._client.close()

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        head: dict[str, Any] = {
            "inputs": [],
            "outputs": [{"name": n, "parameters": {"binary_data": True}} for n in self._outputs],
        }
        parts: list[bytes] = []
        for name, value in feeds.items():
            data = np.ascontiguousarray(value).tobytes()
            kind = {"name": name, "datatype": _TYPES[value.dtype.type], "shape": list(value.shape)}
            head["inputs"].append({**kind, "parameters": {"binary_data_size": len(data)}})
            parts.append(data)
        header = json.dumps(head).encode()
        try:
            answer = self._ask("POST", "/infer", (header, b"".join([header, *parts])), _MOST_ANSWER_BYTES)
        except Rejected as fault:  # it was fit when it was loaded
            raise Broken(fault.fault) from None
        return _outputs(answer, self._outputs)

    def _ask(self, method: str, path: str, body: tuple[bytes, bytes] | None, most: int) -> "_Answer":
        self._through()
        headers = {}
        if body is not None:
            headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(len(body[0]))}
        try:
            with self._client.stream(
                method, self._remote.url + path, headers=headers, content=None if body is None else body[1]
            ) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > most:
                        raise Broken(f"{self._remote.place} answers more than {most} bytes")
                self._check(response.status_code, content)
                return _Answer(content, response.headers.get("inference-header-content-length"))
        except httpx.TransportError as fault:
            raise Transient(f"{self._remote.place} cannot be reached: {fault or type(fault).__name__}") from None
        except httpx.HTTPError as fault:
            raise Broken(f"{self._remote.place} cannot be understood: {fault}") from None

    def _check(self, status: int, content: bytes) -> None:
        if status == 200:  # noqa: PLR2004 - OK
            return
        told = content[:300].decode("utf-8", "replace")
        if is_no_memory(told) or _TOO_LARGE.search(told):
            raise OutOfMemory(f"{self._remote.place}: {told}")
        if status in _AWAY or status == _TOO_MANY:
            raise Transient(f"{self._remote.place} answers {status}: {told}")
        if status >= _SERVER_FAULT:
            raise Broken(f"{self._remote.place} answers {status}: {told}")
        raise Rejected("model", f"{self._remote.place} answers {status}: {told}")


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    header_length: str | None


def _outputs(answer: _Answer, wanted: list[str]) -> dict[str, NDArray[Any]]:
    """Outputs by name; whatever does not add up is `Broken`."""
    try:
        length = len(answer.content) if answer.header_length is None else int(answer.header_length)
        if not 0 <= length <= len(answer.content):
            raise Broken("an answer of the serving cluster is cut off")
        document = _document(answer.content[:length])
        rest, found = memoryview(answer.content)[length:], {}
        for one in _list(document, "outputs"):
            shape = [int(n) for n in one["shape"]]
            kind = _KINDS[one["datatype"]]
            size = (one.get("parameters") or {}).get("binary_data_size")
            if size is None:
                values = np.array(one["data"], kind)
            else:
                if size != prod(shape) * np.dtype(kind).itemsize or size > len(rest):
                    raise Broken("an answer of the serving cluster is cut off")
                values, rest = np.frombuffer(rest[:size], kind), rest[size:]
            found[str(one["name"])] = values.reshape(shape)
        return {name: found[name] for name in wanted}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, Rejected) as fault:
        raise Broken(f"an answer of the serving cluster is not understood: {fault!r}"[:300]) from None


def _document(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Rejected("model", "the serving cluster's answer is no JSON") from None
    if not isinstance(found, dict):
        raise Rejected("model", "the serving cluster's answer is no object")
    return found


def _list(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key)
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in found
    ):
        raise Rejected("model", f"the serving cluster tells no {key}")
    return found


def _tensor(told: Mapping[str, Any]) -> Tensor:
    shape = told.get("shape")
    if not isinstance(shape, list) or not all(isinstance(n, int | str) for n in shape):
        raise Rejected("model", f"the serving cluster tells no shape of {told['name']!r}")
    sides = tuple(int(n) if str(n).lstrip("-").isdigit() else -1 for n in shape)
    return Tensor(str(told["name"]), _KINDS.get(str(told.get("datatype"))), tuple(n if n > 0 else None for n in sides))
