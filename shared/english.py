"""Every sentence that a person may be shown: its stable code and its English."""

from typing import Literal, get_args

from shared.english_access import ACCESS, AccessCode
from shared.english_delivery import DELIVERY
from shared.english_enrol import ENROL, EnrolCode
from shared.english_forms import FORMS
from shared.english_holds import HOLDS
from shared.english_login import LOGIN, LoginCode
from shared.english_models import MODELS, ModelCode
from shared.english_oidc import OIDC, OidcCode
from shared.english_trials import TRIALS, TrialCode
from shared.english_upkeep import UPKEEP, UpkeepCode
from shared.english_ways import WAYS, WayCode

Code = Literal[
    "address_form",
    "address_plain",
    "address_private",
    "address_scheme",
    "address_service",
    "address_user",
    "address_web",
    "alarm_backup_failing",
    "alarm_backup_late",
    "alarm_camera_refused",
    "alarm_camera_restarting",
    "alarm_camera_stalled",
    "alarm_camera_starting",
    "alarm_changed",
    "alarm_channel_dead",
    "alarm_clock",
    "alarm_disk",
    "alarm_footage_lost",
    "alarm_gap_camera",
    "alarm_gap_disk_error",
    "alarm_gap_disk_full",
    "alarm_gap_lost",
    "alarm_gap_node",
    "alarm_held",
    "alarm_jobs_wait",
    "alarm_nobody_watches",
    "alarm_node_away",
    "alarm_node_twice",
    "alarm_over",
    "alarm_power_weak",
    "alarm_resolved",
    "alarm_ring_short",
    "alarm_slowed",
    "alarm_store_away",
    "alarm_store_filling",
    "alarm_tamper_black",
    "alarm_tamper_blurred",
    "alarm_tamper_covered",
    "alarm_tamper_frozen",
    "alarm_tamper_moved",
    "alarm_unscored",
    "alarm_unscored_no_model",
    "alarm_unwatched",
    "alarm_worker_away",
    "backup_cancelled",
    "backup_deleted",
    "backup_lost_too_often",
    "backup_no_room",
    "backup_store_away",
    "backup_target_altered",
    "backup_target_away",
    "backup_target_full",
    "backup_target_gone",
    "backup_target_refused",
    "backup_target_shut",
    "backup_target_unknown",
    "bad_camera",
    "bad_cursor",
    "bad_form",
    "bad_name",
    "broken",
    "busy",
    "camera_other",
    "camera_unknown",
    "cannot_read",
    "classes_empty",
    "clip_not_stored",
    "clip_without_picture",
    "control_characters",
    "corner_form",
    "corners",
    "decoder_fallback",
    "destination_used",
    "draft_decided",
    EnrolCode,
    "export_elsewhere",
    "export_not_done",
    "grant_expired",
    "grant_signature",
    "ground_flat",
    "ground_order",
    "ground_points",
    "ground_residual",
    "hold_asked",
    "hold_at_machine",
    "hold_locked",
    "hold_new_account",
    "hold_own_request",
    "in_settings",
    "invalid",
    "jobs_wait",
    "key_used",
    "kind_misplaced",
    "limits",
    "line_flat",
    "missing",
    AccessCode,
    UpkeepCode,
    WayCode,
    LoginCode,
    ModelCode,
    "name_doubled",
    "name_taken",
    "no_path",
    "no_picture",
    "node_silent",
    "not_date",
    "not_flag",
    "not_json",
    "not_list",
    "not_map",
    "not_moment",
    "not_number",
    "not_one_of",
    "not_text",
    "not_time",
    "not_unicode",
    "not_valid",
    "not_whole",
    "object_there",
    OidcCode,
    "other_changed",
    "out_of_range",
    "provider_fallback",
    "provider_next",
    "relay_refuses",
    "required_empty",
    "required_misplaced",
    "retention_shortens",
    "rule_classes_unknown",
    "rule_ground_missing",
    "rule_items_unknown",
    "rule_regulation_unknown",
    "rule_scores_missing",
    "rule_zone_undrawn",
    "rules_changed",
    "scores_late",
    "scores_none",
    "scores_slow",
    "search_ends_first",
    "search_hours_long",
    "secret_in_settings",
    "send_answered",
    "send_broke",
    "send_full",
    "send_garbage",
    "send_held",
    "send_over",
    "send_refused",
    "send_refused_with",
    "send_removed",
    "send_silent",
    "send_unreachable",
    "send_unsealed",
    "settings_changed",
    "source_not_from_afar",
    "still_named",
    "text_length",
    "time_zone_unknown",
    "too_few",
    "too_large",
    "too_little",
    "too_long",
    "too_many",
    "too_many_tries",
    "too_much",
    "too_often",
    "too_short",
    TrialCode,
    "unknown",
    "unknown_field",
    "unknown_key",
    "unmask_lasts",
    "worker_down",
    "worker_frozen",
    "wrong_method",
    "zone_crosses",
]
"""Every code that an API answer can hold. Codes are only added; a reader that does not know one shows the English."""

CODES: tuple[Code, ...] = tuple(sorted(get_args(Code)))

ENGLISH: dict[Code, str] = {
    "address_form": "is empty, too long or has control characters",
    "address_plain": "is plain http: allowed only inside private networks (--private)",
    "address_private": "leads into a private network: allowed only where that is meant (--private)",
    "address_scheme": "its scheme is not one of {schemes}",
    "address_service": "is not what the service {service} expects",
    "address_user": "may hold neither a user nor a fragment: the signature says who sends",
    "address_web": "is not https://host/path",
    "alarm_camera_refused": (
        "the camera refuses the connection: check its address and password in the node's settings"
    ),
    "alarm_camera_restarting": (
        "the camera does not come back although its node starts it again and again: check its cable, its "
        "power and the node's log"
    ),
    "alarm_camera_stalled": "the camera sends no pictures: check its cable and power",
    "alarm_camera_starting": "the camera does not start: check its cable, its power and the node's log",
    "alarm_changed": "somebody else handled the alarm first: it is at revision {rev} now",
    "alarm_channel_dead": (
        "messages to {name} do not arrive ({why}): see its address and network, then try it with `cctv notify test`"
    ),
    "alarm_clock": (
        "the node's clock is {off_s} s off: check its NTP settings, for times of footage are only as right as its clock"
    ),
    "alarm_disk": (
        "the node has only {free_mib} MiB of free storage: make room or give the rings fewer bytes, for a "
        "full disk stops recording"
    ),
    "alarm_footage_lost": "footage that was due for upload is lost: {why}. Check the node's network and its storage",
    "alarm_gap_camera": (
        "{seconds} s of {camera} were never recorded (gaps: {gaps}), for it gave its node no pictures while nobody "
        "could see that: check its cable and power"
    ),
    "alarm_gap_disk_error": (
        "{seconds} s of {camera} were never recorded (gaps: {gaps}), for the node's disk refused to write: check it, "
        "and replace it when this happens again"
    ),
    "alarm_gap_disk_full": (
        "{seconds} s of {camera} were never recorded (gaps: {gaps}), for the node's disk was full: make room or give "
        "the rings fewer bytes"
    ),
    "alarm_gap_lost": (
        "{seconds} s of {camera} were never recorded (gaps: {gaps}) although the camera was live: see the node's load "
        "and its log"
    ),
    "alarm_gap_node": (
        "node {node} did not run for {seconds} s (times: {gaps}) while nobody could see that, and none of its cameras "
        "was recorded: see its power, and whether it was switched off"
    ),
    "alarm_held": (
        "{percent} % of what may wait on the node for upload is used; then the oldest is lost: check the "
        "network and the store"
    ),
    "alarm_jobs_wait": (
        "verifications that wait: {jobs}, the oldest for {oldest_s} s. Recording goes on, but alarms come late. Add "
        "a worker, or see what keeps it busy"
    ),
    "alarm_node_away": (
        "node {node} does not answer, nor do its cameras ({cameras}): check its power and network. While it "
        "has power it keeps recording on its own disk"
    ),
    "alarm_node_twice": (
        "two machines run as node {node} and push each other out of the broker: switch one of them off, and give it a "
        "file of its own (`cctv node add`)"
    ),
    "alarm_over": "the alarm is resolved: only a note or another assessment can follow",
    "alarm_power_weak": "the node's power supply is too weak: use the board's own adapter and a short, thick cable",
    "alarm_resolved": "the alarm is resolved: it cannot be acknowledged any more",
    "alarm_ring_short": (
        "the ring reaches back {reach_min} min and should reach {least_min} min: give it more bytes or a "
        "larger disk, or lower the bit rate"
    ),
    "alarm_slowed": "the node slows itself down ({flags}): check its cooling and its power adapter",
    "alarm_store_away": (
        "the store takes and gives nothing: see whether its disk is mounted or its server runs. Footage waits "
        "on the nodes meanwhile, as far as they have room"
    ),
    "alarm_store_filling": (
        "the store is full in {days} days at {day_mib} MiB a day: add room, shorten the retention or set a quota"
    ),
    "alarm_tamper_black": "the picture is black: see whether the lens is covered or the light is gone",
    "alarm_tamper_blurred": "the picture is out of focus: clean the lens and set its focus",
    "alarm_tamper_covered": "the view is covered: go and clear it",
    "alarm_tamper_frozen": "the picture stands still although frames arrive: restart the camera",
    "alarm_tamper_moved": "the camera was turned: set it back, or fit the zones to its new view",
    "alarm_nobody_watches": (
        "nobody judges the {cameras} cameras that rules want judged all the time: see whether a worker runs"
    ),
    "alarm_unwatched": (
        "a rule wants this camera judged all the time, and for {for_s} s it was not: see its stream in the live view, "
        "and whether the worker keeps up"
    ),
    "alarm_unscored": (
        "a rule needs anomaly scores of this camera, and none come ({why}): it does not alarm meanwhile, all other "
        "rules do. See the model with `cctv model list`, and the worker's log"
    ),
    "alarm_unscored_no_model": (
        "a rule needs anomaly scores of this camera, and no model is named for it: it does not alarm. Name one under "
        "[anomaly.models] in cctv.toml, or take the rule out"
    ),
    "alarm_worker_away": (
        "nobody verifies, for the worker does not run: recording goes on and is verified late. It starts "
        "again by itself; if this lasts, see its log"
    ),
    "bad_camera": "{value!r} is not 'node.camera'",
    "bad_cursor": "is not one that was given out",
    "bad_name": "{value!r} is not a name (1 to 32 of a-z, 0-9 and '-', not at an end)",
    "broken": "the server had an error",
    "busy": "the server cannot do that at this moment",
    "camera_other": "is {camera!r}, and the rules of {only!r} alone are replaced",
    "camera_unknown": "no node has told of a camera {camera!r} (known: {known})",
    "cannot_read": "stored footage cannot be read: {why}",
    "classes_empty": "names no class",
    "clip_not_stored": "the store does not have it (yet)",
    "clip_without_picture": "the stored runs hold no picture of that time",
    "corner_form": "is not [x, y]",
    "corners": "needs {least} to {most} corners [x, y]",
    "decoder_fallback": "{wanted} does not decode stored footage, the CPU does: {why}",
    "draft_decided": "{who} said of it already: {decision}",
    "export_elsewhere": "its files were sent to {name}, and are not here any more",
    "export_not_done": "is {state}: its files are there once it is done",
    "grant_expired": "the grant ran out: announce again",
    "grant_signature": "is not this site's signature",
    "ground_flat": "has spots that lie too nearly in one line or in one place",
    "ground_order": "has spots in another order in the picture than on the ground",
    "ground_points": "needs {least} to {most} spots [x, y, east_m, north_m]",
    "ground_residual": "has a spot that is {metres} m off (at most {most} m)",
    "in_settings": "is named in the settings file, and changed there",
    "invalid": "is not valid: {why}",
    "jobs_wait": "verifications that wait: {jobs}, the oldest for {oldest_s} s",
    "key_used": "this key was another request's",
    "kind_misplaced": "belongs to rules of the kind {kinds} only",
    "limits": "needs least or most, and least may not be over most",
    "line_flat": "has two points in one place",
    "name_doubled": "{name!r} is also the name of {other}",
    "name_taken": "{name!r} is taken",
    "no_path": "the API has no {path!r}",
    "no_picture": "there is none",
    "node_silent": "{node} gave no answer in {seconds} s",
    "object_there": "an object with this key is there already",
    "other_changed": "somebody else changed this first",
    "provider_fallback": "{wanted} is not used, the CPU judges: {why}",
    "provider_next": "{wanted} is not used, {taken} judges: {why}",
    "relay_refuses": "the relay refuses",
    "required_empty": "names no item (for example helmet)",
    "required_misplaced": "belongs to the kind ppe_missing only",
    "retention_shortens": "is needed: something would be kept for less time",
    "rule_classes_unknown": "the rule {rule!r} never alarms: the model {model} does not know {classes}",
    "rule_scores_missing": (
        "the rule {rule!r} never alarms on {cameras}: no anomaly model is named there under [anomaly.models]"
    ),
    "rule_ground_missing": "the rule {rule!r} is silent on the camera {camera}: its ground is not calibrated",
    "rule_items_unknown": "the rule {rule!r} never alarms: the model {model} cannot see the equipment {items}",
    "rule_regulation_unknown": (
        "the rule {rule!r} names the regulation {regulation}, of which there is no text (known: {known})"
    ),
    "rule_zone_undrawn": (
        "the rule {rule!r} names the zone {zone} and draws none: it holds for the whole picture. Give its "
        "corners as zone"
    ),
    "rules_changed": "the rules are at version {version} now",
    "search_ends_first": "has to be before the end",
    "search_hours_long": "hours of the day can be asked of {days} days at most",
    "source_not_from_afar": "is a file, or an address that no camera has: only the node's own file may name it",
    "secret_in_settings": "holds a user or password: keep it in the node's own file",
    "settings_changed": "the node's settings are at version {version} now",
    "still_named": "is still named by the rule {rule!r}",
    "time_zone_unknown": "{value!r} is not a time zone like Asia/Seoul",
    "worker_down": "the worker is down",
    "worker_frozen": "the worker is frozen",
    "wrong_method": "does not take this method",
    "unmask_lasts": "clear pictures of this camera are shown already: end that first",
    "zone_crosses": (
        "the zone {zone} crosses itself: the edge from its corner {a} to {b} cuts the one from {c} to {d} at "
        "[{x}, {y}]. Give the corners in the order in which one walks around it"
    ),
    **ACCESS,
    **UPKEEP,
    **WAYS,
    **FORMS,
    **HOLDS,
    **DELIVERY,
    **LOGIN,
    **MODELS,
    **OIDC,
    **ENROL,
    **TRIALS,
}
