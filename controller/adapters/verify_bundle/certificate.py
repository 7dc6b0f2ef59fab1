"""Certificates (RFC 5280), as far as a path from a node's key to the site's CA needs them."""

from __future__ import annotations

import hashlib

from controller.adapters.verify_bundle.p256 import signed256
from controller.adapters.verify_bundle.reading import Unfit, exact_base64, sha256

EC_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ED_KEY = bytes.fromhex("302a300506032b6570032100")
EC_SIGNS, COMMON_NAME = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("0603550403")


def der(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and end of what begins at `at`."""
    head = data[at : at + 2]
    if len(head) < 2 or head[0] & 31 == 31:
        raise Unfit("is no certificate")
    length, at, tag = head[1], at + 2, head[0]
    if length & 128:
        many = length & 127
        length, at = int.from_bytes(data[at : at + many], "big"), at + many
        if not 0 < many < 4 or length < 128:
            raise Unfit("is no certificate")
    if at + length > len(data):
        raise Unfit("is no certificate")
    return tag, data[at : at + length], at + length


def parts_of(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Tag, content and all bytes of each in a sequence."""
    found, at = [], 0
    while at < len(data):
        tag, content, end = der(data, at)
        found.append((tag, content, data[at:end]))
        at = end
    return found


class Certificate:
    """What of one counts here: whose it is, whose key, who gave it."""

    def __init__(self, pem: object) -> None:
        data = exact_base64("".join(line for line in str(pem).strip().splitlines() if "-----" not in line))
        tag, whole, end = der(data)
        parts = parts_of(whole)
        if tag != 48 or end != len(data) or [one[0] for one in parts] != [48, 48, 3]:
            raise Unfit("is no certificate")
        self.signed, self.how, self.signature = parts[0][2], parts[1][2], parts[2][1]
        fields = [one for one in parts_of(parts[0][1]) if one[0] != 160]
        if len(fields) < 6:
            raise Unfit("is no certificate")
        self.issuer, self.subject, self.key = fields[2][2], fields[4][2], fields[5][2]
        self.mark = sha256(data)

    def name(self) -> str:
        """The common name, where it is all that there is."""
        rows = [pair for row in parts_of(der(self.subject)[1]) for pair in parts_of(row[1])]
        told = [parts_of(pair[1]) for pair in rows]
        if len(told) != 1 or len(told[0]) != 2 or told[0][0][2] != COMMON_NAME:
            raise Unfit("names more than one")
        return told[0][1][1].decode("utf-8", "replace")

    def gave(self, other: Certificate) -> bool:
        """Whether its key signed the other one."""
        if other.issuer != self.subject or other.how != EC_SIGNS or not self.key.startswith(EC_KEY):
            return False
        tag, content, end = der(other.signature[1:])
        numbers = parts_of(content)
        if other.signature[0] or end != len(other.signature) - 1 or [tag, *(one[0] for one in numbers)] != [48, 2, 2]:
            return False
        r, s = (int.from_bytes(one[1], "big") for one in numbers)
        return signed256(self.key[len(EC_KEY) :], other.signed, r, s)


def public_of(pem: object) -> bytes:
    """The 32 bytes of an Ed25519 public key in PEM."""
    text = "".join(line for line in str(pem).strip().splitlines() if "-----" not in line)
    data = exact_base64(text)
    if len(data) != 44 or not data.startswith(ED_KEY):
        raise Unfit("is no Ed25519 public key")
    return data[12:]


def fingerprint_of(pem: object) -> str:
    return hashlib.sha256(ED_KEY + public_of(pem)).hexdigest()
