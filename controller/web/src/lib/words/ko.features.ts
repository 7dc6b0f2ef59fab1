/** The Korean words of what is switched for the whole site while it runs. */
export const koFeatures = {
  features: {
    title: "기능",
    help: "재시작 없이 현장 전체에서 켜고 끕니다. 설정과 권한이 허용하는 것을 끌 수 있을 뿐, 그 이상을 허용하지는 않습니다.",
    name: { listen: "실시간 소리", scrub: "저장 영상 재확인" } as Readonly<Record<string, string>>,
    about: {
      listen: "권한이 있는 사람이 실시간 영상의 소리를 듣습니다. 끄면 권한이 있어도 아무도 들을 수 없습니다.",
      scrub: "저장된 모든 영상을 천천히 다시 읽어 확인합니다. 끄면 멈추고, 다시 켜면 멈춘 곳부터 이어 갑니다.",
    } as Readonly<Record<string, string>>,
    on: "켜짐",
    off: "꺼짐",
    turnOn: "켜기",
    turnOff: "끄기",
    usual: "아무도 바꾸지 않았습니다.",
    late: "다른 사람이 먼저 바꾸었습니다. 지금은 아래와 같습니다.",
    by: (who: string, at: string) => `${at}에 ${who} 님이 바꿈`,
  },
};
