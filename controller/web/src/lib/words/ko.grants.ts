/** The Korean words of rights by camera. */
export const koGrants = {
  grants: {
    every: "모든 카메라",
    some: (count: number) => (count === 0 ? "카메라 없음" : `카메라·노드 ${count}개`),
    title: (name: string) => `${name} 님의 카메라와 권한`,
    about: "부여하지 않은 카메라는 이 사용자에게 없는 것과 같습니다. 화면, 녹화, 경보, 집계 어디에도 나타나지 않습니다. 열려 있는 화면에도 몇 초 안에 적용됩니다.",
    deed: "적용",
    which: "카메라 범위",
    everyHelp: "앞으로 추가될 카메라까지 모두. 역할에 따른 권한",
    someHelp: "아래에서 고른 카메라만",
    admin: "관리자는 모든 카메라에 대해 모든 작업을 할 수 있습니다.",
    node: "이 노드의 모든 카메라, 앞으로 추가될 것까지",
    right: { view: "실시간", playback: "재생", clear: "원본 영상", export: "내보내기", delete: "삭제", unmask: "마스킹 해제", configure: "설정", listen: "소리 듣기" },
    seesNone: "카메라를 부여할 때까지 아무 카메라도 볼 수 없습니다. ‘카메라 없음’을 눌러 부여하십시오.",
    none: "아직 카메라가 없습니다.",
    notGiven: "영상을 내보낼 권한이 부여되지 않았습니다.",
  },
};
