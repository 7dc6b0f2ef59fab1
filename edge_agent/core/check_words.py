"""What `cctv-edge check` says, in English as it is written there and in Korean from here."""

from collections.abc import Mapping
from typing import Self

from edge_agent.core.board_words import BOARD_KOREAN
from edge_agent.core.status_words import Language


class Words(str):
    """An English sentence that knows what it was made of, so that it can be said in another language."""

    __slots__ = ("params", "template")

    template: str
    params: dict[str, object]

    def __new__(cls, template: str, params: dict[str, object]) -> Self:
        text = super().__new__(cls, template.format(**params))
        text.template, text.params = template, params
        return text

    def __reduce__(self) -> tuple[type["Words"], tuple[str, dict[str, object]]]:
        return Words, (self.template, self.params)


def words(template: str, **params: object) -> Words:
    """The sentence that `template` makes of `params`; `KOREAN` has the same template."""
    return Words(template, params)


def tell(text: str, language: Language) -> str:
    """A sentence, a phrase or the name of a check; what is in no catalogue (a file, a system's own word) stays."""
    if language == "en":
        return str(text)
    if not isinstance(text, Words):
        return KOREAN.get(text, text)
    params = {name: tell(value, language) if isinstance(value, str) else value for name, value in text.params.items()}
    return KOREAN.get(text.template, text.template).format(**params)


LEVELS: Mapping[Language, Mapping[str, str]] = {
    "en": {"ok": "ok      ", "warning": "warning ", "trouble": "TROUBLE ", "unknown": "unknown "},
    "ko": {"ok": "정상    ", "warning": "주의    ", "trouble": "문제    ", "unknown": "모름    "},
}

KOREAN: Mapping[str, str] = {
    **BOARD_KOREAN,
    # names of checks
    "configuration": "설정",
    "data folder": "데이터 폴더",
    "file system": "파일 시스템",
    "disk space": "저장 공간",
    "disk speed": "디스크 속도",
    "memory": "메모리",
    "confinement": "카메라 격리",
    "what reads cameras reaches neither programs, other files nor other hosts": (
        "카메라를 읽는 프로세스는 다른 프로그램, 파일, 호스트에 접근할 수 없습니다"
    ),
    "what reads cameras reaches no programs and no other hosts, but every file of the agent's user": (
        "카메라를 읽는 프로세스는 다른 프로그램과 호스트에는 접근할 수 없지만, "
        "에이전트 사용자의 모든 파일에 접근할 수 있습니다"
    ),
    "Use a kernel of 5.13 or newer with Landlock.": "Landlock을 지원하는 5.13 이상의 커널을 사용하십시오.",
    "what reads cameras is not confined ({fault})": "카메라를 읽는 프로세스가 격리되지 않습니다 ({fault})",
    "the light detector decodes network cameras unconfined: Hailo's runtime needs its device": (
        "경량 검출기가 네트워크 카메라를 격리 없이 디코딩합니다. Hailo 런타임은 장치에 접근해야 합니다"
    ),
    'Use kind = "litert" where cameras are not to be trusted.': (
        '카메라를 신뢰할 수 없으면 kind = "litert"를 사용하십시오.'
    ),
    "Use a 64-bit system on x86-64 or ARM, with seccomp.": (
        "seccomp를 지원하는 64비트 x86-64 또는 ARM 시스템을 사용하십시오."
    ),
    "time zone": "시간대",
    "server": "노드 서버",
    "ring of {camera}": "{camera} 순환 녹화",
    "clock": "시계",
    "power": "전원",
    "temperature": "온도",
    "wear": "디스크 수명",
    "broker": "브로커",
    "controller": "컨트롤러",
    "camera {camera}": "카메라 {camera}",
    "{camera} (sub stream)": "{camera} (보조 스트림)",
    "sound of {camera}": "{camera} 소리",
    "is switched on: it can be listened to, never recorded": "켜져 있습니다: 실시간으로 들을 수 있고 녹음되지 않습니다",
    "detector": "경량 검출기",
    "certificate of {which}": "인증서: {which}",
    "key of this node": "노드 키",
    "the node's server": "노드 서버",
    "the site's CA": "현장 CA",
    "the broker's CA": "브로커 CA",
    "the controller": "컨트롤러",
    "this node": "이 노드",
    "disk": "디스크",
    "site": "현장",
    "machine": "장치",
    "could not be checked: {fault}": "확인할 수 없습니다: {fault}",
    # configuration
    "the node's own file": "노드 자체 파일",
    "version {version} of the controller's settings": "컨트롤러 설정 버전 {version}",
    "version {version} is being tried, before it {runs}": "버전 {version} 시험 중(이전: {runs})",
    "{runs} runs": "{runs}(으)로 동작 중입니다",
    "{runs} runs; version {version} was {state}: {reason}": (
        "{runs}(으)로 동작 중입니다. 버전 {version}은(는) {state}: {reason}"
    ),
    "refused": "거부됨",
    "rolled back": "되돌림",
    "applying": "시험 중",
    "Correct what is named and give the node a new version: cctv node config NODE --set FILE.": (
        "지적된 항목을 고쳐 새 버전을 보내십시오: cctv node config NODE --set FILE."
    ),
    # disk
    "{path} can be written": "{path}에 쓸 수 있습니다",
    "Give the folder to the user that runs the agent (chown), or choose another data_dir.": (
        "폴더의 소유자를 에이전트 사용자로 바꾸거나(chown) data_dir을 다른 곳으로 정하십시오."
    ),
    "{mount} is writable": "{mount}에 쓸 수 있습니다",
    "{mount} is mounted read-only": "{mount}이(가) 읽기 전용으로 마운트되어 있습니다",
    "Look at dmesg for disk errors, check the disk (fsck) and replace it if it has any; or mount it read-write.": (
        "dmesg에서 디스크 오류를 찾아 fsck로 점검하고, 오류가 있으면 교체하십시오. "
        "없으면 쓰기 가능으로 다시 마운트하십시오."
    ),
    "{free} free, the rings may take {missing} more": "여유 {free}, 순환 녹화가 더 쓸 수 있는 공간 {missing}",
    "Make room: old segments go first now, before their time.": (
        "공간을 확보하십시오. 지금은 오래된 녹화가 정해진 시간보다 먼저 지워집니다."
    ),
    "Lower ring.bytes_max or take a larger disk: the rings will end where the disk does.": (
        "ring.bytes_max를 줄이거나 더 큰 디스크를 쓰십시오. 순환 녹화는 디스크 용량까지만 늘어납니다."
    ),
    "could not be tried": "시험하지 못했습니다",
    "the slowest of {count} writes was durable after {longest_ms:.0f} ms": (
        "쓰기 {count}번 중 가장 느린 것이 {longest_ms:.0f} ms 걸렸습니다"
    ),
    "Replace the disk (a worn SD card does this), or take what else writes to it away: footage is dropped.": (
        "디스크를 교체하거나(닳은 SD 카드에서 흔합니다) 다른 쓰기 작업을 옮기십시오. 영상이 누락되고 있습니다."
    ),
    "Look for what else writes to this disk; plan for a faster one.": (
        "이 디스크에 쓰는 다른 작업을 찾고, 더 빠른 디스크로 교체할 계획을 세우십시오."
    ),
    "holds nothing yet": "아직 녹화가 없습니다",
    "Run the agent for some minutes, then check again.": "에이전트를 몇 분 동작시킨 뒤 다시 확인하십시오.",
    "reaches back {minutes:.0f} min at {mbps:.2f} Mbit/s": "{mbps:.2f} Mbit/s로 {minutes:.0f}분 전까지 남습니다",
    "It needs {needed}: make room on the disk, or lower the camera's bitrate.": (
        "{needed}가 필요합니다. 디스크 공간을 확보하거나 카메라의 비트레이트를 낮추십시오."
    ),
    "Raise ring.bytes_max to at least {needed}, or lower the camera's bitrate.": (
        "ring.bytes_max를 {needed} 이상으로 늘리거나 카메라의 비트레이트를 낮추십시오."
    ),
    "nothing is known": "알려진 것이 없습니다",
    "{gb:.0f} GB a day are written": "하루 {gb:.0f} GB를 씁니다",
    "{written}; the disk does not tell its age here": "{written}. 디스크가 수명을 알려 주지 않습니다",
    "about {percent} % of the disk's life is used": "디스크 수명의 약 {percent}%를 썼습니다",
    "about {percent} % of the disk's life is used, {written}": "디스크 수명의 약 {percent}%를 썼습니다. {written}",
    "Replace the disk now, before it turns read-only.": "읽기 전용이 되기 전에 지금 디스크를 교체하십시오.",
    "Plan to replace the disk.": "디스크를 교체할 계획을 세우십시오.",
    # machine
    "{free:.0f} of {total:.0f} MB are free": "{total:.0f} MB 중 {free:.0f} MB가 비어 있습니다",
    "this machine does not tell it": "이 장치는 알려 주지 않습니다",
    "End what else runs on this machine, or give this node fewer cameras.": (
        "이 장치의 다른 프로그램을 끝내거나 노드의 카메라 수를 줄이십시오."
    ),
    "now: {flags}": "지금: {flags}",
    "since the start: {flags}": "시작한 뒤: {flags}",
    "no throttling is reported": "성능 제한이 없습니다",
    "Use the board's own power supply with a short, thick cable; take the load off its USB ports.": (
        "보드의 정품 전원 장치와 짧고 굵은 케이블을 쓰고 USB 포트의 부하를 줄이십시오."
    ),
    "Check the fan, clean its way, take the case out of the sun.": (
        "팬과 통풍구를 점검하고 함체를 직사광선이 닿지 않는 곳에 두십시오."
    ),
    "is not synchronised: recordings get a wrong time": "동기화되지 않았습니다. 녹화 시각이 틀립니다",
    "may be off by {off_s:.1f} s": "{off_s:.1f}초까지 어긋났을 수 있습니다",
    "is synchronised to within {error_ms:.0f} ms": "{error_ms:.0f} ms 이내로 동기화되어 있습니다",
    "Install chrony or switch on systemd-timesyncd, and let it reach a time server (UDP 123).": (
        "chrony를 설치하거나 systemd-timesyncd를 켜고 시간 서버(UDP 123)에 연결되게 하십시오."
    ),
    "Use a nearer time server, or wait until the clock has settled.": (
        "더 가까운 시간 서버를 쓰거나 시계가 안정될 때까지 기다리십시오."
    ),
    "is not set": "정해지지 않았습니다",
    "is not set, and a camera has windows": "정해지지 않았는데 시간표가 있는 카메라가 있습니다",
    'Set time_zone, like "Asia/Seoul": windows and exports then count by the site\'s own time.': (
        '"Asia/Seoul"처럼 time_zone을 정하십시오. 그러면 시간표와 내보내기가 현장 시간을 따릅니다.'
    ),
    # server and certificates
    "{place} is free": "{place}을(를) 쓸 수 있습니다",
    "{place} is taken while the agent runs": "에이전트가 {place}에서 동작 중입니다",
    "End what listens there, or choose another address or port for server.listen.": (
        "그 주소를 쓰는 프로그램을 끝내거나 server.listen을 다른 주소나 포트로 정하십시오."
    ),
    "{place} speaks clear text: who listens on the way gets all": (
        "{place}: 암호화하지 않으므로 중간에서 모두 엿볼 수 있습니다"
    ),
    "Give it server.certificate and server.key: cctv node certificate makes them.": (
        "server.certificate와 server.key를 정하십시오. cctv node certificate로 만들 수 있습니다."
    ),
    "Put both files there, readable to the agent's user alone; cctv node certificate makes new ones.": (
        "두 파일을 에이전트 사용자만 읽을 수 있게 두십시오. cctv node certificate로 새로 만들 수 있습니다."
    ),
    "sealed: only this machine's TPM opens it": "봉인됨: 이 기기의 TPM만 열 수 있음",
    "in a file, for want of a TPM: {fault}": "파일에 있음 (TPM 없음: {fault})",
    "in a file, though this machine has a TPM": "TPM이 있는데 파일에 있음",
    "Seal it: cctv-edge key seal --config FILE.": "봉인하십시오: cctv-edge key seal --config FILE.",
    "good until {day}": "{day}까지 유효합니다",
    "begins only {day}": "{day}부터 유효합니다",
    "ended {day}": "{day}에 만료되었습니다",
    "Check this machine's clock first.": "먼저 이 장치의 시계를 확인하십시오.",
    "Renew it; for the site's CA, enrol this node anew.": "갱신하십시오. 현장 CA라면 이 노드를 다시 등록하십시오.",
    "Renew it before that day.": "그 전에 갱신하십시오.",
    "Put the CA's certificate there.": "그 자리에 CA 인증서를 두십시오.",
    "{file} holds no certificate": "{file}에 인증서가 없습니다",
    "Enrol the node anew.": "노드를 다시 등록하십시오.",
    # broker, controller, cameras, detector
    "{place} {detail}": "{place}: {detail}",
    "{place}: {detail}": "{place}: {detail}",
    "is reached": "연결됩니다",
    "takes this node's credential": "이 노드의 인증 정보를 받아들입니다",
    "answers": "응답합니다",
    "is rendered": "렌더링된 화면입니다",
    "can be read": "읽을 수 있습니다",
    "is there": "있습니다",
    "is not there or cannot be read": "없거나 읽을 수 없습니다",
    "may not be opened: is the user in group 'video'?": "열 수 없습니다. 사용자가 'video' 그룹에 있습니까?",
    "does not answer": "응답이 없습니다",
    "away": "연결되지 않음",
    "untrusted": "신뢰할 수 없음",
    "missing": "없음",
    "Check broker.host and port, the network and the firewall, and that the broker runs.": (
        "broker.host와 port, 네트워크와 방화벽, 브로커가 동작하는지 확인하십시오."
    ),
    "Enrol the node anew (cctv node invite), or set its password at the broker.": (
        "노드를 다시 등록하거나(cctv node add) 브로커에서 비밀번호를 맞추십시오."
    ),
    "Give the CA of the broker's certificate as ca_file, and call the broker by its name in it.": (
        "브로커 인증서의 CA를 ca_file로 정하고, 인증서에 있는 이름으로 브로커를 부르십시오."
    ),
    "Check controller_url, the network and the firewall, and that the controller runs.": (
        "controller_url, 네트워크와 방화벽, 컨트롤러가 동작하는지 확인하십시오."
    ),
    "Look at the controller's log.": "컨트롤러의 로그를 확인하십시오.",
    "Give the site's CA as ca_file, and call the controller by a name of its certificate.": (
        "현장 CA를 ca_file로 정하고, 인증서에 있는 이름으로 컨트롤러를 부르십시오."
    ),
    "Check the camera's power and cable, and its address and path.": (
        "카메라의 전원과 케이블, 주소와 경로를 확인하십시오."
    ),
    "Check the user and the password in source, and how many viewers the camera allows.": (
        "source의 사용자와 비밀번호, 카메라의 동시 접속 제한을 확인하십시오."
    ),
    "Check source: this is not on this machine. CSI cameras need python3-picamera2 and a restart.": (
        "source를 확인하십시오. 이 장치에 없습니다. CSI 카메라에는 python3-picamera2와 재시작이 필요합니다."
    ),
    "{what}: {fault}; the node runs on without it": "{what}: {fault}. 노드는 검출기 없이 계속 동작합니다",
    'Look at [detector]: its model, labels, and the packages of its kind; or set kind = "none".': (
        '[detector]의 모델, 레이블, 필요한 패키지를 확인하거나 kind = "none"으로 정하십시오.'
    ),
}
