"""What a bundle consists of, and how large what is read may be."""

from __future__ import annotations

import re
from typing import Callable

SCHEMA = "cctv-evidence-bundle/1"
MANIFEST, SIGNATURE, SUMS, KEYS, CUSTODY = "manifest.json", "manifest.sig", "SHA256SUMS", "keys.json", "custody.jsonl"
SIGNED_MANIFEST, SIGNED_ENTRY = b"cctv.evidence.manifest.v1\0", b"cctv.ledger.entry.v1\0"
BLOCK, DOCUMENT_MOST, LINES_MOST, LINE_MOST, FAULTS_MOST = 4_194_304, 33_554_432, 67_108_864, 1_048_576, 1_000
INDEX_MOST = 4_194_304
PACKED_MOST = 100  # times smaller than it is: what bundles hold is packed tenfold at most
MINUTE = 60_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
HEX = re.compile(r"[0-9a-f]{64}")
Told = Callable[[str, int, int], None]
