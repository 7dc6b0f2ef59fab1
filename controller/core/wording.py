"""What a message to a person says, in Korean and in English. Pure: the time zone is an argument."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from controller.core.dispatch import Why
from controller.core.korean import KOREAN
from shared.kinds import SEVERITIES

Language = Literal["ko", "en"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LINES = 30

_SEVERITY: dict[Language, dict[str, str]] = {
    "ko": {"critical": "위급", "high": "높음", "medium": "보통", "low": "낮음"},
    "en": {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low"},
}
KINDS: dict[Language, dict[str, str]] = {
    "ko": {
        "zone_intrusion": "출입금지구역 침입",
        "zone_entry": "구역 진입",
        "zone_exit": "구역 이탈",
        "line_crossing": "경계선 통과",
        "loitering": "배회·장기 체류",
        "occupancy": "인원 기준 위반",
        "wrong_way": "역방향 이동",
        "ppe_missing": "보호구 미착용",
        "proximity": "차량 근접",
        "man_down": "쓰러짐",
        "absence": "근무자 부재",
        "anomaly": "이상 상황",
        "tamper": "카메라 훼손",
        "footage_lost": "영상 유실",
        "node_away": "노드 오프라인",
        "camera_stalled": "카메라 영상 없음",
        "node_trouble": "노드 이상",
        "verification_degraded": "검증 저하",
        "unwatched": "상시 감시 중단",
        "channel_dead": "알림 전달 실패",
    },
    "en": {
        "zone_intrusion": "Zone intrusion",
        "zone_entry": "Zone entered",
        "zone_exit": "Zone left",
        "line_crossing": "Line crossed",
        "loitering": "Loitering",
        "occupancy": "Occupancy limit",
        "wrong_way": "Wrong way",
        "ppe_missing": "Protective equipment missing",
        "proximity": "Person near vehicle",
        "man_down": "Person down",
        "absence": "Nobody at the post",
        "anomaly": "Anomaly",
        "tamper": "Camera tampering",
        "footage_lost": "Footage lost",
        "node_away": "Node offline",
        "camera_stalled": "Camera not live",
        "node_trouble": "Node trouble",
        "verification_degraded": "Verification degraded",
        "unwatched": "Camera unwatched",
        "channel_dead": "Messages do not arrive",
    },
}
_WORDS: dict[Language, dict[str, str]] = {
    "ko": {
        "escalated": "응답 없음, 재통보",
        "rule": "규칙",
        "zone": "구역",
        "camera": "카메라",
        "node": "노드",
        "at": "시각",
        "regulation": "근거 규정",
        "late": "저장된 영상에서 뒤늦게 확인된 경보입니다.",
        "more": "그 밖에 {count}건",
        "digest": "경보 {count}건",
        "test": "{site}: 시험 알림",
        "tested": "이 알림 수단은 정상입니다.",
    },
    "en": {
        "escalated": "Nobody has answered",
        "rule": "Rule",
        "zone": "Zone",
        "camera": "Camera",
        "node": "Node",
        "at": "Time",
        "regulation": "Regulation",
        "late": "Found late, in stored footage.",
        "more": "and {count} more",
        "digest": "{count} alarms",
        "test": "{site}: test message",
        "tested": "This destination works.",
    },
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, as plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Style:
    """How a destination wants it. `site`: its name; `base_url`: where the dashboard is."""

    language: Language
    zone: tzinfo
    site: str
    base_url: str


def of_alarm(state: Mapping[str, Any], why: Why, style: Style) -> Message:
    """One alarm (a state as the feed carries it) with what is to be known at a glance."""
    words = _WORDS[style.language]
    lines = [_line(words["rule"], state["rule_name"]) if not _of_system(state) else ""]
    lines += [_line(words[key], state.get(name)) for key, name in (("zone", "zone_name"), ("camera", "camera"))]
    if state.get("camera") is None:
        lines.append(_line(words["node"], state.get("node")))
    lines.append(_line(words["at"], f"{_when(state, style.zone)} ({style.zone})"))
    lines.append(_line(words["regulation"], state.get("regulation")))
    lines.append(_detail(state, style.language))
    lines.append(words["late"] if state.get("late") else "")
    lines.append(f"{style.base_url}/#/alarms?id={state['id']}")
    title = _headline(state, style.language)
    if why == "escalated":
        title = f"{words['escalated']}: {title}"
    return Message(title, "\n".join(line for line in lines if line))


def of_digest(states: Sequence[Mapping[str, Any]], style: Style) -> Message:
    """Several alarms, the gravest first."""
    words, names = _WORDS[style.language], _SEVERITY[style.language]
    ordered = sorted(states, key=lambda state: -SEVERITIES.index(state["severity"]))
    counts = Counter(state["severity"] for state in ordered)
    parts = ", ".join(f"{names[severity]} {count}" for severity, count in counts.items())
    lines = [
        f"{_local(state['condition_ms'], style.zone):%H:%M:%S} {_headline(state, style.language)}"
        for state in ordered[:_LINES]
    ]
    if len(ordered) > _LINES:
        lines.append(words["more"].format(count=len(ordered) - _LINES))
    lines.append(f"{style.base_url}/#/alarms")
    return Message(f"{words['digest'].format(count=len(ordered))} ({parts})", "\n".join(lines))


def of_test(style: Style) -> Message:
    """A message that only shows that it arrives."""
    words = _WORDS[style.language]
    return Message(words["test"].format(site=style.site), words["tested"])


def _headline(state: Mapping[str, Any], language: Language) -> str:
    kind = KINDS[language].get(state["kind"], state["kind"])
    where = [state.get("zone_name") or "", state.get("camera") or state.get("node") or ""]
    about = " · ".join(_clean(part) for part in where if part)
    return f"[{_SEVERITY[language][state['severity']]}] {kind}{': ' if about else ''}{about} · #{state['number']}"


def _when(state: Mapping[str, Any], zone: tzinfo) -> str:
    """Since when; of lost footage until when too."""
    text = f"{_local(state['condition_ms'], zone):%Y-%m-%d %H:%M:%S}"
    if state["kind"] == "footage_lost" and state.get("end_ms") is not None:
        text += f"–{_local(state['end_ms'], zone):%Y-%m-%d %H:%M:%S}"  # noqa: RUF001 - a span
    return text


def _of_system(state: Mapping[str, Any]) -> bool:
    return str(state["rule"]).startswith("system.")


def _detail(state: Mapping[str, Any], language: Language) -> str:
    """What is wrong with the system and what to do; in English where there is no Korean of it."""
    said = state.get("said")
    if language == "ko" and said is not None and said["code"] in KOREAN:
        return _clean(KOREAN[said["code"]].format_map(_Known(said["params"])))
    return _clean(state.get("detail") or "")


class _Known(dict[str, Any]):
    """Parameters of a sentence; one that a newer writer no longer gives stays as its name."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _line(name: str, value: object) -> str:
    return "" if not value else f"{name}: {_clean(str(value))}"


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _local(unix_ms: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=unix_ms)).astimezone(zone)
