"""Writes what was taken from another recorder as files of ours: a node's cameras, rules, settings of the site."""

from collections.abc import Mapping
from typing import Any

from controller.core.foreign import ForeignCamera, ForeignRule, Import
from shared.toml_text import toml_string

CAMERAS, RULES, SETTINGS = "cameras.toml", "rules.json", "cctv-retention.toml"


def camera_table(camera: ForeignCamera) -> list[str]:
    """One `[[cameras]]` of a node's file."""
    lines = ["[[cameras]]", f"name = {toml_string(camera.name)}", f"source = {toml_string(camera.source)}"]
    if camera.sub_source is not None:
        lines.append(f"sub_source = {toml_string(camera.sub_source)}")
    lines += [f"record = {toml_string(camera.record)}", f"upload = {toml_string(camera.upload)}"]
    if camera.masks or camera.least_share is not None:
        lines += ["", "[cameras.motion]"]
        if camera.least_share is not None:
            lines.append(f"least_share = {camera.least_share:.6f}")
        if camera.masks:
            masks = ", ".join(f"[{', '.join(f'[{x:g}, {y:g}]' for x, y in mask)}]" for mask in camera.masks)
            lines.append(f"masks = [{masks}]")
    return lines


def rule_entry(rule: ForeignRule, node: str) -> Mapping[str, Any]:
    """One rule, off: a zone there forbids nothing yet."""
    entry: dict[str, Any] = {
        "name": rule.name, "kind": rule.kind, "camera": f"{node}.{rule.camera}", "classes": list(rule.classes),
        "zone": [list(corner) for corner in rule.zone], "zone_name": rule.zone_name, "enabled": False,
    }  # fmt: skip
    return entry | ({"dwell_s": rule.dwell_s} if rule.dwell_s is not None else {})


def written(found: Import, node: str) -> dict[str, str | Mapping[str, Any]]:
    """File name -> its text, or for rules its document. The cameras' file holds their passwords."""
    head = "# Put these into the node's own file. They hold passwords of cameras: keep them secret."
    tables = [line for camera in found.cameras for line in ("", *camera_table(camera))]
    files: dict[str, str | Mapping[str, Any]] = {CAMERAS: "\n".join([head, *tables]) + "\n"}
    if found.rules:
        files[RULES] = {"rules": [rule_entry(rule, node) for rule in found.rules]}
    if found.keep_days is not None:
        files[SETTINGS] = (
            f"# Put this into cctv.toml, or say it under Settings, Retention.\n[retention]\ndays = {found.keep_days}\n"
        )
    return files
