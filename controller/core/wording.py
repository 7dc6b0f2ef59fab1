"""What a message to a person says, in Korean and in English. Pure: the time zone is an argument."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Literal

from controller.core.dispatch import Why
from controller.core.korean import in_korean
from controller.core.unreadable import UNREADABLE
from shared.kinds import SEVERITIES

Language = Literal["ko", "en"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LINES = 30
_LONGEST_ID = 64

_SEVERITY: dict[Language, dict[str, str]] = {
    "ko": {"critical": "위급", "high": "높음", "medium": "보통", "low": "낮음"},
    "en": {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low"},
}
KINDS: dict[Language, dict[str, str]] = {
    "ko": {
        "zone_intrusion": "출입금지구역 침입",
        "zone_entry": "구역 진입",
        "zone_exit": "구역 이탈",
        "line_crossing": "감시선 통과",
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
        "store_filling": "저장소 포화 예상",
        "store_away": "저장소 사용 불가",
        "backup_failing": "백업 실패",
        "upkeep_trouble": "저장소 점검 필요",
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
        "store_filling": "Store filling up",
        "store_away": "Store away",
        "backup_failing": "Backup failing",
        "upkeep_trouble": "Store needs attention",
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
        "unread": "내용을 읽을 수 없는 경보 {id}: 대시보드에서 확인하십시오.",
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
        "unread": "Alarm {id} cannot be read: see it in the dashboard.",
    },
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, as plain text. `unread`: the ids of alarms of which nothing else could be said."""

    title: str
    text: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How a destination wants it. `site`: its name; `base_url`: where the dashboard is."""

    language: Language
    zone: tzinfo
    site: str
    base_url: str


def of_alarm(state: Mapping[str, Any], why: Why, style: Style) -> Message:
    """One alarm (a state as the feed carries it) with what is to be known at a glance; at least that there is one."""
    try:
        return _of_alarm(state, why, style)
    except UNREADABLE:
        return _of_unread(state, style)


def of_digest(states: Sequence[Mapping[str, Any]], style: Style) -> Message:
    """Several alarms, the gravest first; those that cannot be read are named at the end, however many there are."""
    words, names = _WORDS[style.language], _SEVERITY[style.language]
    told: list[tuple[str, str]] = []
    unread: list[str] = []
    for state in states:
        try:
            when = f"{_local(state['condition_ms'], style.zone):%H:%M:%S}"
            told.append((SEVERITIES[SEVERITIES.index(state["severity"])], f"{when} {_headline(state, style.language)}"))
        except UNREADABLE:
            unread.append(_id(state))
    ordered = sorted(told, key=lambda one: -SEVERITIES.index(one[0]))
    counts = ", ".join(f"{names[severity]} {count}" for severity, count in Counter(one for one, _ in ordered).items())
    lines = [line for _, line in ordered[:_LINES]]
    if len(ordered) > _LINES:
        lines.append(words["more"].format(count=len(ordered) - _LINES))
    lines += [words["unread"].format(id=one) for one in unread]
    lines.append(f"{style.base_url}/#/alarms")
    title = words["digest"].format(count=len(states)) + (f" ({counts})" if counts else "")
    return Message(title, "\n".join(lines), tuple(unread))


def of_test(style: Style) -> Message:
    """A message that only shows that it arrives."""
    words = _WORDS[style.language]
    return Message(words["test"].format(site=style.site), words["tested"])


def _of_alarm(state: Mapping[str, Any], why: Why, style: Style) -> Message:
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


def _of_unread(state: Mapping[str, Any], style: Style) -> Message:
    name = _id(state)
    said = _WORDS[style.language]["unread"].format(id=name)
    return Message(said, f"{said}\n{style.base_url}/#/alarms", (name,))


def _id(state: Mapping[str, Any]) -> str:
    return _clean(str(state.get("id", "?")))[:_LONGEST_ID]


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
    korean = in_korean(state.get("said")) if language == "ko" else None
    return _clean(korean or state.get("detail") or "")


def _line(name: str, value: object) -> str:
    return "" if not value else f"{name}: {_clean(str(value))}"


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _local(unix_ms: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(milliseconds=unix_ms)).astimezone(zone)
