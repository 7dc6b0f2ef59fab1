"""Asks a controller to be let in, and for the next certificate; nothing secret is sent before its CA is proven."""

import hashlib
import hmac
import ssl
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from shared.enrolment import ENROLMENT, EnrolmentIn, EnrolmentOut, RenewalIn, RenewalOut
from shared.errors import CctvError, Rejected, Transient

_TIMEOUT_S = 10.0
_CA_BYTES = 16_384
_TRY_LATER = frozenset({408, 425, 429})

M = TypeVar("M", bound=BaseModel)


async def proven_ca(url: str, ca_sha256: bytes) -> str:
    """The CA that the token names, as the controller hands it out to anybody; `Rejected` when it has another one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # what comes is public, and compared
    try:
        async with httpx.AsyncClient(verify=context, timeout=_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(f"{url}{ENROLMENT}/ca")
            pem, status = answer.text[:_CA_BYTES], answer.status_code
    except httpx.HTTPError as fault:
        raise _away(fault) from None
    _check_status(status, "")
    try:
        found = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.strip())).digest()
    except ValueError:
        found = b""
    if not hmac.compare_digest(found, ca_sha256):
        told = "this server does not have the CA that the token names: is it the right address, and the right site?"
        raise Rejected("URL", told)
    return pem


class EnrolmentClient:
    """One controller, whose certificate is checked from the first byte that matters on."""

    def __init__(self, url: str, ca_pem: str | None, ca_sha256: bytes | None = None) -> None:
        """`ca_sha256`: the CA that an invitation names; it is fetched first."""
        self._base = url
        self._url = url + ENROLMENT
        self._ca_sha256 = ca_sha256
        self.ca_pem = ca_pem

    async def ask(self, proof: str, csr: str) -> EnrolmentOut:
        """`Transient` while nobody answers, `Rejected` when they say no."""
        if self.ca_pem is None and self._ca_sha256 is not None:
            self.ca_pem = await proven_ca(self._base, self._ca_sha256)
        trusted = ssl.create_default_context(cadata=self.ca_pem)
        return await self._post("", EnrolmentIn(proof=proof, csr=csr), EnrolmentOut, {}, trusted)

    async def renew(self, csr: str, token: str) -> RenewalOut:
        """The same; as everything else of a node that is in, it believes the system's CAs, too."""
        trusted = ssl.create_default_context()
        if self.ca_pem is not None:  # it may be the broker's alone, and a proxy's certificate a public one
            trusted.load_verify_locations(cadata=self.ca_pem)
        headers = {"Authorization": f"Bearer {token}"}
        return await self._post("/renewal", RenewalIn(csr=csr), RenewalOut, headers, trusted)

    async def _post(
        self, path: str, body: BaseModel, kind: type[M], headers: dict[str, str], trusted: ssl.SSLContext
    ) -> M:
        try:
            async with httpx.AsyncClient(verify=trusted, timeout=_TIMEOUT_S, trust_env=False) as client:
                answer = await client.post(self._url + path, json=body.model_dump(), headers=headers)
        except httpx.HTTPError as fault:
            raise _away(fault) from None
        _check_status(answer.status_code, _said(answer))
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError:
            raise Rejected("URL", "what answers there is no controller of this kind") from None


def _check_status(status: int, said: str) -> None:
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _TRY_LATER:
        raise Transient(f"controller: answered {status}")
    if status == httpx.codes.NOT_FOUND:
        raise Rejected("URL", "the controller there does not know how to let nodes in: it may be older than this node")
    if status >= httpx.codes.BAD_REQUEST:
        raise Rejected("controller", said or f"answered {status}")


def _said(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return ""
    return str(document.get("detail", ""))[:300] if isinstance(document, dict) else ""


def _away(fault: httpx.HTTPError) -> CctvError:
    """A certificate that is not trusted stays so; all else may be over in a moment."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Rejected("URL", f"its certificate is not trusted: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    return Transient(f"controller: {fault or type(fault).__name__}")
