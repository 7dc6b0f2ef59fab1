"""An identity provider that answers as it is told, also as none should."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "cctv", "a-secret-of-the-client"


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair by its name."""

    name: str
    algorithm: str
    private: Any

    @property
    def public(self) -> dict[str, Any]:
        kind = jwt.algorithms.ECAlgorithm if self.algorithm == "ES256" else jwt.algorithms.RSAAlgorithm
        told: dict[str, Any] = json.loads(kind.to_jwk(self.private.public_key()))
        return {**told, "kid": self.name, "alg": self.algorithm, "use": "sig"}


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@lru_cache
def new_key(name: str, algorithm: str = "RS256", number: int = 0) -> Key:
    """The same for the same `number`: making one takes its time."""
    del number
    if algorithm == "ES256":
        return Key(name, algorithm, ec.generate_private_key(ec.SECP256R1()))
    return Key(name, algorithm, rsa.generate_private_key(public_exponent=65537, key_size=2048))


@dataclass(slots=True)
class FakeProvider:
    """Whoever comes is logged in at once as `subject`. What is set here is what it does from then on."""

    port: int
    key: Key
    subject: str = "4711"
    groups: list[str] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)  # over those of each ID token; None: left out
    header: dict[str, Any] = field(default_factory=dict)
    signed_by: Key | None = None  # a key that it does not offer
    told: dict[str, Any] = field(default_factory=dict)  # over its description of itself
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # in place of its own, by path
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def agreed(self, url: str) -> str:
        """Where it sends a browser on to that comes with this address."""
        wanted = dict(parse_qsl(urlsplit(url).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = wanted
        return f"{wanted['redirect_uri']}?{urlencode({'code': code, 'state': wanted['state'], 'iss': self.issuer})}"

    def token(self, nonce: str, **more: Any) -> str:
        """An ID token as it signs them now."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": nonce, "iat": now, "exp": now + 300,
            "auth_time": now, "groups": self.groups, "preferred_username": "kim", "sid": "s-1",
        } | self.claims | more  # fmt: skip
        return self.sign({name: one for name, one in claims.items() if one is not None})

    def sign(self, claims: dict[str, Any]) -> str:
        key = self.signed_by or self.key
        header = {"kid": key.name} | self.header
        if self.header.get("alg") == "none":
            return ".".join(_text(json.dumps(one).encode()) for one in ({"alg": "none"}, claims)) + "."
        if self.header.get("alg") == "HS256":  # signed with what everybody knows: the public key
            head, rest = (_text(json.dumps(one).encode()) for one in (header, claims))
            mac = hmac.digest(json.dumps(key.public).encode(), f"{head}.{rest}".encode(), hashlib.sha256)
            return f"{head}.{rest}.{_text(mac)}"
        return jwt.encode(claims, key.private, key.algorithm, header)

    def redeemed(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        wanted = self.codes.pop(form.get("code", ""), None)
        if wanted is None:
            return 400, {"error": "invalid_grant"}
        made = _text(hashlib.sha256(form["code_verifier"].encode()).digest())
        if made != wanted["code_challenge"] or form["redirect_uri"] != wanted["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.token(wanted["nonce"])}

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave", "authorization_response_iss_parameter_supported": True,
        } | self.told  # fmt: skip


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """One on a loopback port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.agreed(self.path))
                self.end_headers()
                return
            self.answer(path, provider.described() if path.startswith("/.well") else {"keys": [provider.key.public]})

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            named = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            if named != f"{CLIENT}:{SECRET}":
                self.answer("/token", {"error": "invalid_client"}, 401)
                return
            status, told = provider.redeemed(form)
            self.answer("/token", told, status)

        def answer(self, path: str, document: dict[str, Any], status: int = 200) -> None:
            provider.asked.append(path)
            status, body = provider.answers.get(path, (status, json.dumps(document).encode()))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", body.decode())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = FakeProvider(server.server_port, new_key("first"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
