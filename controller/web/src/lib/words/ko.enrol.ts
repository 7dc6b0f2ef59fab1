/** 노드를 들이고 끊는 화면의 한국어. */
export const koEnrol = {
  enrol: {
    title: "등록을 기다리는 노드",
    state: { invited: "초대함", waiting: "승인 대기", approved: "승인함" },
    asked: (ago: string, address: string) => `${ago}에 ${address}에서 등록을 요청했습니다. 노드에 표시된 지문과 비교하십시오.`,
    invited: (who: string, ago: string) => `${who} 님이 ${ago}에 초대했습니다. 아직 요청이 없습니다.`,
    fetches: "노드가 곧 인증서를 받아 갑니다.",
    approve: "승인",
    reject: "거절",
    withdraw: "초대 취소",
    titleOf: {
      approve: (node: string) => `노드 승인: ${node}`,
      reject: (node: string) => `노드 거절: ${node}`,
      withdraw: (node: string) => `초대 취소: ${node}`,
    },
    aboutOf: {
      approve: "노드의 화면에 같은 지문이 표시되어 있습니까? 다르면 다른 장치가 초대를 가로챈 것이므로 거절하십시오.",
      reject: "이 노드를 등록하려면 다시 초대해야 합니다.",
      withdraw: "토큰을 누가 가지고 있든 더 이상 쓸 수 없게 됩니다.",
    },
    deedOf: { approve: "지문이 같음, 승인", reject: "거절", withdraw: "초대 취소" },
    invite: "초대 토큰 만들기",
    inviteAgain: "새 토큰 만들기",
    there: "노드에서 실행하십시오:",
    once: "토큰은 지금 한 번만 표시됩니다. 1시간 안에 한 노드만 쓸 수 있고, 새 토큰을 만들면 이전 토큰은 무효가 됩니다. 노드가 요청하면 아래에 지문이 나타납니다.",
    byFile: "네트워크로 초대할 수 없거나 서버와 같은 장치라면:",
    revoke: "연결 끊기",
    revokeTitle: (node: string) => `노드 연결 끊기: ${node}`,
    revokeAbout: "인증서와 키를 폐기합니다. 이 노드는 곧바로 영상도 알림도 보낼 수 없습니다. 이미 저장된 영상과 경보는 남습니다. 다시 쓰려면 새로 초대해야 합니다.",
    why: "이유(감사 기록에 남음)",
    revoked: "연결을 끊었습니다.",
  },
};
