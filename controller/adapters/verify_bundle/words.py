"""What is said to people, in English and Korean."""

from __future__ import annotations

from typing import Any

from controller.adapters.verify_bundle.reading import utc

WORDS = {
    "intact": ("Everything is as it was signed.", "모든 내용이 서명된 그대로입니다."),
    "signer_unchecked": (
        "Everything is as it was signed, BUT BY WHOM WAS NOT CHECKED: this proves nothing yet.",
        "모든 내용이 서명된 그대로이지만 누가 서명했는지는 확인하지 않았습니다: 아직 아무것도 증명하지 않습니다.",
    ),
    "changed": ("Not what was signed; places where it differs: {count}", "{count}건의 이상: 서명된 내용과 다릅니다."),
    "unfit": ("cannot be checked", "검증할 수 없음"),
    "trusted": ("Signed by the key that you named: {key}", "지정하신 키로 서명됨: {key}"),
    "asked": (
        "The manifest is not signed by the key that you named. The key inside this bundle is: {key}",
        "목록이 지정하신 키로 서명되지 않았습니다. 번들에 든 키: {key}",
    ),
    "untrusted": (
        "WARNING: nobody vouches for the key inside this bundle: {key}\n"
        "Ask the site for its fingerprint (cctv evidence key) by another way than the bundle came, and check again "
        "with --key FINGERPRINT.",
        "경고: 번들에 든 키를 보증하는 것이 없습니다: {key}\n"
        "번들을 받은 것과 다른 경로로 현장에 키 지문(cctv evidence key)을 확인한 뒤 --key 지문으로 다시 검증하십시오.",
    ),
    "counts": (
        "{files} files, {entries} ledger entries ({signed} signed), {segments} segments, {custody} lines of custody, "
        "{certificates} certificates of nodes",
        "파일 {files}개, 녹화 대장 항목 {entries}개 (서명 {signed}개), 녹화 조각 {segments}개, 관리 이력 {custody}줄, "
        "노드 인증서 {certificates}개",
    ),
    "content": (
        "Content hash, as in the foot of the report: {content}",
        "내용 해시 (보고서 각 쪽 아래에 있는 값): {content}",
    ),
    "manifest": ("was changed: its signature does not fit", "변경됨: 서명이 맞지 않음"),
    "signature": ("is not the site's signature of the manifest", "목록에 대한 현장의 서명이 아님"),
    "key": ("was signed by another key than the one that you named", "지정하신 키가 아닌 다른 키로 서명됨"),
    "unpromised": ("promises no such file", "목록에 없는 필수 파일"),
    "absent": ("was removed", "삭제됨"),
    "added": ("was added: the manifest does not name it", "추가됨: 목록에 없는 파일"),
    "unreadable": ("cannot be read", "읽을 수 없음"),
    "length": ("has another length", "길이가 다름"),
    "bytes": ("was changed within these bytes", "이 바이트 범위가 변경됨"),
    "line": ("this line was changed", "이 줄이 변경됨"),
    "node_key": ("a node's key was changed", "노드의 키가 변경됨"),
    "ca": (
        "is not the CA that you named, or not signed by itself",
        "지정하신 인증 기관이 아니거나 자체 서명이 맞지 않음",
    ),
    "certificate": (
        "the site's CA did not give this node this key",
        "현장 인증 기관이 이 노드에 발급한 키가 아님",
    ),
    "certificate_none": (
        "this key has no certificate: the site's signature alone vouches for it",
        "인증서가 없는 키: 현장의 서명만이 보증함",
    ),
    "entry_unreadable": ("this entry was changed beyond reading", "항목을 읽을 수 없을 만큼 변경됨"),
    "entry_redated": (
        "an entry or segment tells another minute than it was written for",
        "다른 시각으로 바뀐 항목 또는 녹화 조각",
    ),
    "entry_twice": ("this entry stands twice", "중복된 항목"),
    "entry_reordered": ("this entry is out of order", "순서가 바뀐 항목"),
    "entry_changed": ("this entry is not what its hash says", "항목이 해시와 다름"),
    "entry_removed_before": ("entries before this one were removed", "이 항목 앞의 항목이 삭제됨"),
    "entry_removed": ("the entries of these minutes were removed", "이 시간대의 항목이 삭제됨"),
    "entry_foreign": ("this entry is signed by none of its node's keys", "노드의 키로 서명되지 않은 항목"),
    "head": ("the entry that the site countersigned is not there", "현장이 부서한 항목이 없음"),
    "layout": ("the manifest does not account for all of its bytes", "목록이 모든 바이트를 설명하지 못함"),
    "init": ("the beginning that all segments need was changed", "모든 녹화 조각에 필요한 머리 부분이 변경됨"),
    "segment_changed": ("this segment is not what its node signed", "노드가 서명한 내용과 다른 녹화 조각"),
    "segment_moved": ("another segment stands in this one's place", "다른 녹화 조각이 이 자리에 있음"),
    "segment_unknown": ("no entry tells of this segment", "어느 항목에도 없는 녹화 조각"),
    "segment_twice": ("this segment stands twice", "중복된 녹화 조각"),
    "segment_removed": (
        "the ledger tells of this segment, and no file has it",
        "녹화 대장에 있으나 파일에 없는 녹화 조각",
    ),
    "custody_unreadable": ("this line of custody was changed beyond reading", "읽을 수 없을 만큼 변경된 관리 이력"),
    "custody_changed": ("this line of custody is not what its seal says", "봉인과 다른 관리 이력"),
    "custody_reordered": ("this line of custody is out of order", "순서가 바뀐 관리 이력"),
    "custody_removed": ("lines of custody before this one were removed", "이 줄 앞의 관리 이력이 삭제됨"),
    "custody_link": ("this line of custody does not follow the one before it", "앞줄에 이어지지 않는 관리 이력"),
    "no_ledger": ("no ledger in here is of this footage's camera", "이 영상의 카메라에 대한 녹화 대장이 없음"),
    "custody_head": ("the head of this day is not the site's", "현장의 것이 아닌 일일 봉인"),
    "untold": ("the node had told nothing of this time", "노드가 알리지 않은 시간"),
    "entry_unproven": (
        "told before gaps were kept: its hash cannot be made",
        "누락 기록 이전의 항목: 해시를 계산할 수 없음",
    ),
    "entry_unsigned": ("the node did not sign this entry", "노드가 서명하지 않은 항목"),
    "chain_begins": ("a chain begins: a new or restored node", "새 사슬의 시작: 새 노드 또는 복원된 노드"),
    "segment_unproven": ("no entry of the node speaks of this segment", "노드의 항목이 없는 녹화 조각"),
    "recovered": ("this segment was closed by a recovery after a crash", "장애 후 복구로 닫힌 녹화 조각"),
    "deleted": ("deleted at the site at, by", "현장에서 삭제됨 (시각, 주체)"),
    "gap": ("not there, because", "영상 없음, 원인"),
    "custody_unsealed": ("not sealed yet when the bundle was made", "번들을 만들 때 아직 봉인되지 않음"),
    "custody_loose": ("too far apart: its links are not all in here", "간격이 멀어 사슬 일부만 포함됨"),
}


def say(name: str, language: str, **about: Any) -> str:
    return WORDS[name][language == "ko"].format(**about)


def line_of(one: dict[str, Any], language: str) -> str:
    """What is wrong, or to be known, and where."""
    place = [str(one["file"])]
    if "line" in one:
        place.append(("{}번째 줄" if language == "ko" else "line {}").format(one["line"]))
    if "last" in one:
        place.append(f"{'바이트' if language == 'ko' else 'bytes'} {one['first']}-{max(one['first'], one['last'] - 1)}")
    if "camera" in one:
        place.append(str(one["camera"]))
    if "at_ms" in one:
        place.append(" - ".join(utc(one[name]) for name in ("at_ms", "end_ms") if name in one))
    detail = f" ({one['detail']})" if one.get("detail") else ""
    text = f"{', '.join(place)}: {say(one['what'], language)}{detail}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)
