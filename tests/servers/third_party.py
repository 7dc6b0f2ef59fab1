"""A third party's client, written from the published AsyncAPI document alone: nothing of this project is imported.

`python third_party.py ASYNCAPI HOST PORT LOGIN` with the password on standard input. Prints one JSON line for each
subscription and message: {"subscribed", "granted"}, {"channel", "topic", "fault"}; fault is empty for one that fits.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
host, port, login = sys.argv[2], int(sys.argv[3]), sys.argv[4]
password = sys.stdin.readline().strip()


def say(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def mine() -> dict[str, dict[str, Any]]:
    """The channels that the document offers to third parties."""
    tagged = document["channels"].items()
    return {name: one for name, one in tagged if any(tag["name"] == "third-party" for tag in one.get("tags", []))}


def validator(channel: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Of the channel's payload, with the document's own components at hand."""
    (reference,) = channel["messages"].values()
    message = document["components"]["messages"][reference["$ref"].rpartition("/")[2]]
    return jsonschema.Draft202012Validator({**message["payload"], "components": document["components"]})


channels = {
    name: (re.sub(r"{\w+}", "+", one["address"]), re.sub(r"{\w+}", "[^/]+", one["address"]), validator(one))
    for name, one in mine().items()
}
client = paho.Client(CallbackAPIVersion.VERSION2, client_id=login)
client.username_pw_set(login, password)
pending: dict[int | None, str] = {}


def connected(one: paho.Client, *_rest: object) -> None:
    for topic_filter, _, _ in channels.values():
        pending[one.subscribe(topic_filter, 1)[1]] = topic_filter


def subscribed(_one: paho.Client, _data: object, mid: int, reasons: list[Any], *_: object) -> None:
    say(subscribed=pending.get(mid), granted=not any(reason.is_failure for reason in reasons))


def received(_one: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
    for name, (_, pattern, checks) in channels.items():
        if re.fullmatch(pattern, message.topic):
            fault = next((error.message for error in checks.iter_errors(json.loads(message.payload))), "")
            say(channel=name, topic=message.topic, fault=fault)
            return
    say(channel="", topic=message.topic, fault="no channel of the document has this topic")


client.on_connect = connected
client.on_subscribe = subscribed
client.on_message = received
client.connect(host, port)
client.loop_forever()
