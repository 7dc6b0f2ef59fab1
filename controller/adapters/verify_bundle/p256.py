"""Signatures of a site's CA: ECDSA on P-256 (FIPS 186-5). Points are (x, y), None is the one at infinity."""

from __future__ import annotations

import hashlib
from typing import Any

P256 = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B256 = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G256 = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _sum256(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P256 == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P256) % P256
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P256) % P256
    x = (slope * slope - a[0] - b[0]) % P256
    return x, (slope * (a[0] - x) - a[1]) % P256


def _times256(number: int, point: Any) -> Any:
    found = None
    for bit in f"{number:b}":
        found = _sum256(found, found)
        found = _sum256(found, point) if bit == "1" else found
    return found


def signed256(public: bytes, message: bytes, r: int, s: int) -> bool:
    """Whether (r, s) is this key's (x, then y) signature under `message`, over its SHA-256."""
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    on_it = max(x, y) < P256 and (y * y - x * x * x + 3 * x - B256) % P256 == 0
    if len(public) != 64 or not on_it or not 0 < r < N256 or not 0 < s < N256:
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N256)
    mine, theirs = _times256(digest * inverse % N256, G256), _times256(r * inverse % N256, (x, y))
    found = _sum256(mine, theirs)
    return found is not None and found[0] % N256 == r
