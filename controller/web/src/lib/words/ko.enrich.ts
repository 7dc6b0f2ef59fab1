/** 언어 모델이 덧붙인 설명과 초안에 관한 말. */
export const koEnrich = {
  title: "AI 참고 자료",
  note: "언어 모델이 작성했습니다. 판정이 아니며 틀릴 수 있습니다.",
  kind: { describe: "영상 설명", draft: "조치 초안" },
  waiting: "작성 중",
  failed: "작성하지 못했습니다",
  accept: "채택",
  dismiss: "버리기",
  decided: { accepted: (who: string) => `${who} 님이 채택`, dismissed: (who: string) => `${who} 님이 버림` },
  by: (model: string) => `모델 ${model}`,
};
