"""A fake serving cluster: speaks the open inference protocol over HTTP and runs ONNX Runtime behind it."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

_KINDS = {
    "FP32": np.float32, "FP16": np.float16, "FP64": np.float64, "UINT8": np.uint8,
    "INT64": np.int64, "INT32": np.int32, "BOOL": np.bool_,
}  # fmt: skip
_NAMES = {np.dtype(kind).name: name for name, kind in _KINDS.items()}
_TYPES = {"tensor(float)": "FP32", "tensor(int64)": "INT64", "tensor(float16)": "FP16", "tensor(uint8)": "UINT8"}


class Cluster(http.server.ThreadingHTTPServer):
    """Serves one model. Its troubles: a status to answer, an answer to give instead, a wait, JSON instead of bytes."""

    daemon_threads = False  # closing waits for whoever is being served

    def __init__(self, file: Path, name: str = "hats") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self.place = f"127.0.0.1:{self.server_port}"
        self.path = f"/v2/models/{name}"
        self.address = f"kserve+http://{self.place}{self.path}"
        self.status = 200
        self.answer: bytes | None = None
        self.wait_s = 0.0
        self.as_json = False
        self.most_batch = 1000
        self.batches: list[int] = []
        self.tokens: set[str] = set()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Cluster
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        cluster = self.server
        cluster.tokens.add(self.headers.get("Authorization", ""))
        if self.path != cluster.path:
            self._say(404, b'{"error": "unknown model"}')
            return
        document = {
            "name": "hats", "platform": "onnxruntime_onnx",
            "inputs": [_told(one) for one in cluster.session.get_inputs()],
            "outputs": [_told(one) for one in cluster.session.get_outputs()],
        }  # fmt: skip
        self._say(cluster.status, json.dumps(document).encode() if cluster.answer is None else cluster.answer)

    def do_POST(self) -> None:
        cluster = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(cluster.wait_s)
        if cluster.status != 200 or cluster.answer is not None:
            self._say(cluster.status, cluster.answer if cluster.answer is not None else b'{"error": "trouble"}')
            return
        length = int(self.headers["Inference-Header-Content-Length"])
        document, rest = json.loads(body[:length]), body[length:]
        feeds = {}
        for one in document["inputs"]:
            size = one["parameters"]["binary_data_size"]
            feeds[one["name"]] = np.frombuffer(rest[:size], _KINDS[one["datatype"]]).reshape(one["shape"])
            rest = rest[size:]
        batch = len(next(iter(feeds.values())))
        if batch > cluster.most_batch:
            self._say(400, f'{{"error": "inference request batch-size must be <= {cluster.most_batch}"}}'.encode())
            return
        cluster.batches.append(batch)
        outputs, data = [], b""
        for told, value in zip(cluster.session.get_outputs(), cluster.session.run(None, feeds), strict=True):
            one = {"name": told.name, "datatype": _NAMES[value.dtype.name], "shape": list(value.shape)}
            if cluster.as_json:
                outputs.append({**one, "data": value.reshape(-1).tolist()})
            else:
                outputs.append({**one, "parameters": {"binary_data_size": value.nbytes}})
                data += value.tobytes()
        header = json.dumps({"model_name": "hats", "outputs": outputs}).encode()
        self._say(200, header + data, None if cluster.as_json else len(header))

    def _say(self, status: int, content: bytes, header_length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if header_length is not None:
            self.send_header("Inference-Header-Content-Length", str(header_length))
        self.end_headers()
        self.wfile.write(content)


def _told(one: Any) -> dict[str, Any]:
    shape = [n if isinstance(n, int) else -1 for n in one.shape]
    return {"name": one.name, "datatype": _TYPES[one.type], "shape": shape}


@contextmanager
def serving(file: Path) -> Iterator[Cluster]:
    """A cluster on a free port, for as long as the block lasts."""
    with Cluster(file) as cluster:
        thread = threading.Thread(target=cluster.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield cluster
        finally:
            cluster.shutdown()
            thread.join()
