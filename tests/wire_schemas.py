"""What a reader of one release would make of what a writer of another one sends, from the JSON schemas of both."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import TypeAdapter

from shared import topics

Schema = dict[str, Any]
_LOWEST = {"minimum", "minLength", "minItems", "exclusiveMinimum"}
_HIGHEST = {"maximum", "maxLength", "maxItems", "exclusiveMaximum"}
_PROSE = {"title", "description"}


def of_today() -> dict[str, Schema]:
    """Each channel's payload, as it is read and written by this version."""
    return {channel.name: schema_of(channel.payload) for channel in topics.CHANNELS}


def schema_of(payload: TypeAdapter[Any]) -> Schema:
    """Without prose, which nobody reads off the wire."""
    found: Schema = _bare(payload.json_schema(by_alias=True))
    return found


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    named = {"properties", "$defs", "mapping"}  # below these are names, which may be words of prose, too
    kept = {key: one for key, one in value.items() if key not in _PROSE or not isinstance(one, str)}
    return {
        key: {name: _bare(one) for name, one in inner.items()} if key in named else _bare(inner)
        for key, inner in kept.items()
    }


def misread(reader: Schema, writer: Schema) -> list[str]:
    """What of a writer's messages a reader refuses or no longer finds; empty: they understand each other."""
    return sorted(set(_Reading(_lookup(reader), _lookup(writer)).faults("", reader, writer)))


def _lookup(root: Schema) -> Callable[[Schema], Schema]:
    def resolved(schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    return resolved


class _Reading:
    """One comparison; `place` is where in the message it is."""

    def __init__(self, read: Callable[[Schema], Schema], written: Callable[[Schema], Schema]) -> None:
        self._read = read
        self._written = written

    def faults(self, place: str, reader: Schema, writer: Schema) -> Iterator[str]:
        """A writer's every variant has to fit one of the reader's; a kind that the reader never knew is parked."""
        ours, theirs = self._variants(self._read, reader), self._variants(self._written, writer)
        for kind, written in theirs.items():
            if kind in ours:
                yield from self._one(f"{place}({kind})" if len(theirs) > 1 else place, ours[kind], written)
            elif not kind.startswith("object:"):
                yield f"{place}: {kind} is not read"
        for kind in ours.keys() - theirs.keys():
            if kind.startswith("object:"):
                yield f"{place}: {kind} is no longer known"

    def _variants(self, resolve: Callable[[Schema], Schema], schema: Schema) -> dict[str, Schema]:
        schema = resolve(schema)
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices is not None:
            return {key: one for choice in choices for key, one in self._variants(resolve, choice).items()}
        if "properties" not in schema:
            return {str(schema.get("type", "any")): schema}
        names = [
            str(resolve(one)["const"])
            for name in ("schema", "kind")
            if "const" in (one := schema["properties"].get(name, {}))
        ]
        return {"object:" + ",".join(names): schema}

    def _one(self, place: str, reader: Schema, writer: Schema) -> Iterator[str]:
        for key in _LOWEST | _HIGHEST:
            if key in reader and (key not in writer or _is_wider(key, writer[key], reader[key])):
                yield f"{place}: {key} {reader[key]} is passed"
        if reader.get("pattern") != writer.get("pattern") and "pattern" in reader:
            yield f"{place}: another pattern"
        words = set(writer.get("enum", [writer["const"]] if "const" in writer else []))
        known = set(reader.get("enum", [reader["const"]] if "const" in reader else []))
        if known and (not words or words - known):
            yield f"{place}: words that are not known: {sorted(words - known) or 'any'}"
        for key in ("items", "additionalProperties"):
            if isinstance(reader.get(key), dict) and isinstance(writer.get(key), dict):
                yield from self.faults(f"{place}[]", reader[key], writer[key])
        sent = writer.get("properties", {})
        for name, wanted in reader.get("properties", {}).items():
            if name not in sent:
                yield f"{place}.{name}: is no longer sent under this name"
                continue
            yield from self.faults(f"{place}.{name}", wanted, sent[name])
            if name in reader.get("required", ()) and not _always_there(name, writer):
                yield f"{place}.{name}: is needed, and may be left out"


def _always_there(name: str, writer: Schema) -> bool:
    """A default is written out; only nothing is left out (`exclude_none`)."""
    nothing = object()
    return name in writer.get("required", ()) or writer["properties"][name].get("default", nothing) not in {
        None,
        nothing,
    }


def _is_wider(key: str, written: float, read: float) -> bool:
    return written < read if key in _LOWEST else written > read
