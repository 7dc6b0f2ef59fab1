"""What a summary of an alarm says, in Korean and English."""

from collections.abc import Mapping

from controller.core.wording import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        "title": "경보 #{number}",
        "severity": "등급",
        "state": "상태",
        "assessment": "판정",
        "rule": "규칙",
        "zone": "구역",
        "place": "장소",
        "camera": "카메라",
        "node": "노드",
        "begun": "발생",
        "ended": "종료",
        "lasting": "계속되고 있었음",
        "raised": "경보 시각",
        "held_for": "지속 조건",
        "seconds": "{seconds}초",
        "confidence": "신뢰도",
        "model": "판정 모델",
        "regulation": "근거 규정",
        "late": "저장된 영상에서 뒤늦게 확인된 경보입니다.",
        "pictures": "사진",
        "no_picture": "사진이 저장소에 없습니다.",
        "occurrences": "발생 이력",
        "films": "영상",
        "no_film": "이 내보내기에는 이 경보의 영상이 없습니다. 이유는 manifest.json에 있습니다.",
        "history": "처리 이력",
        "made": (
            "모든 시각은 {zone} 기준입니다. 현장 {site}, 내보내기 {export}. 이 파일과 사진, 영상의 SHA-256은 "
            "manifest.json과 SHA256SUMS에 있습니다. 이력의 이름은 내보낸 사람이 볼 수 있는 그대로입니다."
        ),
    },
    "en": {
        "title": "Alarm #{number}",
        "severity": "Severity",
        "state": "State",
        "assessment": "Assessment",
        "rule": "Rule",
        "zone": "Zone",
        "place": "Place",
        "camera": "Camera",
        "node": "Node",
        "begun": "Began",
        "ended": "Ended",
        "lasting": "still lasted",
        "raised": "Raised",
        "held_for": "Had to last",
        "seconds": "{seconds} s",
        "confidence": "Confidence",
        "model": "Judged by",
        "regulation": "Regulation",
        "late": "Found late, in stored footage.",
        "pictures": "Pictures",
        "no_picture": "The picture is not in the store.",
        "occurrences": "Occurrences",
        "films": "Footage",
        "no_film": "This export has no footage of this alarm; manifest.json says why.",
        "history": "What was done",
        "made": (
            "All times are of {zone}. Site {site}, export {export}. The SHA-256 of this file, the pictures and the "
            "films stand in manifest.json and SHA256SUMS. Names in the history are as whoever exported it may see them."
        ),
    },
}
SEVERITY: Mapping[Language, Mapping[str, str]] = {
    "ko": {"critical": "위급", "high": "높음", "medium": "보통", "low": "낮음"},
    "en": {"critical": "Critical", "high": "High", "medium": "Medium", "low": "Low"},
}
STATE: Mapping[Language, Mapping[str, str]] = {
    "ko": {"raised": "미확인", "acknowledged": "확인됨", "in_action": "조치 중", "resolved": "조치 완료"},
    "en": {
        "raised": "Unacknowledged",
        "acknowledged": "Acknowledged",
        "in_action": "In action",
        "resolved": "Resolved",
    },
}
ASSESSMENT: Mapping[Language, Mapping[str, str]] = {
    "ko": {"true": "실제 상황", "false": "오경보", "nuisance": "불필요 경보"},
    "en": {"true": "True alarm", "false": "False alarm", "nuisance": "Nuisance"},
}
DONE: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        "raised": "경보 발생",
        "joined": "재발생",
        "acknowledged": "확인",
        "assigned": "담당 지정",
        "unassigned": "담당 해제",
        "noted": "메모",
        "resolved": "조치 완료",
        "shelved": "일시 보류",
        "unshelved": "보류 해제",
        "escalated": "상위 전파",
        "cleared": "정상 회복",
        "suppressed": "정비 중 기록",
        "unsuppressed": "정비 뒤 알림",
        "draft_accepted": "초안 채택",
    },
    "en": {
        "raised": "Raised",
        "joined": "Occurred again",
        "acknowledged": "Acknowledged",
        "assigned": "Assigned",
        "unassigned": "Assignment ended",
        "noted": "Note",
        "resolved": "Resolved",
        "shelved": "Shelved",
        "unshelved": "Unshelved",
        "escalated": "Passed up",
        "cleared": "Cleared",
        "suppressed": "Recorded in maintenance",
        "unsuppressed": "Told after maintenance",
        "draft_accepted": "Draft accepted",
    },
}
