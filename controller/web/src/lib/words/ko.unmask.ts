/** The Korean words of derived pictures, and of clear ones for some minutes. */
export const koUnmask = {
  unmask: {
    derived: "파생 영상",
    show: "원본 보기",
    title: (name: string) => `${name}의 원본 영상`,
    about: "이 카메라는 모자이크로 표시됩니다. 사유를 남기면 이 로그인에서만 몇 분 동안 원본을 볼 수 있습니다. 사유, 시작과 종료, 열람 내용은 감사 기록에 남습니다.",
    howLong: "시간",
    minutes: (count: number) => `${count}분`,
    reason: "사유",
    reasonHelp: "두 글자 이상. 예: 바닥에 사람이 쓰러져 있음",
    reasonNeeded: "사유를 두 글자 이상 입력하십시오.",
    left: (time: string) => `원본 ${time} 남음`,
    end: "종료",
    endHelp: (reason: string) => `입력한 사유: ${reason}`,
  },
};
