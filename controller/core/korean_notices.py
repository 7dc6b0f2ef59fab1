"""The Korean of what is said of rules that will not alarm, and of messages that were not delivered."""

# ruff: noqa: RUF001 - Korean quotation marks

from shared.english import Code

NOTICES: dict[Code, str] = {
    "backup_cancelled": "누군가 내보내기를 취소했습니다.",
    "backup_deleted": "누군가 내보내기를 삭제했습니다.",
    "backup_lost_too_often": "여러 번 시작했으나 진척이 없습니다.",
    "backup_no_room": "내보내기 공간이 부족하거나 용량 한도에 이르렀습니다.",
    "backup_store_away": "저장소가 응답하지 않습니다.",
    "backup_target_altered": "내보낼 곳에서 되읽은 내용이 다릅니다.",
    "backup_target_away": "내보낼 곳이 응답하지 않습니다.",
    "backup_target_full": "내보낼 곳의 공간이 부족합니다.",
    "backup_target_gone": "내보낼 폴더나 버킷이 없습니다.",
    "backup_target_refused": "내보낼 곳에서 거부했습니다. 권한과 키를 확인하십시오.",
    "backup_target_shut": "닫혀 있는 길입니다. 관리자가 개인정보 화면에서 열어야 합니다.",
    "backup_target_unknown": "내보낼 곳이 더 이상 등록되어 있지 않습니다.",
    "camera_unknown": "카메라 ‘{camera}’: 아직 어떤 노드도 알리지 않았습니다. 지금 있는 카메라: {known}.",
    "rule_classes_unknown": (
        "규칙 ‘{rule}’: 경보가 발생하지 않습니다. 모델 {model}이(가) 모르는 객체입니다: {classes}."
    ),
    "rule_ground_missing": "규칙 ‘{rule}’: 카메라 {camera}의 지면이 보정되지 않아 경보가 발생하지 않습니다.",
    "rule_items_unknown": ("규칙 ‘{rule}’: 경보가 발생하지 않습니다. 모델 {model}이(가) 모르는 보호구입니다: {items}."),
    "rule_regulation_unknown": "규칙 ‘{rule}’: 관련 규정 {regulation}의 내용이 없습니다. 쓸 수 있는 번호: {known}.",
    "rule_scores_missing": (
        "규칙 ‘{rule}’: 다음 카메라에 지정된 이상 점수 모델이 없어 경보가 발생하지 않습니다: {cameras}."
    ),
    "rule_zone_undrawn": (
        "규칙 ‘{rule}’: 구역 {zone}의 꼭짓점이 없어 화면 전체에 적용됩니다. zone에 꼭짓점을 쓰십시오."
    ),
    "scores_late": "모델 {model}이(가) 제때 점수를 내지 않습니다.",
    "scores_none": "모델 {model}의 결과 {value}은(는) 점수가 아닙니다.",
    "scores_slow": "모델 {model}이(가) 화면 한 장에 {seconds}초 넘게 걸립니다.",
    "send_answered": "받는 서버가 거절했습니다(응답 {status}).",
    "send_broke": "연결이 끊겼습니다.",
    "send_full": "이 알림 수단에 기다리는 알림이 너무 많았습니다.",
    "send_garbage": "받는 서버의 답이 HTTP가 아닙니다.",
    "send_held": "앞서 보낸 알림을 서비스가 아직 붙들고 있습니다.",
    "send_over": "너무 여러 번 시도했거나 너무 오래 기다렸습니다.",
    "send_refused": "서비스가 거부했거나 연결할 수 없습니다.",
    "send_refused_with": "서비스가 거부했거나 연결할 수 없습니다(응답 {status}).",
    "send_removed": "알림 수단이 삭제되었습니다.",
    "send_silent": "{seconds}초 안에 답이 없었습니다.",
    "send_unreachable": "연결할 수 없거나 허용되지 않은 주소입니다.",
    "send_unsealed": "이 현장의 키로 주소를 열 수 없습니다. 알림 수단을 다시 추가하십시오.",
}
