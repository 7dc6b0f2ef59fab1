/** The English of what the site’s own housekeeping says by code. */
import type { koUpkeepServer } from "./ko.upkeep";

export const enUpkeepServer: typeof koUpkeepServer = {
  alarm_scrub_stopped: "{count} stored recordings are missing or have other bytes than were announced. Nothing more is read or asked for: see whether it is the right store, and whole. cctv fsck tells all of them.",
  alarm_scrub_wrong: "Stored recordings are not what was announced: {missing} missing, {other} with other bytes. {asked} were asked of their nodes again. Look at the store’s disk; the audit names them.",
  alarm_second_away: "The second store takes and gives nothing: what was moved there cannot be played, and nothing is moved. See whether its disk is mounted, its server runs and its keys are right.",
  alarm_second_differs: "The second store gives back other bytes than it was given, and nothing more is moved. Look at its disk. Nothing was deleted in the first.",
  alarm_second_full: "The second store is full, and nothing more is moved. Give it room, or keep footage for less time.",
  alarm_second_unnamed: "{count} recordings lie in a second store that the settings do not name. They cannot be played, and retention cannot delete them. Put [store.second] back into the settings and restart.",
  alarm_site_backup_none: "The site has no backup that was put back on trial. See under Storage what keeps it from being made, and look at the settings of the backup.",
  alarm_site_backup_old: "The last good backup of the site is {hours} hours old. See under Storage what the last one failed of, and put that right.",
  alarm_sweep_waits: "Retention would delete {count} recordings and pictures at once ({percent} % of the store’s bytes). Nothing is deleted until somebody has looked: see under Storage, and whether the clock and the retention are right.",
  second_store_none: "The site has no second store: name one under [store.second] in its settings.",
  sweep_changed: "What would go is not what was shown. Look again.",
  sweep_none: "Nothing waits to be deleted.",
};
