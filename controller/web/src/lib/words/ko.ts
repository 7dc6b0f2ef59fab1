/** The Korean words of the frame, the wall and the alarms; what every other language must fill. */
import { josa } from "./josa";
import { className, list, zone } from "./names.ko";
import { koAccount } from "./ko.account";
import { koAudit } from "./ko.audit";
import { koCare } from "./ko.care";
import { koEdit } from "./ko.edit";
import { koEnrol } from "./ko.enrol";
import { koEnrich } from "./ko.enrich";
import { koExports } from "./ko.exports";
import { koFleet } from "./ko.fleet";
import { koMachine } from "./ko.machine";
import { koHands } from "./ko.hands";
import { kinds } from "./ko.kinds";
import { koFeatures } from "./ko.features";
import { koKeeping } from "./ko.keeping";
import { koMessages } from "./ko.messages";
import { koModels } from "./ko.models";
import { koPrivacy } from "./ko.privacy";
import { koUnmask } from "./ko.unmask";
import { koOidc } from "./ko.oidc";
import { koPages } from "./ko.pages";
import { koReview } from "./ko.review";
import { koDeletions } from "./ko.deletions";
import { koGrants } from "./ko.grants";
import { koReports } from "./ko.reports";
import { koSearch } from "./ko.search";
import { koServer } from "./ko.server";
import { koTimeline } from "./ko.timeline";
import { koWall } from "./ko.wall";

export const ko = {
  ...koPages,
  ...koAccount,
  ...koOidc,
  ...koAudit,
  ...koCare,
  kinds,
  ...koHands,
  ...koExports,
  ...koFeatures,
  ...koKeeping,
  ...koMessages,
  ...koEnrol,
  ...koModels,
  ...koUnmask,
  ...koPrivacy,
  ...koTimeline,
  ...koReview,
  ...koDeletions,
  ...koGrants,
  ...koReports,
  ...koSearch,
  ...koWall,
  ...koEdit,
  ...koFleet,
  ...koMachine,
  server: koServer,
  enrich: koEnrich,
  className,
  nav: { wall: "실시간", alarms: "경보", timeline: "타임라인", search: "검색", reports: "보고서", exports: "내보내기", rules: "규칙", site: "현장", settings: "설정", label: "주 메뉴", skip: "본문으로 건너뛰기" },
  severity: { critical: "위급", high: "높음", medium: "보통", low: "낮음" },
  alarmState: { raised: "미확인", acknowledged: "확인됨", in_action: "조치 중", resolved: "조치 완료" },
  assessment: { true: "실제 상황", false: "오경보", nuisance: "불필요 경보" },
  kind: {
    zone_intrusion: "출입금지구역 침입", zone_entry: "구역 진입", zone_exit: "구역 이탈", line_crossing: "감시선 통과", loitering: "배회·장기 체류", occupancy: "인원 기준 위반", wrong_way: "역방향 이동",
    ppe_missing: "보호구 미착용", proximity: "차량 근접", man_down: "쓰러짐", absence: "근무자 부재", anomaly: "이상 상황",
    tamper: "카메라 훼손", footage_lost: "영상 유실", node_away: "노드 오프라인", camera_stalled: "카메라 영상 없음", node_trouble: "노드 이상", verification_degraded: "검증 저하", unwatched: "상시 감시 중단", channel_dead: "알림 전달 실패", store_filling: "저장소 포화 예상", store_away: "저장소 사용 불가", backup_failing: "백업 실패", upkeep_trouble: "저장소 점검 필요",
  },
  role: { admin: "관리자", operator: "운영자", viewer: "열람자" },
  reason: {
    zone_intrusion: (where: string | null, who: readonly string[], seconds: string, ongoing: boolean) => {
      const subject = list(who.length > 0 ? who : ["person"]);
      return ongoing
        ? `${zone(where)}에 ${josa(subject, "이", "가")} ${seconds}초째 머물고 있습니다.`
        : `${zone(where)}에 ${josa(subject, "이", "가")} ${seconds}초 동안 머물렀습니다.`;
    },
    ppe_missing: (where: string | null, required: readonly string[], seconds: string, ongoing: boolean) =>
      `${zone(where)}에서 ${josa(list(required), "을", "를")} 착용하지 않은 사람이 ${seconds}초${ongoing ? "째" : " 동안"} 확인되${ongoing ? "고 있습니다" : "었습니다"}.`,
    why: (rule: string, persistence: string, confidence: string) =>
      `규칙 ‘${rule}’: ${persistence}초 이상 지속되면 경보를 냅니다. 신뢰도 ${confidence}.`,
    node: (name: string) => `노드 ${name}`,
    site: "현장 전체",
    several: (count: number) => `모두 ${count}회 발생했습니다.`,
    watched: (seconds: string) => `${seconds}초 넘게 이어져 시스템이 낸 경보입니다.`,
    told: "노드가 알린 내용입니다.",
    cause: {
      covered: "가려짐", blurred: "초점 흐림", moved: "방향 바뀜", frozen: "화면 정지", black: "검은 화면",
      disk: "저장 공간", ring: "순환 녹화", power: "전원·성능", clock: "시계", held: "전송 대기 영상", twice: "장비 중복", sweep: "삭제 확인 대기", scrub: "저장 영상 이상",
      lost: "녹화 누락", "disk full": "저장 공간 부족", "disk error": "저장 장치 오류", "camera stalled": "영상 없음", "camera restarting": "카메라 재시작", "agent down": "노드 중단",
    } as Record<string, string>,
  },
  strip: {
    quiet: "미확인 경보가 없습니다",
    more: (count: number) => `외 ${count}건`,
    graver: (title: string) => `더 심각한 미확인 경보: ${title}`,
    open: "열기",
    unacknowledged: (count: number) => `미확인 경보 ${count}건`,
  },
  sound: { on: "경보음 켜짐", off: "경보음 꺼짐", blocked: "경보음 꺼짐: 눌러서 켜기", test: "경보음 들어보기" },
  feed: {
    connecting: "서버에 연결하고 있습니다",
    offline: (since: string) => `${since}부터 서버와 연결이 끊겼습니다. 화면의 정보는 그 시각의 것입니다. 다시 연결하고 있습니다.`,
    degraded: "검증 저하",
    down: "검증 중단",
    degradedLong: "녹화는 계속되며, 밀린 영상은 지연 검증으로 처리됩니다.",
  },
  camera: {
    starting: "시작 중",
    live: "실시간",
    stalled: "영상 멈춤",
    restarting: "재시작 중",
    refused: "카메라 연결 거부",
    away: "노드 오프라인",
    label: "카메라",
  },
  remedy: {
    stalled: "카메라가 프레임을 보내지 않습니다. 케이블과 전원을 확인하십시오.",
    restarting: "노드가 카메라를 다시 시작하고 있습니다. 1분 넘게 계속되면 노드의 로그를 확인하십시오.",
    refused: "카메라가 연결을 거부했습니다. 노드 설정의 주소와 비밀번호를 확인하십시오.",
    away: "노드와 통신할 수 없습니다. 전원과 네트워크를 확인하십시오. 녹화는 노드에 계속 저장됩니다.",
    expected: "노드가 아직 연결되지 않았습니다. 에이전트를 시작하거나 cctv-edge enroll로 등록하십시오.",
    disk: "노드의 저장 공간이 {bound}보다 적습니다. 저장 공간을 확인하십시오.",
    hot: "노드의 온도가 {bound}를 넘었습니다. 냉각과 설치 위치를 확인하십시오.",
    throttled: "전원 또는 온도 때문에 노드의 성능이 제한되고 있습니다. 전원 어댑터를 확인하십시오.",
    clock: "노드의 시계가 {bound} 넘게 어긋나 있습니다. NTP 설정을 확인하십시오.",
    outbox: "전송하지 못한 정보가 {bound}분 넘게 쌓여 있습니다. 네트워크를 확인하십시오.",
    ring: "순환 녹화가 정해진 시간보다 짧게 남습니다. 용량을 늘리거나 비트레이트를 낮추십시오.",
    held: "전송을 기다리는 영상이 허용량의 {bound}를 넘었습니다. 네트워크와 저장소를 확인하십시오.",
    still: "노드의 일부가 멈춰 있습니다. 감시 장치가 다시 시작하며, 반복되면 노드의 로그를 확인하십시오.",
    certificate: "노드가 신뢰하는 인증서의 유효 기간이 {bound}일도 남지 않았습니다. 갱신하십시오.",
    ownCertificate: "노드 자체 인증서의 유효 기간이 {bound}일도 남지 않았는데 갱신되지 않았습니다. 노드 로그에서 원인을 확인하십시오.",
    thin: "노드의 회선이 느립니다. 실시간 화면은 작게, 영상은 나중에 전송되며 녹화에는 영향이 없습니다.",
    shed: "노드가 뜨겁거나 부하가 커서 초당 프레임 수를 줄였습니다. 냉각과 다른 작업을 확인하십시오.",
    detector: "노드의 자체 검출기가 동작하지 않습니다. 컨트롤러의 검증은 계속됩니다. 설정을 확인하십시오.",
    tamper: "카메라의 시야가 정상이 아닙니다. 현장에서 카메라를 확인하십시오.",
    sub: "보조 스트림이 오지 않아 주 스트림으로 대신하고 있습니다. 카메라의 보조 스트림 설정을 확인하십시오.",
    store: "저장소의 공간이 곧 부족해집니다. 공간을 늘리거나 보존 기간을 줄이거나 용량 한도를 정하십시오.",
    backup: "정기 백업이 내보낼 곳에 도착하지 않습니다. 새 경보와 영상은 이곳에만 있습니다.",
    storeAway: "저장소를 쓸 수 없습니다. 녹화는 노드에 계속 저장됩니다.",
    role: "서버 구성 요소가 동작하지 않습니다. 자동으로 다시 시작하며, 계속되면 서버의 로그를 확인하십시오.",
    notice: "설정한 대로 동작하지 않습니다. 아래 내용을 확인하십시오.",
    verification: "영상 검증이 늦어지고 있습니다. 녹화에는 영향이 없습니다.",
  },
  wall: {
    title: "실시간 화면",
    layout: "화면 분할",
    auto: "자동",
    tiles: (count: number) => `${count}분할`,
    boxes: "박스 표시",
    full: "전체 화면",
    snapshot: "사진 저장",
    drawer: "지금 경보",
    drawerShow: "경보 목록 열기",
    drawerHide: "경보 목록 닫기",
    noAlarms: "열린 경보가 없습니다.",
    previous: "이전 화면",
    next: "다음 화면",
    page: (page: number, pages: number) => `${page} / ${pages}`,
    empty: "등록된 카메라가 없습니다",
    emptyHelp: "서버에서 다음 명령으로 노드를 추가한 뒤, 만들어진 파일로 노드를 시작하십시오.",
    free: "빈 칸",
    keys: "1–9 선택 · F 전체 화면 · S 사진 저장 · U 소리 · B 박스 · L 다음 배치 · PgUp/PgDn 화면",
  },
  live: {
    connecting: "영상에 연결하고 있습니다",
    waiting: "카메라의 영상을 기다리고 있습니다",
    away: "노드 오프라인",
    keyframe: "첫 화면을 기다리고 있습니다",
    retrying: "연결이 끊겼습니다. 다시 연결하고 있습니다",
    paused: "일시 정지",
    stale: (age: string) => `${age} 화면`,
    latency: "지연",
  },
  alarms: {
    title: "경보",
    count: (count: number) => `${count}건`,
    filter: { state: "상태", severity: "심각도", open: "열린 경보", shelved: "보류된 경보", all: "전체" },
    empty: "조건에 맞는 경보가 없습니다",
    emptyHelp: "새 경보가 발생하면 이 목록에 바로 나타납니다.",
    clear: "조건 지우기",
    more: "이전 경보 더 보기",
    pick: "목록에서 경보를 선택하십시오",
    back: "목록",
    occurrences: (count: number) => `${count}회 발생`,
    once: "1회 발생",
    late: "지연 검증",
    lateHelp: "저장된 영상을 나중에 검증하여 발견했습니다.",
    acknowledge: "확인",
    resolve: "조치 완료",
    resolveTitle: "어떤 상황이었습니까?",
    note: "메모",
    notePlaceholder: "조치한 내용 (선택)",
    cancel: "취소",
    acknowledgedBy: (who: string, at: string) => `${who} 확인, ${at}`,
    nobody: "아직 아무도 확인하지 않았습니다",
    ongoing: "진행 중",
    readOnly: "열람자 계정은 경보를 확인하거나 완료할 수 없습니다.",
    gone: "알 수 없는 경보입니다. 이미 삭제되었을 수 있습니다.",
  },
  detail: {
    regulation: "관련 규정",
    noRegulation: "이 규칙에 등록된 규정이 없습니다.",
    verdict: "판정",
    model: "모델",
    provider: "실행 장치",
    sampled: "판정한 프레임",
    objects: "객체",
    occurrences: "발생",
    history: "이력",
    noVerdict: "미판정",
    moreTracks: (count: number) => `그 밖의 객체 ${count}개`,
    unreadable: "일부 영상을 읽을 수 없었습니다",
    attributes: { missing: "미착용", compliant: "착용", unknown: "판별 불가" } as Record<string, string>,
    actions: { raised: "경보 발생", draft_accepted: "초안 채택", joined: "재발생", acknowledged: "확인", in_action: "조치 시작", resolved: "조치 완료", cleared: "정상 회복", assigned: "담당 지정", unassigned: "담당 해제", noted: "메모", shelved: "일시 보류", unshelved: "보류 해제", escalated: "상위 전파", suppressed: "정비 중 기록", unsuppressed: "정비 뒤 알림" } as Record<string, string>,
    confidence: "신뢰도",
    seen: "관측",
    begun: "시작",
    ended: "종료",
    lasted: "지속",
    cleared: "해소됨",
    span: "사라진 구간",
    why: "노드가 알린 이유",
    subject: "대상",
    state: "현장 상태 보기",
    backups: "정기 백업 보기",
    channels: "알림 수단 보기",
    clipLater: "이 시각의 영상이 저장되면 여기에 나타납니다.",
    noClip: "이 시각의 영상은 저장소에 없습니다.",
  },
};

export type Words = typeof ko;
