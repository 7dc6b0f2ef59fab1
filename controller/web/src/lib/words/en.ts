/** The English words of the frame, the wall and the alarms. */
import { enAccount } from "./en.account";
import { enAudit } from "./en.audit";
import { enCare } from "./en.care";
import { enEdit } from "./en.edit";
import { enEnrol } from "./en.enrol";
import { enEnrich } from "./en.enrich";
import { enExports } from "./en.exports";
import { enFleet } from "./en.fleet";
import { enMachine } from "./en.machine";
import { enHands } from "./en.hands";
import { kinds } from "./en.kinds";
import { enFeatures } from "./en.features";
import { enKeeping } from "./en.keeping";
import { enMessages } from "./en.messages";
import { enModels } from "./en.models";
import { enPrivacy } from "./en.privacy";
import { enUnmask } from "./en.unmask";
import { enOidc } from "./en.oidc";
import { enPages } from "./en.pages";
import { enReview } from "./en.review";
import { enDeletions } from "./en.deletions";
import { enGrants } from "./en.grants";
import { enReports } from "./en.reports";
import { enSearch } from "./en.search";
import { enServer } from "./en.server";
import { enTimeline } from "./en.timeline";
import { enWall } from "./en.wall";
import type { Words } from "./ko";
import { any, className, list, zone } from "./names.en";

export const en: Words = {
  ...enPages,
  ...enAccount,
  ...enOidc,
  ...enAudit,
  ...enCare,
  kinds,
  ...enHands,
  ...enExports,
  ...enFeatures,
  ...enKeeping,
  ...enMessages,
  ...enEnrol,
  ...enModels,
  ...enUnmask,
  ...enPrivacy,
  ...enTimeline,
  ...enReview,
  ...enDeletions,
  ...enGrants,
  ...enReports,
  ...enSearch,
  ...enWall,
  ...enEdit,
  ...enFleet,
  ...enMachine,
  server: enServer,
  enrich: enEnrich,
  className,
  nav: { wall: "Live", alarms: "Alarms", timeline: "Timeline", search: "Search", reports: "Reports", exports: "Exports", rules: "Rules", site: "Site", settings: "Settings", label: "Main menu", skip: "Skip to content" },
  severity: { critical: "Critical", high: "High", medium: "Medium", low: "Low" },
  alarmState: { raised: "Unacknowledged", acknowledged: "Acknowledged", in_action: "In action", resolved: "Resolved" },
  assessment: { true: "True alarm", false: "False alarm", nuisance: "Nuisance" },
  kind: {
    zone_intrusion: "Zone intrusion", zone_entry: "Zone entered", zone_exit: "Zone left", line_crossing: "Line crossed", loitering: "Loitering", occupancy: "Occupancy limit", wrong_way: "Wrong way",
    ppe_missing: "Protective equipment missing", proximity: "Person near vehicle", man_down: "Person down", absence: "Nobody at the post", anomaly: "Anomaly",
    tamper: "Camera tampering", footage_lost: "Footage lost", node_away: "Node offline", camera_stalled: "Camera not live", node_trouble: "Node trouble", verification_degraded: "Verification degraded", unwatched: "Camera unwatched", channel_dead: "Messages do not arrive", store_filling: "Store filling up", store_away: "Store away", backup_failing: "Backup failing", upkeep_trouble: "Store needs attention",
  },
  role: { admin: "Administrator", operator: "Operator", viewer: "Viewer" },
  reason: {
    zone_intrusion: (where, who, seconds, ongoing) =>
      ongoing ? `${any(who)} has been in ${zone(where)} for ${seconds} s.` : `${any(who)} stayed in ${zone(where)} for ${seconds} s.`,
    ppe_missing: (where, required, seconds, ongoing) =>
      `A person without ${list(required)} ${ongoing ? "has been" : "was"} seen in ${zone(where)} for ${seconds} s.`,
    why: (rule, persistence, confidence) => `Rule “${rule}” alarms when this lasts ${persistence} s. Confidence ${confidence}.`,
    node: (name) => `Node ${name}`,
    site: "The whole site",
    several: (count) => `It happened ${count} times in all.`,
    watched: (seconds) => `The system raised this itself, after ${seconds} s.`,
    told: "The node told of this.",
    cause: {
      covered: "covered", blurred: "out of focus", moved: "turned", frozen: "frozen", black: "black",
      disk: "storage", ring: "ring", power: "power", clock: "clock", held: "kept for upload", twice: "two machines", sweep: "deletion waits", scrub: "stored footage",
      lost: "not recorded", "disk full": "storage full", "disk error": "storage faulty", "camera stalled": "no picture", "camera restarting": "camera restarting", "agent down": "node did not run",
    },
  },
  strip: {
    quiet: "No unacknowledged alarm",
    more: (count) => `and ${count} more`,
    graver: (title) => `A graver alarm waits: ${title}`,
    open: "Open",
    unacknowledged: (count) => `${count} unacknowledged`,
  },
  sound: { on: "Sound on", off: "Sound off", blocked: "Sound off: click to turn on", test: "Test the alarm sound" },
  feed: {
    connecting: "Connecting to the server",
    offline: (since) => `No connection to the server since ${since}. What you see is from then. Reconnecting.`,
    degraded: "Verification degraded",
    down: "Verification down",
    degradedLong: "Recording goes on; footage that waits is verified late.",
  },
  camera: {
    starting: "Starting",
    live: "Live",
    stalled: "Picture stalled",
    restarting: "Restarting",
    refused: "Camera refused",
    away: "Node offline",
    label: "Camera",
  },
  remedy: {
    stalled: "The camera sends no frames. Check its cable and power.",
    restarting: "The node is restarting the camera. If this lasts over a minute, look at the node’s log.",
    refused: "The camera refused the connection. Check its address and password in the node’s settings.",
    away: "The node cannot be reached. Check its power and network. It keeps recording on its own disk.",
    expected: "The node has not reported yet. Start its agent, or let it in with cctv-edge enroll.",
    disk: "The node has less than {bound} of free storage. Check its storage.",
    hot: "The node is hotter than {bound}. Check its cooling and place.",
    throttled: "The node is slowed down by power or heat. Check its power adapter.",
    clock: "The node’s clock is off by more than {bound}. Check its NTP settings.",
    outbox: "Information has been waiting to be sent for over {bound} minutes. Check the network.",
    ring: "The ring reaches back less far than it should. Give it more bytes, or lower the bit rate.",
    held: "Over {bound} of what may wait for upload is used. Check the network and the store.",
    still: "A part of the node stands still. Its watchdog restarts it; if this happens again, look at the node’s log.",
    certificate: "The certificate that the node trusts ends in less than {bound} days. Renew it.",
    ownCertificate: "The node’s own certificate ends in less than {bound} days and was not renewed. The node’s log says why.",
    thin: "The node’s line is thin. Live pictures are small and footage comes later; recording is not affected.",
    shed: "The node is too hot or too busy and gives fewer pictures a second. Check its cooling and what else it does.",
    detector: "The node’s own detector does not run; the controller still verifies. Check its settings.",
    tamper: "The camera’s view is not as it should be. Look at the camera.",
    sub: "The sub stream does not come; the main stream stands in. Check the camera’s sub stream settings.",
    store: "The store is running out of room. Add room, shorten the retention or set a quota.",
    backup: "The scheduled backup does not reach its destination. What is new is only here.",
    storeAway: "The store takes and gives nothing. Recording goes on, on the nodes.",
    role: "A part of the server is not running. It restarts by itself; if this lasts, look at the server’s log.",
    notice: "This does not work as it was probably meant. See below.",
    verification: "Verification is behind. Recording is not affected.",
  },
  wall: {
    title: "Live wall",
    layout: "Layout",
    auto: "Auto",
    tiles: (count) => (count === 1 ? "1 tile" : `${count} tiles`),
    boxes: "Boxes",
    full: "Full screen",
    snapshot: "Save picture",
    drawer: "Alarms now",
    drawerShow: "Show alarms",
    drawerHide: "Hide alarms",
    noAlarms: "No open alarm.",
    previous: "Previous page",
    next: "Next page",
    page: (page, pages) => `${page} / ${pages}`,
    empty: "No camera yet",
    emptyHelp: "Add a node on the server with this command, then start the node with the file it writes.",
    free: "Free",
    keys: "1–9 select · F full screen · S save picture · U listen · B boxes · L next layout · PgUp/PgDn page",
  },
  live: {
    connecting: "Connecting to the picture",
    waiting: "Waiting for the camera",
    away: "Node offline",
    keyframe: "Waiting for the first picture",
    retrying: "Connection lost. Reconnecting",
    paused: "Paused",
    stale: (age) => `Picture from ${age}`,
    latency: "Latency",
  },
  alarms: {
    title: "Alarms",
    count: (count) => (count === 1 ? "1 alarm" : `${count} alarms`),
    filter: { state: "State", severity: "Severity", open: "Open", shelved: "Shelved", all: "All" },
    empty: "No alarm matches",
    emptyHelp: "A new alarm appears in this list at once.",
    clear: "Clear filters",
    more: "Load older alarms",
    pick: "Choose an alarm from the list",
    back: "List",
    occurrences: (count) => `${count} occurrences`,
    once: "1 occurrence",
    late: "Late verification",
    lateHelp: "Found later, in stored footage.",
    acknowledge: "Acknowledge",
    resolve: "Resolve",
    resolveTitle: "What was it?",
    note: "Note",
    notePlaceholder: "What was done (optional)",
    cancel: "Cancel",
    acknowledgedBy: (who, at) => `Acknowledged by ${who}, ${at}`,
    nobody: "Nobody has acknowledged this yet",
    ongoing: "Ongoing",
    readOnly: "A viewer cannot acknowledge or resolve alarms.",
    gone: "This alarm is not known (any more).",
  },
  detail: {
    regulation: "Regulation",
    noRegulation: "This rule names no regulation.",
    verdict: "Verdict",
    model: "Model",
    provider: "Runs on",
    sampled: "Frames judged",
    objects: "Objects",
    occurrences: "Occurrences",
    history: "History",
    noVerdict: "Not judged",
    moreTracks: (count) => `${count} more objects`,
    unreadable: "Some footage could not be read",
    attributes: { missing: "missing", compliant: "compliant", unknown: "unknown" },
    actions: { draft_accepted: "Draft accepted", raised: "Raised", joined: "Occurred again", acknowledged: "Acknowledged", in_action: "Action begun", resolved: "Resolved", cleared: "Cleared", assigned: "Assigned", unassigned: "Assignment ended", noted: "Note", shelved: "Shelved", unshelved: "Unshelved", escalated: "Passed up", suppressed: "Recorded in maintenance", unsuppressed: "Told after maintenance" },
    confidence: "Confidence",
    seen: "Seen",
    begun: "Begun",
    ended: "Ended",
    lasted: "Lasted",
    cleared: "Cleared",
    span: "What is lost",
    why: "The node’s reason",
    subject: "About",
    state: "See the state of the site",
    backups: "See the backups",
    channels: "See the destinations of messages",
    clipLater: "Footage of that time appears here once it is stored.",
    noClip: "The store has no footage of that time.",
  },
};
