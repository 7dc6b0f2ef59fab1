"""What may be put in force and yet is probably not what was meant: rules that nothing will ever fulfil. Pure."""

from collections.abc import Collection, Iterable, Sequence

from controller.core import regulations
from controller.core.ppe import canonical_item, items_known
from controller.core.records import Rule
from controller.core.rulebook import ONLY
from controller.core.surroundings import CameraView, Surroundings
from shared.class_names import names_one_of
from shared.errors import Rejected
from shared.ids import CameraId
from shared.texts import Text, say

_NAMED_MAX = 20


def unknown_camera(camera: CameraId, known: Sequence[str]) -> Text | None:
    """What to say of a camera that no node has told of; one that will come later is as legal as a slip is likely."""
    if camera in known:
        return None
    shown = ", ".join(known[:_NAMED_MAX]) + (", …" if len(known) > _NAMED_MAX else "")
    return say("camera_unknown", camera=camera, known=shown or "-")


def of_cameras(rules: Iterable[Rule], known: Sequence[str]) -> tuple[Text, ...]:
    """One notice for each camera that a rule in force names and that no node has told of."""
    named = dict.fromkeys(rule.camera for rule in rules if rule.enabled and rule.camera is not None)
    return tuple(told for camera in named if (told := unknown_camera(camera, known)) is not None)


def of_ground(rules: Iterable[Rule], known: Sequence[str], around: Surroundings) -> tuple[Text, ...]:
    """One notice for each rule in force about metres and each camera of it without a calibrated ground."""
    return tuple(
        say("rule_ground_missing", rule=rule.name, camera=camera)
        for rule in rules
        if rule.enabled and rule.kind == "proximity"
        for camera in (known if rule.camera is None else [rule.camera])
        if not around.cameras.get(camera, CameraView()).ground
    )


def of_zones(rules: Iterable[Rule]) -> tuple[Text, ...]:
    """One notice for each rule in force that names a zone and draws none."""
    return tuple(
        say("rule_zone_undrawn", rule=rule.name, zone=rule.zone_name)
        for rule in rules
        if rule.enabled and rule.zone_name is not None and rule.zone is None and rule.kind in ONLY["zone"]
    )


def of_regulations(rules: Iterable[Rule], around: Surroundings) -> tuple[Text, ...]:
    """One notice for each rule in force that names a regulation by a number of which nobody has the text."""
    known = sorted({*around.regulations, *regulations.KOREA})
    shown = ", ".join(known[:_NAMED_MAX]) + (", …" if len(known) > _NAMED_MAX else "")
    return tuple(
        say("rule_regulation_unknown", rule=rule.name, regulation=rule.regulation, known=shown)
        for rule in rules
        if rule.enabled and regulations.is_number(rule.regulation) and rule.regulation not in known
    )


def of_scores(rules: Iterable[Rule], known: Sequence[str], scored: Collection[str]) -> tuple[Text, ...]:
    """One notice for each rule in force that needs anomaly scores where no model gives any. `scored`: cameras."""
    found: list[Text] = []
    for rule in (rule for rule in rules if rule.enabled and rule.kind == "anomaly"):
        without = [camera for camera in (known if rule.camera is None else [rule.camera]) if camera not in scored]
        if without:
            shown = ", ".join(without[:_NAMED_MAX]) + (", …" if len(without) > _NAMED_MAX else "")
            found.append(say("rule_scores_missing", rule=rule.name, cameras=shown))
    return tuple(found)


def of_classes(rules: Iterable[Rule], model: str, classes: Sequence[str]) -> tuple[Text, ...]:
    """One notice for each rule in force that the model cannot fulfil: it knows no such class or equipment."""
    items = items_known(tuple(classes))
    found: list[Text] = []
    for rule in (rule for rule in rules if rule.enabled):
        asking = [rule.classes] if rule.kind != "anomaly" else []
        found += [
            say("rule_classes_unknown", rule=rule.name, model=model, classes=", ".join(asked))
            for asked in (*asking, *([rule.others] if rule.others else []))
            if not any(names_one_of(name, asked) for name in classes)
        ]
        missing = [name for name in rule.required if canonical_item(name) not in items]
        if missing:
            found.append(say("rule_items_unknown", rule=rule.name, model=model, items=", ".join(missing)))
    return tuple(found)


def check_cameras(rules: Sequence[Rule], only: CameraId | None) -> None:
    """Refuse a rule that names another camera than the one whose rules are replaced."""
    for index, rule in enumerate(rules):
        if only is not None and rule.camera not in {None, only}:
            raise Rejected(f"rules[{index}].camera", say("camera_other", camera=str(rule.camera), only=only))
