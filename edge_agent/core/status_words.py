"""The words of the node's status page, in Korean and English."""

from collections.abc import Mapping
from typing import Literal

from edge_agent.core.node_health import Code, Trouble

Language = Literal["ko", "en"]

TROUBLES: Mapping[Language, Mapping[Code, str]] = {
    "en": {
        "camera_not_live": "The camera gives no picture. Check its power, its cable and its address.",
        "camera_silent": "The camera has stopped giving pictures. It is being restarted.",
        "recording_stalled": "Recording does not reach the disk. Check the disk.",
        "recording_error": "Recording has a fault.",
        "tampered": "The camera's view is not as it should be. Go and look at it.",
        "settings_refused": "The controller's newest settings were not taken; the ones before run.",
        "disk_full": "The disk is full. Make room or lower the ring's bytes_max.",
        "disk_low": "The disk is almost full.",
        "hot": "The machine is too hot. Check its fan and where it stands.",
        "power_weak": "The supply voltage is too low. Check the power supply and its cable.",
        "slowed": "The machine is slowed down.",
        "broker_away": "The broker is away. Recording goes on; what is due is sent later.",
        "controller_away": "The controller is away. Recording goes on; what is due is sent later.",
        "facts_old": "Messages to the controller have been waiting for long.",
        "line_thin": "The line to the controller is thin. Live pictures are small, footage is sent later.",
        "clock_off": "The clock is off. Check its time server.",
        "certificate_ends": "The certificate that this node trusts ends soon. Renew it.",
        "detector_away": "The light detector does not run. Recording and motion go on without it.",
        "sub_shed": "The machine is overloaded. Small live pictures have half their frame rate.",
        "main_shed": "The machine is overloaded. Live pictures and recordings have half their frame rate; "
        "preset and size cannot be changed while it runs.",
    },
    "ko": {
        "camera_not_live": "카메라 영상이 없습니다. 전원, 케이블, 주소를 확인하십시오.",
        "camera_silent": "카메라 영상이 멈췄습니다. 다시 시작하는 중입니다.",
        "recording_stalled": "녹화가 디스크에 저장되지 않습니다. 디스크를 확인하십시오.",
        "recording_error": "녹화에 오류가 있습니다.",
        "tampered": "카메라의 시야가 달라졌습니다. 현장에서 확인하십시오.",
        "settings_refused": "컨트롤러가 보낸 최신 설정을 적용하지 못해 이전 설정으로 동작하고 있습니다.",
        "disk_full": "저장 공간이 없습니다. 공간을 확보하거나 ring의 bytes_max를 줄이십시오.",
        "disk_low": "저장 공간이 거의 없습니다.",
        "hot": "장치 온도가 너무 높습니다. 팬과 설치 장소를 확인하십시오.",
        "power_weak": "공급 전압이 낮습니다. 전원 장치와 케이블을 확인하십시오.",
        "slowed": "장치가 느리게 동작하고 있습니다.",
        "broker_away": "브로커에 연결되지 않았습니다. 녹화는 계속되며 나중에 전송됩니다.",
        "controller_away": "컨트롤러에 연결되지 않았습니다. 녹화는 계속되며 나중에 전송됩니다.",
        "facts_old": "컨트롤러로 보낼 메시지가 오래 대기하고 있습니다.",
        "line_thin": "컨트롤러로 가는 회선이 느립니다. 실시간 화면은 작게 보내고 녹화 영상은 나중에 전송됩니다.",
        "clock_off": "시계가 맞지 않습니다. 시간 서버를 확인하십시오.",
        "certificate_ends": "이 노드가 신뢰하는 인증서가 곧 만료됩니다. 갱신하십시오.",
        "detector_away": "경량 검출기가 동작하지 않습니다. 녹화와 움직임 감지는 검출기 없이 계속됩니다.",
        "sub_shed": "장치가 과부하 상태입니다. 작은 실시간 화면의 프레임 수를 절반으로 줄였습니다.",
        "main_shed": "장치가 과부하 상태입니다. 실시간 화면과 녹화의 프레임 수를 절반으로 줄였습니다. "
        "프리셋과 크기는 동작 중에 바꿀 수 없습니다.",
    },
}

_EN = {
    "title": "Camera node {node}",
    "site": "site {site}",
    "sound": "No trouble is known.",
    "warned": "There is something to look at.",
    "failing": "Recording has failed in part.",
    "cameras": "Cameras",
    "machine": "Machine",
    "delivery": "Delivery",
    "live": "live",
    "starting": "starting",
    "stalled": "stalled",
    "restarting": "restarting",
    "refused": "refused",
    "picture": "picture",
    "recording": "recording",
    "runs": "running",
    "paused": "not now, as configured",
    "age": "newest picture",
    "rate": "rate",
    "ring": "ring",
    "held": "held for upload",
    "dropped": "pictures not recorded",
    "tamper": "view",
    "untouched": "as it should be",
    "covered": "covered",
    "blurred": "out of focus",
    "moved": "turned",
    "frozen": "frozen",
    "black": "black",
    "settings": "settings",
    "settings_own": "the node's own file",
    "settings_version": "version {version}",
    "settings_wanted": "version {wanted} wanted: {state}; {running} runs",
    "applying": "being tried",
    "applied": "applied",
    "rolled-back": "taken back",
    "restarts": "restarts",
    "minutes": "min",
    "broker": "broker",
    "controller": "controller",
    "connected": "connected",
    "away": "away",
    "facts": "messages waiting",
    "uploads": "footage waiting",
    "uptime": "machine up for",
    "memory": "memory",
    "disk": "disk free",
    "temperature": "temperature",
    "clock": "clock",
    "clock_exact": "exact to {ms} ms",
    "clock_alone": "follows no time server",
    "version": "version",
    "hours": "h",
    "none": "none",
    "renewed": "This page renews itself every 10 s.",
    "token": "Token",
    "enter": "Show",
    "wrong": "That is not the token.",
    "ask": "This page needs the token from the node's configuration.",
    "other": "한국어",
}
_KO = {
    "title": "카메라 노드 {node}",
    "site": "현장 {site}",
    "sound": "알려진 문제가 없습니다.",
    "warned": "확인할 사항이 있습니다.",
    "failing": "녹화 일부가 실패했습니다.",
    "cameras": "카메라",
    "machine": "장치",
    "delivery": "전송",
    "live": "실시간",
    "starting": "시작 중",
    "stalled": "멈춤",
    "restarting": "다시 시작 중",
    "refused": "거부됨",
    "picture": "화면",
    "recording": "녹화",
    "runs": "녹화 중",
    "paused": "설정에 따라 지금은 하지 않음",
    "age": "최근 화면",
    "rate": "속도",
    "ring": "녹화 보관",
    "held": "전송 대기 보관",
    "dropped": "녹화되지 않은 화면",
    "tamper": "시야",
    "untouched": "정상",
    "covered": "가려짐",
    "blurred": "초점 흐림",
    "moved": "방향 바뀜",
    "frozen": "화면 정지",
    "black": "검은 화면",
    "settings": "설정",
    "settings_own": "노드 자체 파일",
    "settings_version": "버전 {version}",
    "settings_wanted": "요청된 버전 {wanted}: {state}, 동작 중: {running}",
    "applying": "시험 중",
    "applied": "적용됨",
    "rolled-back": "되돌림",
    "restarts": "재시작",
    "minutes": "분",
    "broker": "브로커",
    "controller": "컨트롤러",
    "connected": "연결됨",
    "away": "연결 안 됨",
    "facts": "대기 중인 메시지",
    "uploads": "대기 중인 영상",
    "uptime": "장치 가동 시간",
    "memory": "메모리",
    "disk": "디스크 여유",
    "temperature": "온도",
    "clock": "시계",
    "clock_exact": "오차 {ms} ms 이내",
    "clock_alone": "시간 서버를 따르지 않음",
    "version": "버전",
    "hours": "시간",
    "none": "없음",
    "renewed": "이 페이지는 10초마다 갱신됩니다.",
    "token": "토큰",
    "enter": "보기",
    "wrong": "토큰이 올바르지 않습니다.",
    "ask": "노드 설정에 있는 토큰이 필요합니다.",
    "other": "English",
}
WORDS: Mapping[Language, Mapping[str, str]] = {"en": _EN, "ko": _KO}

_LANGUAGES: Mapping[str | None, Language] = {"ko": "ko", "en": "en"}


def tell(trouble: Trouble, language: Language) -> str:
    """One trouble as a sentence, with its detail."""
    sentence = TROUBLES[language][trouble.code]
    place = f"{trouble.camera}: " if trouble.camera else ""
    return f"{place}{sentence}" + (f" ({trouble.detail})" if trouble.detail else "")


def choose_language(asked: str | None, accepted: str) -> Language:
    """`asked` by the address wins; else the first of Korean and English in an Accept-Language header; else Korean."""
    parts = [part.strip().partition(";")[0].partition("-")[0] for part in accepted.lower().split(",")]
    return next((_LANGUAGES[name] for name in (asked, *parts) if name in _LANGUAGES), "ko")


def language_of(locale: str) -> Language:
    """What a terminal of this locale is spoken to in: Korean where it is Korean, else English."""
    return "ko" if locale.lower().startswith("ko") else "en"
