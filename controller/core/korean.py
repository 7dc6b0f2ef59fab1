"""The Korean of what messages to people say of the system; the dashboard has the same sentences."""

from collections.abc import Mapping
from typing import Any

from controller.core.korean_notices import NOTICES
from shared.english import Code

KOREAN: dict[Code, str] = {
    "alarm_backup_failing": (
        "백업 {name}이(가) {destination}(으)로 복사되지 않고 있습니다({why}). "
        "그 뒤의 경보와 영상은 이곳에만 있습니다. 원인을 해결한 뒤 백업을 다시 실행하십시오."
    ),
    "alarm_backup_late": (
        "백업 {name}({destination})이(가) 제때 끝나지 않았습니다. "
        "내보내기 프로세스가 동작하는지, 내보낼 곳이 정상인지 확인하십시오."
    ),
    "alarm_camera_refused": ("카메라가 연결을 거부하고 있습니다. 노드 설정의 주소와 비밀번호를 확인하십시오."),
    "alarm_camera_restarting": (
        "노드가 거듭 다시 시작해도 카메라가 돌아오지 않습니다. 케이블과 전원, 노드의 로그를 확인하십시오."
    ),
    "alarm_camera_stalled": ("카메라가 영상을 보내지 않습니다. 케이블과 전원을 확인하십시오."),
    "alarm_camera_starting": ("카메라가 시작되지 않습니다. 케이블과 전원, 노드의 로그를 확인하십시오."),
    "alarm_channel_dead": (
        "알림 수단 {name}에 메시지가 전달되지 않습니다({why}). 주소와 네트워크를 확인한 뒤 시험 알림을 보내십시오."
    ),
    "alarm_clock": ("노드의 시계가 {off_s}초 어긋나 있습니다. 녹화 시각도 그만큼 어긋나므로 NTP 설정을 확인하십시오."),
    "alarm_disk": (
        "노드의 저장 공간이 {free_mib} MiB만 남았습니다. "
        "가득 차면 녹화가 중단되므로 공간을 확보하거나 순환 녹화 용량을 줄이십시오."
    ),
    "alarm_footage_lost": ("저장소로 올려야 할 영상이 사라졌습니다. 노드의 네트워크와 저장 공간을 확인하십시오."),
    "alarm_gap_camera": (
        "{camera} 카메라의 영상 {seconds}초가 녹화되지 않았습니다({gaps}회). "
        "노드와 연락이 끊긴 동안 카메라에서 영상이 나오지 않았습니다. "
        "케이블과 전원을 확인하십시오."
    ),
    "alarm_gap_disk_error": (
        "{camera} 카메라의 영상 {seconds}초가 녹화되지 않았습니다({gaps}회). "
        "노드의 저장 장치에 쓸 수 없었습니다. "
        "저장 장치를 점검하고 되풀이되면 교체하십시오."
    ),
    "alarm_gap_disk_full": (
        "{camera} 카메라의 영상 {seconds}초가 녹화되지 않았습니다({gaps}회). "
        "노드의 저장 공간이 가득 찼습니다. "
        "공간을 확보하거나 순환 녹화 용량을 줄이십시오."
    ),
    "alarm_gap_lost": (
        "{camera} 카메라의 영상 {seconds}초가 녹화되지 않았습니다({gaps}회). "
        "카메라는 정상이었으므로 노드의 부하와 로그를 확인하십시오."
    ),
    "alarm_gap_node": (
        "{node} 노드가 {seconds}초 동안 작동하지 않아({gaps}회) 카메라 영상이 전혀 녹화되지 않았습니다. "
        "그동안 컨트롤러도 이를 알 수 없었습니다. "
        "전원과 종료 여부를 확인하십시오."
    ),
    "alarm_held": (
        "노드에서 전송을 기다리는 영상이 허용량의 {percent}%입니다. "
        "넘치면 오래된 것부터 사라지므로 네트워크와 저장소를 확인하십시오."
    ),
    "alarm_jobs_wait": (
        "대기 중인 검증이 {jobs}건이며 가장 오래된 것은 {oldest_s}초째입니다. "
        "녹화는 계속되지만 경보가 늦어집니다. "
        "검증기를 늘리거나 부하를 확인하십시오."
    ),
    "alarm_nobody_watches": (
        "항상 감시해야 하는 카메라 {cameras}대를 아무도 판정하지 않고 있습니다. 검증기가 동작하는지 확인하십시오."
    ),
    "alarm_node_away": (
        "노드 {node}에서 응답이 없어 카메라({cameras})를 볼 수 없습니다. "
        "전원과 네트워크를 확인하십시오. "
        "전원이 있는 동안 녹화는 노드에 계속 저장됩니다."
    ),
    "alarm_node_twice": (
        "두 대의 장비가 같은 노드 {node}(으)로 동작하며 서로 연결을 끊고 있습니다. "
        "한 대를 끄고 새 노드로 등록한 설정 파일을 쓰십시오."
    ),
    "alarm_power_weak": ("노드의 전원이 약합니다. 보드의 정품 어댑터와 짧고 굵은 케이블을 사용하십시오."),
    "alarm_ring_short": (
        "순환 녹화가 {reach_min}분 전까지만 남습니다(최소 {least_min}분). 용량을 늘리거나 비트레이트를 낮추십시오."
    ),
    "alarm_scrub_stopped": (
        "저장된 녹화 {count}건이 없거나 내용이 다릅니다. 더 이상 읽거나 다시 요청하지 않습니다. "
        "저장소가 맞는지, 온전한지 확인하십시오. 전체 목록은 cctv fsck로 볼 수 있습니다."
    ),
    "alarm_scrub_wrong": (
        "저장된 녹화가 처음과 다릅니다. 없음 {missing}건, 내용 다름 {other}건이며 "
        "{asked}건은 노드에 다시 요청했습니다. 저장소의 디스크를 점검하십시오. 해당 녹화는 감사 기록에 있습니다."
    ),
    "alarm_second_away": (
        "보조 저장소를 쓸 수 없습니다. 옮긴 영상을 재생할 수 없고 더 옮기지도 않습니다. "
        "디스크가 마운트되어 있는지, 저장소 서버가 동작하는지, 키가 맞는지 확인하십시오."
    ),
    "alarm_second_differs": (
        "보조 저장소가 저장한 것과 다른 내용을 돌려주어 더 옮기지 않습니다. "
        "그 디스크를 점검하십시오. 기본 저장소에서는 아무것도 삭제하지 않았습니다."
    ),
    "alarm_second_full": ("보조 저장소가 가득 차 더 옮기지 않습니다. 공간을 늘리거나 보존 기간을 줄이십시오."),
    "alarm_second_unnamed": (
        "녹화 {count}건이 설정에 없는 보조 저장소에 있습니다. 재생할 수 없고 보존 기간이 지나도 삭제되지 않습니다. "
        "설정의 [store.second]를 되돌리고 다시 시작하십시오."
    ),
    "alarm_site_backup_none": (
        "복원 시험을 마친 사이트 백업이 없습니다. 저장 공간 화면에서 이유를 확인하고 백업 설정을 고치십시오."
    ),
    "alarm_site_backup_old": (
        "마지막 정상 사이트 백업이 {hours}시간 전 것입니다. 저장 공간 화면에서 이유를 확인하고 해결하십시오."
    ),
    "alarm_slowed": ("노드가 스스로 성능을 낮추고 있습니다({flags}). 냉각과 전원 어댑터를 확인하십시오."),
    "alarm_store_away": (
        "저장소를 쓸 수 없습니다. 디스크가 마운트되어 있는지, 저장소 서버가 동작하는지 확인하십시오. "
        "그동안 영상은 여유가 있는 만큼 노드에 남아 있습니다."
    ),
    "alarm_store_filling": (
        "하루 {day_mib} MiB씩 쌓여 {days}일 뒤 저장소가 가득 찹니다. "
        "공간을 늘리거나 보존 기간을 줄이거나 용량 한도를 정하십시오."
    ),
    "alarm_sweep_waits": (
        "보존 기간에 따라 녹화와 사진 {count}건(저장 용량의 {percent}%)이 한꺼번에 삭제될 차례입니다. "
        "확인할 때까지 아무것도 삭제하지 않습니다. 시계와 보존 기간이 맞는지 저장 공간 화면에서 확인하십시오."
    ),
    "alarm_tamper_black": ("화면이 검게 나옵니다. 렌즈가 가려졌는지, 조명이 꺼졌는지 확인하십시오."),
    "alarm_tamper_blurred": ("초점이 맞지 않습니다. 렌즈를 닦고 초점을 맞추십시오."),
    "alarm_tamper_covered": ("카메라의 시야가 가려졌습니다. 현장에서 가린 것을 치우십시오."),
    "alarm_tamper_frozen": ("프레임은 들어오지만 화면이 멈춰 있습니다. 카메라를 다시 시작하십시오."),
    "alarm_tamper_moved": ("카메라의 방향이 바뀌었습니다. 원래대로 돌리거나 구역을 새 화면에 맞추십시오."),
    "alarm_unscored": (
        "규칙에 필요한 이상 점수가 이 카메라에서 나오지 않아({why}) 이상 상황 규칙이 동작하지 않습니다. "
        "다른 규칙은 그대로 동작합니다. 모델과 검증기 로그를 확인하십시오."
    ),
    "alarm_unscored_no_model": (
        "규칙에 이상 점수가 필요하지만 이 카메라에 지정된 모델이 없어 이상 상황 규칙이 동작하지 않습니다. "
        "컨트롤러 설정에서 모델을 지정하거나 규칙을 지우십시오."
    ),
    "alarm_unwatched": (
        "규칙에 따라 항상 감시해야 하는 카메라가 {for_s}초째 판정되지 않았습니다. "
        "실시간 영상이 나오는지, 검증기가 밀리지 않는지 확인하십시오."
    ),
    "alarm_worker_away": (
        "검증기가 동작하지 않아 영상이 검증되지 않고 있습니다. "
        "녹화는 계속되며 나중에 지연 검증됩니다. "
        "자동으로 다시 시작하며, 계속되면 로그를 확인하십시오."
    ),
}


def in_korean(said: Mapping[str, Any] | None) -> str | None:
    """The Korean of a sentence that is known by its code, and of its reason by `why_code`; None: there is none."""
    if said is None:
        return None
    text = KOREAN.get(said["code"]) or NOTICES.get(said["code"])
    params = _Known(said["params"])
    why = NOTICES.get(params.get("why_code", ""))
    if why is not None:
        params["why"] = why.format_map(params).removesuffix(".")
    return None if text is None else text.format_map(params)


class _Known(dict[str, Any]):
    """Parameters of a sentence; one that a newer writer no longer gives stays as its name."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
