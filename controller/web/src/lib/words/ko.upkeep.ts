/** The Korean of what the site’s own housekeeping says by code. */
export const koUpkeepServer = {
  alarm_scrub_stopped: "저장된 녹화 {count}건이 없거나 내용이 다릅니다. 더 이상 읽거나 다시 요청하지 않습니다. 저장소가 맞는지, 온전한지 확인하십시오. 전체 목록은 cctv fsck로 볼 수 있습니다.",
  alarm_scrub_wrong: "저장된 녹화가 처음과 다릅니다. 없음 {missing}건, 내용 다름 {other}건이며 {asked}건은 노드에 다시 요청했습니다. 저장소의 디스크를 점검하십시오. 해당 녹화는 감사 기록에 있습니다.",
  alarm_second_away: "보조 저장소를 쓸 수 없습니다. 옮긴 영상을 재생할 수 없고 더 옮기지도 않습니다. 디스크가 마운트되어 있는지, 저장소 서버가 동작하는지, 키가 맞는지 확인하십시오.",
  alarm_second_differs: "보조 저장소가 저장한 것과 다른 내용을 돌려주어 더 옮기지 않습니다. 그 디스크를 점검하십시오. 기본 저장소에서는 아무것도 삭제하지 않았습니다.",
  alarm_second_full: "보조 저장소가 가득 차 더 옮기지 않습니다. 공간을 늘리거나 보존 기간을 줄이십시오.",
  alarm_second_unnamed: "녹화 {count}건이 설정에 없는 보조 저장소에 있습니다. 재생할 수 없고 보존 기간이 지나도 삭제되지 않습니다. 설정의 [store.second]를 되돌리고 다시 시작하십시오.",
  alarm_site_backup_none: "복원 시험을 마친 사이트 백업이 없습니다. 저장 공간 화면에서 이유를 확인하고 백업 설정을 고치십시오.",
  alarm_site_backup_old: "마지막 정상 사이트 백업이 {hours}시간 전 것입니다. 저장 공간 화면에서 이유를 확인하고 해결하십시오.",
  alarm_sweep_waits: "보존 기간에 따라 녹화와 사진 {count}건(저장 용량의 {percent}%)이 한꺼번에 삭제될 차례입니다. 확인할 때까지 아무것도 삭제하지 않습니다. 시계와 보존 기간이 맞는지 저장 공간 화면에서 확인하십시오.",
  second_store_none: "이 사이트에는 보조 저장소가 없습니다. 설정의 [store.second]에 등록하십시오.",
  sweep_changed: "표시된 내용과 달라졌습니다. 다시 확인하십시오.",
  sweep_none: "삭제를 기다리는 것이 없습니다.",
};
