/** Korean words of what is not saved, not known or not there. */
export const koCare = {
  care: {
    leaveTitle: "저장하지 않은 변경이 있습니다",
    leaveAbout: "이 화면을 떠나면 변경한 내용이 사라집니다.",
    leave: "버리고 이동",
    stay: "계속 편집",
    typed: "입력한 내용이 저장되지 않았습니다.",
    discard: "입력 내용 버리기",
    keep: "계속 입력",
    theirs: (list: string) => `다른 사람이 먼저 바꾸었습니다: ${list}. 다시 누르면 지금 입력한 내용으로 바꾸고, 취소하면 그대로 둡니다.`,
    gone: (list: string) => `그사이 다른 사람이 삭제했습니다(${list}). 다시 누르면 새로 등록하고, 취소하면 그대로 둡니다.`,
    taken: (list: string) => `같은 이름이 이미 있습니다: ${list}. 다시 누르면 지금 입력한 내용으로 바꾸고, 취소한 뒤 다른 이름을 쓸 수도 있습니다.`,
    note: "조치한 내용",
    unknownPage: (asked: string, shown: string) => `‘${asked}’ 화면은 없습니다. ${shown} 화면을 표시합니다.`,
    badTime: "주소의 시각이나 카메라를 알 수 없어 지금을 표시합니다.",
    everyCamera: (name: string) => `카메라가 ‘모든 카메라’입니다. 여기서 그린 영역은 ‘${name}’뿐 아니라 모든 카메라의 같은 자리에 적용됩니다. 한 카메라에만 적용하려면 카메라를 선택하십시오.`,
    noCameras: "카메라가 없습니다. 먼저 카메라를 등록하십시오.",
    user: "사용자",
    spentCode: "관리자에게 새 로그인 주소를 요청하십시오. 서버에서 다음 명령을 실행해도 새 주소가 나옵니다. NAME은 사용자 이름입니다.",
  },
};
