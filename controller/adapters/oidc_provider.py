"""Asks an identity provider: what it is, what a code stands for, by what keys it signs; its answers are bounded."""

import asyncio
import base64
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import structlog
from jwt import PyJWK, PyJWS
from jwt.exceptions import PyJWTError

from controller.adapters.outgoing import guarded
from controller.core.oidc import ALGORITHMS, distrust
from controller.core.rate import Buckets, Rate
from controller.ports.ways import Door
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.texts import say

log = structlog.get_logger("oidc")

_ANSWER_S = 10.0
_MOST_BYTES = 256 * 1024
_MOST_KEYS = 50
_KEPT_MS = 10 * 60_000
_LOOKS = Rate(0.1, 5)
"""How often keys are fetched again because a token names one that is not known."""
_OK, _TOO_MANY, _SERVER_FAULT = 200, 429, 500
_BASIC, _POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    says_who: bool  # RFC 9207
    by_post: bool  # takes the client's secret in the body alone


@dataclass(slots=True)
class _Known:
    """What was fetched, and when."""

    endpoints: Endpoints
    keys: list[dict[str, Any]]
    at_ms: int


class OidcProvider:
    """One provider by its issuer. `hosts`: those beside the issuer's own that its endpoints may be on."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: Callable[[], str],
        clock: Clock,
        door: Door,
        *,
        hosts: tuple[str, ...] = (),
        ca_file: Path | None = None,
        answer_s: float = _ANSWER_S,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._door = door
        self._hosts = {urlsplit(issuer).netloc, *hosts}
        self._ca_file = ca_file
        self._answer_s = answer_s
        self._known: _Known | None = None
        self._fetching = asyncio.Lock()
        self._looks = Buckets(_LOOKS)

    async def endpoints(self) -> Endpoints:
        """What it says of itself, ten minutes old at most; `Transient` while it is away or shut."""
        await self._door.through()
        return (await self._fresh()).endpoints

    async def redeem(self, code: str, verifier: str, redirect: str) -> str:
        """The ID token that a code stands for; `Rejected` where it stands for none."""
        endpoints = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers = {}
        if endpoints.by_post:
            form |= {"client_id": self._client_id, "client_secret": self._secret()}
        else:
            named = f"{quote(self._client_id, safe='')}:{quote(self._secret(), safe='')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
        status, answer = await self._ask("POST", endpoints.token, form=form, headers=headers)
        if status != _OK:
            told = answer.get("error")
            # invalid_grant: used, too old or another's; whatever else it is, the site's settings are at fault
            log.warning("code refused", status=status, error=str(told)[:40])
            raise Rejected("code", say("oidc_refused")) if told == "invalid_grant" else distrust("token endpoint")
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise distrust("id_token")
        return token

    async def read(self, token: str, kinds: tuple[str, ...]) -> dict[str, Any]:
        """What a token says that one of the provider's keys signed. `kinds`: what it may call itself, in lower case."""
        try:
            header = PyJWS().get_unverified_header(token)
        except PyJWTError:
            raise distrust("form of the token") from None
        alg, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
        if alg not in ALGORITHMS or (kind is not None and str(kind).lower() not in kinds):
            raise distrust("alg or typ")
        for key in await self._keys(str(alg), None if kid is None else str(kid)):
            if (found := _signed(token, key, str(alg))) is not None:
                return found
        raise distrust("signature")

    async def _keys(self, alg: str, kid: str | None) -> list[dict[str, Any]]:
        """Those that may have signed it; fetched again where none has this name, since keys change."""
        known = await self._fresh()
        fitting = [one for one in known.keys if _fits(one, alg, kid)]
        if not fitting and not self._looks.take("keys", self._clock.monotonic_ms()):
            known = await self._fetch(known.at_ms)
            fitting = [one for one in known.keys if _fits(one, alg, kid)]
        return fitting

    async def _fresh(self) -> _Known:
        known = self._known
        if known is not None and self._clock.monotonic_ms() - known.at_ms < _KEPT_MS:
            return known
        return await self._fetch(None if known is None else known.at_ms)

    async def _fetch(self, older_than_ms: int | None) -> _Known:
        """Fetch both documents, unless somebody did so meanwhile."""
        await self._door.through()
        async with self._fetching:
            known = self._known
            if known is not None and (older_than_ms is None or known.at_ms > older_than_ms):
                return known
            told = await self._document(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self._issuer:
                raise distrust("issuer of its description")
            methods = told.get("token_endpoint_auth_methods_supported")
            endpoints = Endpoints(
                authorization=self._place(told, "authorization_endpoint"),
                token=self._place(told, "token_endpoint"),
                keys=self._place(told, "jwks_uri"),
                end_session=self._place(told, "end_session_endpoint") if told.get("end_session_endpoint") else None,
                says_who=told.get("authorization_response_iss_parameter_supported") is True,
                by_post=isinstance(methods, list) and _BASIC not in methods and _POST in methods,
            )
            keys = (await self._document(endpoints.keys)).get("keys")
            if not isinstance(keys, list):
                raise distrust("keys")
            usable = [one for one in keys[:_MOST_KEYS] if isinstance(one, dict)]
            self._known = _Known(endpoints, usable, self._clock.monotonic_ms())
            return self._known

    def _place(self, told: Mapping[str, Any], key: str) -> str:
        """An endpoint; it is on a host that the settings name, and reached as the issuer is."""
        url = told.get(key)
        try:
            parts = urlsplit(url if isinstance(url, str) else "")
        except ValueError:
            raise distrust(key) from None
        if parts.netloc not in self._hosts or parts.fragment or parts.scheme != urlsplit(self._issuer).scheme:
            raise distrust(f"host of {key}")
        return str(url)

    async def _document(self, url: str) -> dict[str, Any]:
        status, answer = await self._ask("GET", url)
        if status != _OK:
            raise distrust("status of its description")
        return answer

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and document; `Transient` when it is away. No redirect is followed."""
        content = b""
        try:
            with guarded(private=True):
                client = httpx.AsyncClient(
                    verify=ssl.create_default_context(cafile=self._ca_file),
                    trust_env=False,
                    follow_redirects=False,
                    timeout=self._answer_s,
                )
                async with (
                    asyncio.timeout(self._answer_s),
                    client,
                    client.stream(
                        method, url, data=form, headers={"Accept": "application/json", **(headers or {})}
                    ) as answer,
                ):
                    async for piece in answer.aiter_bytes():
                        content += piece
                        if len(content) > _MOST_BYTES:
                            raise distrust("length of an answer")
                    status = answer.status_code
        except (TimeoutError, httpx.TransportError, OSError) as fault:
            log.warning("provider away", url=url, fault=type(fault).__name__)
            raise Transient(say("oidc_away")) from None
        except httpx.HTTPError:
            raise distrust("an answer") from None
        if status >= _SERVER_FAULT or status == _TOO_MANY:
            log.warning("provider away", url=url, status=status)
            raise Transient(say("oidc_away"))
        return status, _object(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise distrust("form of an answer") from None
    if not isinstance(found, dict):
        raise distrust("form of an answer")
    return found


def _fits(key: Mapping[str, Any], alg: str, kid: str | None) -> bool:
    """Whether a key may sign by this algorithm, and has this name where one is asked for."""
    return (
        key.get("kty") == ALGORITHMS[alg]
        and key.get("alg", alg) == alg
        and key.get("use", "sig") == "sig"
        and (kid is None or key.get("kid") == kid)
    )


def _signed(token: str, key: dict[str, Any], alg: str) -> dict[str, Any] | None:
    """What a token says, if this key signed it."""
    try:
        checked = PyJWS(algorithms=[alg]).decode_complete(
            token, PyJWK(key, algorithm=alg), algorithms=[alg], options={"enforce_minimum_key_length": True}
        )
    except PyJWTError:
        return None
    return _object(checked["payload"])
