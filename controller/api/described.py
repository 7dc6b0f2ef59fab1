"""Completes the API's description: problems as they are sent, media by kind, who may call, examples of bodies."""

from typing import Any

from controller.api.auth import COOKIE, CSRF_HEADER
from controller.core.repeats import HEADER, KEY, takes_key
from controller.ports.editing import HEADER as IF_MATCH

Json = dict[str, Any]
_PROBLEM = "#/components/responses/Problem"
_MEDIA = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".svg": "image/svg+xml", ".csv": "text/csv"}
_UNSAFE = {"post", "put", "patch", "delete"}
_SAMPLES = {
    "uuid": "01963f2e-7c1a-7000-8000-0123456789ab",
    "camera": "gate.yard",
    "node": "gate",
    "target": "gate",
    "username": "kim",
    "to": "lee",
    "password": "a long passphrase of yours",
    "current": "the one before",
    "new": "a long passphrase of yours",
    "code": "ABCD-EFGH",
    "why": "for the insurer",
    "reason": "for the insurer",
    "note": "on my way",
    "text": "ladder",
    "name": "yard",
    "address": "https://hooks.example/cctv",
    "from_time": "22:00",
    "until_time": "07:00",
    "from_ms": 1_772_352_000_000,
    "start_ms": 1_772_352_000_000,
    "to_ms": 1_772_355_600_000,
    "end_ms": 1_772_355_600_000,
}
"""What stands in an example, by the name of its field or the form that it must have."""
_RULE = {"name": "lawn", "kind": "zone_intrusion", "camera": "gate.yard", "zone": [[0, 0], [1, 0], [1, 1]]}
EXAMPLES: dict[str, Json] = {
    "LoginIn": {"username": "kim", "password": "a long passphrase of yours"},
    "RulesIn": {"version": 3, "rules": [_RULE]},
    "TrialIn": {
        "document": {"rules": [_RULE]},
        "camera": "gate.yard",
        "from_ms": 1_772_352_000_000,
        "to_ms": 1_772_355_600_000,
    },
    "EnrolmentIn": {"proof": "5f0c" * 10, "csr": "-----BEGIN CERTIFICATE REQUEST-----\n…"},
    "RenewalIn": {"csr": "-----BEGIN CERTIFICATE REQUEST-----\n…"},
    "NodeApprovalIn": {"fingerprint": "0f3a 77c1 9d42 e6b8 51aa 3c90 d7f4 2b6e"},
    "NodeInvitationIn": {"node": "pole", "life_min": 60, "cameras": [{"name": "front", "source": "picamera://0"}]},
    "NodeConfigIn": {"settings": {"upload": {"rate_bytes_s": 250_000}}, "version": 2},
    "MoveIn": {"subject": "motion", "days": 7},
    "WayIn": {"kind": "export", "name": "nas", "open": True, "reason": "evidence for head office"},
    "ExportIn": {"spans": [{"camera": "gate.yard", "start_ms": 1_772_352_000_000, "end_ms": 1_772_355_600_000}]},
    "ExportTargetIn": {
        "endpoint": "https://store.example:9000",
        "bucket": "evidence",
        "prefix": "yard/",
        "access_key": "its access key",
        "secret_key": "its secret key",
    },
    "SweepConfirmIn": {"token": "9f86d081884c7d659a2feaa0c55ad015"},
    "ArchiveIn": {"destination": "vault", "severities": ["critical", "high"], "every": "day", "at": "03:00"},
}
"""Examples that say more than their fields' forms do; the rest is made from the forms."""


def describe(document: Json, roles: dict[tuple[str, str], str]) -> Json:
    """The whole description. `roles`: whom each (method, path) is for."""
    components = document["components"]
    components["responses"] = {"Problem": _problem("A problem, as RFC 9457 has it")}
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            role = roles.get((method.upper(), path), "nobody")
            if role != "nobody":
                unsafe: dict[str, list[str]] = {"csrf": []} if method in _UNSAFE else {}
                operation["security"] = [{"session": [], **unsafe}]
                operation["x-role"] = role
            _responses(path, operation, role)
            _repeats(method, path, operation)
            _edits(method, path, operation)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["example"] = example_of(content["schema"], components["schemas"])
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    return document


def _repeats(method: str, path: str, operation: Json) -> None:
    """A POST that may be sent again under a key."""
    if not takes_key(method.upper(), path):
        return
    others = [one for one in operation.get("parameters", ()) if one["name"] != HEADER]
    schema = {"type": "string", "pattern": KEY}
    operation["parameters"] = [*others, {"name": HEADER, "in": "header", "required": False, "schema": schema}]
    operation["responses"]["409"] = {"$ref": _PROBLEM}


def _edits(method: str, path: str, operation: Json) -> None:
    """A PUT or PATCH that may say with which state it began."""
    if method not in {"put", "patch"} or not path.startswith("/api/"):
        return
    given = {"name": IF_MATCH, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
    operation["parameters"] = [*operation.get("parameters", ()), given]
    operation["responses"]["412"] = {"$ref": _PROBLEM}


def _problem(says: str) -> Json:
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {"description": says, "content": {"application/problem+json": {"schema": schema}}}


def _responses(path: str, operation: Json, role: str) -> None:
    """Every problem that can come, and the media type of what is no JSON."""
    found = operation["responses"]
    codes = ["422", "429", "503", "default"]
    codes += ["401", "403"] if role != "nobody" else []
    codes += ["404"] if "{" in path else []
    for code in sorted(codes):
        found[code] = {"$ref": _PROBLEM}
    kind = next((media for suffix, media in _MEDIA.items() if path.endswith(suffix)), None)
    for code, response in found.items():
        content = response.get("content", {})
        bare = not content or all(not one.get("schema") for one in content.values())
        if code.startswith("2") and code != "204" and bare:
            given = [name for name in content if name != "application/json"] or ["application/octet-stream"]
            kinds = [kind] if kind else given
            response["content"] = {one: {"schema": {"type": "string", "contentMediaType": one}} for one in kinds}


def example_of(schema: Json, schemas: Json, name: str = "") -> Any:
    """Something that fits a schema: what is required, and what is always given."""
    known = schema.get("$ref", "").rpartition("/")[2]
    choices = [one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ()) if one.get("type") != "null"]
    if known:
        found = EXAMPLES.get(known)
        return example_of(schemas[known], schemas, name) if found is None else found
    if choices:
        return example_of(choices[0], schemas, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    return _of_type(schema, schemas, name)


def _of_type(schema: Json, schemas: Json, name: str) -> Any:
    found: Any = schema.get("default")
    match schema.get("type"):
        case "object":
            needed = schema.get("required", ())
            fields = {key: one for key, one in schema.get("properties", {}).items() if key in needed or key in _SAMPLES}
            found = {key: example_of(one, schemas, key) for key, one in fields.items()}
        case "array":
            prefix = schema.get("prefixItems") or [schema["items"]] * max(1, schema.get("minItems", 1))
            found = [example_of(one, schemas, name.removesuffix("s")) for one in prefix]
        case "string":
            found = _text(schema, name)
        case "integer" | "number":
            sample, least = _SAMPLES.get(name), schema.get("minimum") or schema.get("exclusiveMinimum") or 0
            found = sample if isinstance(sample, int) else min(max(1, least), schema.get("maximum", 10**9))
        case "boolean":
            found = schema.get("default", True)
    return found


def _text(schema: Json, name: str) -> str:
    pattern = schema.get("pattern", "")
    if pattern.startswith("^[0-9a-f]{8}"):
        return str(_SAMPLES["uuid"])
    if "\\." in pattern and "a-z0-9" in pattern:
        return str(_SAMPLES["camera"])
    if schema.get("format") == "date-time":
        return "2026-03-01T08:00:00Z"
    sample = _SAMPLES.get(name, schema.get("default") or "yard")
    return str(sample)[: schema.get("maxLength", 1_000)].ljust(schema.get("minLength", 0), "x")
