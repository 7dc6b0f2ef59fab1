/** 자기 로그인과 로그인 관리의 한국어. */
export const koAccount = {
  account: {
    title: "내 로그인",
    of: (name: string) => `${name} 님의 로그인`,
    open: "로그인 상태",
    sessions: "로그인된 곳",
    noSession: "로그인된 곳이 없습니다.",
    here: "지금 이 화면",
    unknownAgent: "알 수 없는 브라우저",
    session: (address: string, began: string, seen: string) => `${address} · ${began} 로그인 · 마지막 사용 ${seen}`,
    end: "로그아웃시키기",
    endOthers: "다른 곳에서 모두 로그아웃",
    endAll: "모두 로그아웃시키기",
    waiting: "로그인 시도가 늦춰진 곳",
    waitingHelp: "여러 번 틀리면 다음 시도까지 기다려야 합니다. 비밀번호를 맞히려는 시도일 수 있으니 본인에게 확인하십시오.",
    failures: (count: number, address: string, left: string) => `${address ? `${address}에서 ` : ""}연속 ${count}회 실패 · 다음 시도까지 ${left}`,
    forgive: "바로 허용",
  },
};
