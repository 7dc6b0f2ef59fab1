"""What the report of an evidence bundle says, in Korean and English."""

from collections.abc import Mapping

from controller.core.export_words import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        "title": "증거 번들 보고서",
        "site": "현장",
        "export": "내보내기",
        "asked_by": "요청자",
        "asked_at": "요청 시각",
        "why": "사유",
        "version": "제품",
        "key": "현장 키의 지문",
        "content": "내용 해시 (SHA-256)",
        "zone": "시각은 {zone} 기준입니다.",
        "spans": "요청한 영상",
        "films": "영상 파일",
        "gaps": "빠진 영상",
        "no_gaps": "빠진 영상이 없습니다.",
        "stones": "삭제된 영상",
        "stones_help": "저장되었다가 삭제되었습니다. 노드가 서명한 기록은 녹화 대장에 남아 있습니다.",
        "ledgers": "녹화 대장",
        "ledgers_help": (
            "노드는 카메라마다 1분에 한 번 녹화 조각의 해시를 적고 서명하며, 항목은 앞 항목과 사슬로 이어집니다."
        ),
        "recovered": "복구된 녹화 조각",
        "recovered_help": "장애로 끊긴 뒤 노드가 다시 시작하며 닫은 녹화 조각입니다. 노드가 그렇게 서명했습니다.",
        "keys": "노드의 키",
        "custody": "관리 이력",
        "custody_help": "현장 감사 기록 가운데 이 영상에 관한 것입니다. 최근 것부터입니다.",
        "more": "그 밖에 {count}건은 번들의 파일에 있습니다.",
        "handed": "인계인수",
        "handed_help": "번들을 넘겨줄 때마다 자필로 적으십시오.",
        "from_whom": "인계자 (소속, 성명)",
        "to_whom": "인수자 (소속, 성명)",
        "signatures": "서명",
        "alarms": "경보",
        "verify": "검증 방법",
        "verify_1": "1. 현장에 전화 등 다른 경로로 키의 지문을 확인하십시오. 이 보고서의 지문만으로는 부족합니다.",
        "verify_2": (
            "2. Python 3.9 이상이 있는 컴퓨터에서 신뢰하는 사람에게 받은 verify.py를 실행하십시오. "
            "네트워크는 필요 없습니다."
        ),
        "verify_3": (
            "3. 종료 코드 0은 지정한 키로 서명된 그대로, 1은 변경된 곳이 있음, 2는 검증할 수 없음, 4는 --key 없이 "
            "실행하여 서명한 쪽을 확인하지 않았음(증명이 되지 않음)을 뜻합니다. "
            "변경된 곳은 파일, 바이트, 녹화 조각, 항목으로 알려 줍니다."
        ),
        "verify_4": (
            "4. verify.py가 알려 주는 내용 해시를 이 보고서의 각 쪽 아래에 있는 것과 비교하십시오. "
            "같으면 이 번들의 보고서입니다."
        ),
        "camera": "카메라",
        "from": "시작",
        "to": "끝",
        "cause": "원인",
        "file": "파일",
        "bytes": "바이트",
        "segments": "녹화 조각",
        "entries": "항목",
        "signed": "서명",
        "unsigned": "서명 없음",
        "chains": "사슬",
        "head": "마지막 항목의 해시",
        "node": "노드",
        "fingerprint": "지문",
        "since": "사용 시작",
        "until": "사용 종료",
        "deleted": "삭제 시각",
        "by": "주체",
        "at": "시각",
        "who": "누가",
        "what": "무엇을",
        "on": "대상",
        "retention": "보관 기간",
    },
    "en": {
        "title": "Report of an evidence bundle",
        "site": "Site",
        "export": "Export",
        "asked_by": "Asked for by",
        "asked_at": "Asked for at",
        "why": "Reason",
        "version": "Product",
        "key": "Fingerprint of the site's key",
        "content": "Content hash (SHA-256)",
        "zone": "Times are those of {zone}.",
        "spans": "Footage asked for",
        "films": "Media files",
        "gaps": "Missing",
        "no_gaps": "Nothing is missing.",
        "stones": "Deleted",
        "stones_help": "Was stored, and deleted since. What the node signed of it stays in the ledger.",
        "ledgers": "Ledgers",
        "ledgers_help": (
            "For each camera and minute a node writes down the hashes of its segments, signs that, and "
            "chains it to the entry before."
        ),
        "recovered": "Recovered segments",
        "recovered_help": "Cut off by a failure and closed when the node started again; it signed them as such.",
        "keys": "Keys of the nodes",
        "custody": "Custody",
        "custody_help": "What the site's audit has about this footage, the newest first.",
        "more": "{count} more are in the files of the bundle.",
        "handed": "Handed over",
        "handed_help": "To be filled in by hand, each time that the bundle is passed on.",
        "from_whom": "From (office, name)",
        "to_whom": "To (office, name)",
        "signatures": "Signatures",
        "alarms": "Alarms",
        "verify": "How to check this bundle",
        "verify_1": (
            "1. Ask the site for the fingerprint of its key by another way, for example by telephone. The "
            "one in this report is not enough."
        ),
        "verify_2": (
            "2. On a computer with Python 3.9 or newer, run verify.py as you got it from somebody you trust. "
            "It needs no network."
        ),
        "verify_3": (
            "3. It ends with 0 where all is as the key that you named signed it, 1 where something was changed, 2 "
            "where it cannot check, 4 without --key: then nobody knows who signed, and it is no proof. What was "
            "changed is named by file, bytes, segment and entry."
        ),
        "verify_4": (
            "4. It tells the content hash of the bundle. Compare it with the one in the foot of these pages: "
            "where they are the same, this is that bundle's report."
        ),
        "camera": "Camera",
        "from": "From",
        "to": "To",
        "cause": "Cause",
        "file": "File",
        "bytes": "Bytes",
        "segments": "Segments",
        "entries": "Entries",
        "signed": "Signed",
        "unsigned": "Not signed",
        "chains": "Chains",
        "head": "Hash of the last entry",
        "node": "Node",
        "fingerprint": "Fingerprint",
        "since": "Since",
        "until": "Until",
        "deleted": "Deleted",
        "by": "By",
        "at": "At",
        "who": "Who",
        "what": "What",
        "on": "On",
        "retention": "retention",
    },
}

DONE: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        "export.make": "내보내기 요청", "export.download": "내려받음", "export.cancel": "내보내기 취소",
        "export.delete": "내보낸 파일 삭제", "hold.add": "보존 지정", "hold.release": "보존 해제",
        "hold.release_ask": "해제 요청", "hold.release_withdraw": "해제 요청 철회", "footage.view": "녹화를 봄",
        "clip.view": "클립을 봄", "live.view": "실시간 영상을 봄", "live.listen": "실시간 소리를 들음",
        "footage.request": "녹화 가져오기 요청", "footage.delete": "녹화 삭제 요청", "footage.deleted": "녹화 삭제됨",
        "node.enrol": "노드 등록", "node.restored": "노드가 이전 상태로 복원됨", "ledger.heads": "녹화 대장 기록 봉인",
        "camera.name": "카메라 이름 변경", "derived.view": "모자이크 영상을 봄", "unmask.begin": "마스킹 해제 시작",
        "unmask.end": "마스킹 해제 끝", "node.approve": "노드 승인", "node.certificate": "노드에 인증서 발급",
        "node.config": "노드 설정 변경", "node.disable": "노드 차단", "node.enable": "노드 차단 해제",
        "node.revoke": "노드 인증서 폐기", "camera.contradicted": "노드가 서명한 내용과 다른 말을 함",
    },
    "en": {
        "export.make": "asked for an export", "export.download": "downloaded", "export.cancel": "cancelled an export",
        "export.delete": "deleted exported files", "hold.add": "held", "hold.release": "released",
        "hold.release_ask": "asked for release", "hold.release_withdraw": "withdrew a release",
        "footage.view": "viewed recordings", "clip.view": "viewed a clip", "live.view": "watched live",
        "live.listen": "listened live", "footage.request": "asked a node for footage",
        "footage.delete": "asked for deletion", "footage.deleted": "footage was deleted",
        "node.enrol": "enrolled a node",
        "node.restored": "node was put back to an older copy", "ledger.heads": "put ledgers on record",
        "camera.name": "named the camera", "derived.view": "viewed blocks alone", "unmask.begin": "began to see clear",
        "unmask.end": "saw clear no more", "node.approve": "approved a node", "node.certificate": "gave a certificate",
        "node.config": "changed a node's settings", "node.disable": "cut a node off",
        "node.enable": "let a node on again",
        "node.revoke": "revoked a certificate", "camera.contradicted": "node denied what it had signed",
    },
}  # fmt: skip
