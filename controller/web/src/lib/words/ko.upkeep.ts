/** The Korean of what the site’s own housekeeping says by code. */
export const koUpkeepServer = {
  alarm_site_backup_none: "복원 시험을 마친 사이트 백업이 없습니다. 저장 공간 화면에서 이유를 확인하고 백업 설정을 고치십시오.",
  alarm_site_backup_old: "마지막 정상 사이트 백업이 {hours}시간 전 것입니다. 저장 공간 화면에서 이유를 확인하고 해결하십시오.",
  alarm_sweep_waits: "보존 기간에 따라 녹화와 사진 {count}건(저장 용량의 {percent}%)이 한꺼번에 삭제될 차례입니다. 확인할 때까지 아무것도 삭제하지 않습니다. 시계와 보존 기간이 맞는지 저장 공간 화면에서 확인하십시오.",
  sweep_changed: "표시된 내용과 달라졌습니다. 다시 확인하십시오.",
  sweep_none: "삭제를 기다리는 것이 없습니다.",
};
