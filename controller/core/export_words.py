"""What the command line says of exports and holds, in English and Korean."""

from typing import Literal

from controller.core.export_manifest import Fault

Language = Literal["ko", "en"]

_WORDS: dict[str, tuple[str, str]] = {
    "waiting": ("waiting", "대기 중"),
    "retrieving": ("retrieving from the node", "노드에서 가져오는 중"),
    "running": ("running", "내보내는 중"),
    "done": ("done", "완료"),
    "failed": ("failed", "실패"),
    "cancelled": ("cancelled", "취소됨"),
    "deleted": ("deleted", "삭제됨"),
    "no_room": (
        "no room on the disk of exports, or the quota is used up",
        "내보내기 공간이 부족하거나 용량 한도에 이름",
    ),
    "store_away": ("the store does not answer", "저장소가 응답하지 않음"),
    "on_node": ("footage is still on the node", "영상이 아직 노드에 있음"),
    "no_footage": ("the store has nothing of it", "저장된 영상이 없음"),
    "sending": ("being sent", "전송 중"),
    "target_full": (
        "its destination is full: make room there, it goes on by itself",
        "내보낼 곳의 공간이 부족합니다. 공간을 확보하십시오. 자동으로 계속됩니다",
    ),
    "target_gone": (
        "its directory or bucket is not there: mount or make it, it goes on by itself",
        "내보낼 폴더나 버킷이 없습니다. 연결하거나 만드십시오. 자동으로 계속됩니다",
    ),
    "target_refused": (
        "its destination refuses: check rights and keys (cctv export-destination put)",
        "내보낼 곳에서 거부했습니다. 권한과 키를 확인하십시오 (cctv export-destination put)",
    ),
    "target_away": (
        "its destination does not answer: check network and address, it goes on by itself",
        "내보낼 곳이 응답하지 않습니다. 네트워크와 주소를 확인하십시오. 자동으로 계속됩니다",
    ),
    "target_altered": (
        "its destination gives back other bytes than it was given: check that disk or store",
        "내보낼 곳에서 되읽은 내용이 다릅니다. 디스크나 저장소를 점검하십시오",
    ),
    "target_unknown": (
        "its destination is not known any more: add it under the same name, or cancel",
        "내보낼 곳을 찾을 수 없습니다. 같은 이름으로 다시 등록하거나 취소하십시오",
    ),
    "target_shut": (
        "closed: an administrator opens it under Privacy, or by cctv privacy ways open; it goes on by itself",
        "닫혀 있음: 관리자가 개인정보 화면이나 cctv privacy ways open으로 열면 자동으로 계속됩니다",
    ),
    "target_works": ("works: written, read back, removed", "정상: 쓰기, 되읽기, 삭제를 확인했습니다"),
    "lost_too_often": ("begun too often without getting on", "여러 번 시작했으나 진척이 없음"),
    "kept_long_enough": ("kept as long as the settings say", "보관 기간이 지남"),
    "damaged": ("the stored file is gone or altered", "저장된 파일이 없거나 변조됨"),
    "not derived": ("cannot be put into blocks, and was left out", "모자이크로 만들 수 없어 제외함"),
    "lost": ("lost", "유실됨"),
    "expired": ("deleted by retention", "보관 기간 경과로 삭제됨"),
    "on the node": ("on the node, not retrieved in time", "노드에 있으나 제때 가져오지 못함"),
    "not told yet": ("the node has not said", "노드가 아직 알리지 않음"),
    "unusable": ("stored, but does not join", "저장되었으나 이어지지 않음"),
    "unknown": ("unknown", "알 수 없음"),
    "agent down": ("the node was down", "노드가 꺼져 있었음"),
    "camera stalled": ("the camera sent nothing", "카메라 영상이 끊김"),
    "camera restarting": ("the camera was restarting", "카메라 재시작 중"),
    "disk full": ("the node's disk was full", "노드의 저장 공간이 가득 참"),
    "disk error": ("the node's disk failed", "노드의 저장 장치 오류"),
    "recording off": ("recording was off", "녹화 꺼짐"),
    "not retained by policy": ("not kept, by its settings", "설정에 따라 보관하지 않음"),
    "gap": ("missing", "누락"),
    "none": ("no export", "내보내기가 없습니다"),
    "sound": ("as its manifest says", "목록과 일치"),
    "absent": ("is not there", "없음"),
    "length": ("has another length", "길이가 다름"),
    "bytes": ("differs", "내용이 다름"),
    "extra": ("is not in the manifest", "목록에 없는 파일"),
    "copied": ("copied and compared", "복사하고 대조함"),
    "no_hold": ("no hold", "증거 보존이 없습니다"),
    "held": ("held", "보존 중"),
    "released": ("released", "해제됨"),
    "locked": ("locked: two people release it", "잠김: 두 사람이 해제"),
    "asked": ("its release is asked for by", "해제 요청"),
}


def word(name: str, language: Language) -> str:
    """A word of ours, as it is where there is none in a language."""
    english, korean = _WORDS.get(name, (name, name))
    return korean if language == "ko" else english


def fault_line(fault: Fault, about: str, language: Language) -> str:
    """One fault of a copy: its file, its bytes, and about which time they show."""
    unit = "바이트" if language == "ko" else "bytes"
    last = max(fault.first, fault.last - 1)
    shows = f", {about}" if about else ""
    return f"{fault.name}: {word(fault.what, language)}: {unit} {fault.first}-{last}{shows}"
