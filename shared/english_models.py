"""The English of what is said of models: why one is not taken, and what would not be judged by it."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

ModelCode = Literal[
    "model_busy",
    "model_choice_lacks",
    "model_choice_refused",
    "model_damaged",
    "model_in_use",
    "model_licence_accept",
    "model_licence_form",
    "model_licence_unknown",
    "model_name_form",
    "model_name_taken",
    "model_no_person",
    "model_no_room",
    "model_not_here",
    "model_not_judging",
    "model_operator",
    "model_outside_weights",
    "model_picture",
    "model_rendered_only",
    "model_shipped",
    "model_size",
    "model_stopped",
    "model_unfit",
]

MODELS: dict["Code", str] = {
    "model_busy": "another model is being checked: wait until it is done",
    "model_choice_lacks": "it lacks classes that rules in force need: look at them, and confirm",
    "model_choice_refused": "{chosen} was chosen and cannot judge ({why}): {model} judges on",
    "model_damaged": "{file} cannot be loaded: it is damaged, or no ONNX file",
    "model_in_use": "{name} judges on this site or is named in its settings: let another judge first",
    "model_licence_accept": (
        "it is under {licence}, which binds whoever uses it: accept that with --accept-licence {licence}"
    ),
    "model_licence_form": "{given!r} is not a licence's short name, for example Apache-2.0",
    "model_licence_unknown": "is not known: say it with --licence, for example --licence Apache-2.0",
    "model_name_form": "{name!r} is not a name: letters, digits, '.', '_' and '-', at most 64",
    "model_name_taken": "{name!r} is there already: cctv model remove {name}, or choose another with --as",
    "model_no_person": (
        "none of the classes of {model} is called person: no rule about people ever alarms. Call one so with "
        "`cctv model map`, or name a model beside it under [worker] models in cctv.toml"
    ),
    "model_no_room": "the disk has no room for {bytes} bytes: make room, for recordings need it too",
    "model_not_here": "there is no model {name!r} here",
    "model_not_judging": "{name} scores pictures or cannot be loaded: only a detector that is here can judge",
    "model_operator": (
        "{file} needs the operator {operator!r} of {domain!r}, "
        "which ONNX Runtime does not have: export it without custom operators"
    ),
    "model_outside_weights": (
        "{file} keeps weights in another file ({other!r}), which no hash covers: "
        "save it as one file, onnx.save(onnx.load(MODEL), ONE_FILE)"
    ),
    "model_picture": "is not a picture that can be read: JPEG or PNG",
    "model_rendered_only": "knows rendered scenes only",
    "model_shipped": "{name} comes with the product and stays",
    "model_size": "{file} has {bytes} bytes, and may have {most} at most",
    "model_stopped": "stopped: nothing was kept of it",
    "model_unfit": "{file} does not fit: {why}",
    "scores_late": "{model}: it gives no score in time",
    "scores_none": "{model}: {value} is no score",
    "scores_slow": "{model}: it takes longer than {seconds} s for a picture",
}
