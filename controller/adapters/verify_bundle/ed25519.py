"""Signatures of nodes and sites: Ed25519 (RFC 8032). Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""

from __future__ import annotations

import hashlib
from typing import Any

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(a: Any, b: Any) -> Any:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    twist, double = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, double - twist, double + twist, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(data: bytes) -> Any:
    """The point that 32 bytes name; None where they name none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is this key's under `message`: [S]B - [k]A is R."""
    point = _point(public) if len(public) == 32 else None
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or scalar >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    times, minus = int.from_bytes(digest, "little") % Q, (P - point[0], point[1], 1, P - point[3])
    both, found = _add(BASE, minus), (0, 1, 1, 0)
    for bit in range(max(scalar.bit_length(), times.bit_length()) - 1, -1, -1):
        found = _add(found, found)
        which = (scalar >> bit & 1) | (times >> bit & 1) << 1
        if which:
            found = _add(found, (BASE, minus, both)[which - 1])
    inverse = pow(found[2], P - 2, P)
    x, y = found[0] * inverse % P, found[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
