"""A collector of traces (OTLP over HTTP, JSON) that keeps what it is told."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Traces:
    """Where it is, and every span that came, with its process's resource."""

    url: str = ""
    spans: list[dict[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    def of(self, trace: str) -> dict[str, list[dict[str, Any]]]:
        """One trace's spans by name."""
        found: dict[str, list[dict[str, Any]]] = {}
        for span in list(self.spans):
            if span["traceId"] == trace:
                found.setdefault(span["name"], []).append(span)
        return found


@contextlib.contextmanager
def collector() -> Iterator[Traces]:
    """One on loopback."""
    traces = Traces()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            traces.raw.append(text)
            for resource in json.loads(text)["resourceSpans"]:
                about = {one["key"]: one["value"]["stringValue"] for one in resource["resource"]["attributes"]}
                for scope in resource["scopeSpans"]:
                    traces.spans.extend({**span, "resource": about} for span in scope["spans"])
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        traces.url = f"http://127.0.0.1:{server.server_port}"
        yield traces
        server.shutdown()
