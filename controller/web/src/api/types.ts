/** Short names for the generated wire models. */
import type { components } from "./schema";

type Schemas = components["schemas"];
export type AlarmDetail = Schemas["AlarmDetailOut"];
export type Alarm = Schemas["AlarmOut"];
export type AlarmPage = Schemas["AlarmPage"];
export type Camera = Schemas["CameraOut"];
export type CctvEvent = Schemas["EventOut"];
export type Export = Schemas["ExportOut"];
export type Feature = Schemas["FeatureOut"];
export type Retention = Schemas["RetentionOut"];
export type Moves = Schemas["MovesOut"];
export type MoveChange = Schemas["MoveIn"];
export type RetentionPreview = Schemas["RetentionPreviewOut"];
export type RetentionChange = Schemas["RetentionIn"];
export type Model = Schemas["ModelOut"];
export type Models = Schemas["ModelsOut"];
export type ModelLook = Schemas["ModelLookOut"];
export type Archive = Schemas["ArchiveOut"];
export type ArchiveWish = Schemas["ArchiveIn"];
export type Hold = Schemas["HoldOut"];
export type HoldPage = Schemas["HoldPage"];
export type ExportTarget = Schemas["ExportTargetOut"];
export type ExportTargetTest = Schemas["ExportTargetTestOut"];
export type ExportDetail = Schemas["ExportDetailOut"];
export type ExportPage = Schemas["ExportPage"];
export type ExportSpan = Schemas["ExportSpan"];
export type Enrichment = Schemas["EnrichmentOut"];
export type Delivery = Schemas["DeliveryOut"];
export type Destination = Schemas["DestinationOut"];
export type NewDestination = Omit<Schemas["DestinationIn"], "lines"> & { lines: SubscriptionLine[] };
export type Quiet = Schemas["QuietModel"];
export type SubscriptionLine = Schemas["SubscriptionLine"];
export type Health = Schemas["NodeHealth"];
export type CameraHealth = Schemas["CameraHealth"];
export type Maintenance = Schemas["MaintenanceOut"];
export type AlarmLoad = Schemas["AlarmLoadOut"];
export type OccurrenceDetail = Schemas["OccurrenceDetailOut"];
export type Node = Schemas["NodeOut"];
export type Occurrence = Schemas["OccurrenceOut"];
export type Problem = Schemas["ProblemOut"];
export type Rule = Schemas["RuleOut"];
export type Rules = Schemas["RulesOut"];
export type Said = Schemas["SaidOut"];
export type Session = Schemas["SessionOut"];
export type System = Schemas["SystemOut"];
export type Trial = Schemas["TrialOut"];
export type TrialDetail = Schemas["TrialDetailOut"];
export type TrialResult = Schemas["TrialResultOut"];
export type Verdict = Schemas["VerdictOut"];
export type SystemKind = Exclude<Alarm["kind"], Rule["kind"]>;
export type Severity = Alarm["severity"];
export type Assessment = NonNullable<Alarm["assessment"]>;
export type AlarmState = Alarm["state"];

export type Timeline = Schemas["TimelineOut"];
export type TimelineCamera = Schemas["TimelineCameraOut"];
export type TimelineBand = Schemas["TimelineBandOut"];
export type TimelineGap = Schemas["TimelineGapOut"];
export type TimelineAlarm = Schemas["TimelineAlarmOut"];
export type FootageRequest = Schemas["FootageRequestOut"];
export type FootageRequestDetail = Schemas["FootageRequestDetailOut"];

/** How many things of each class are in a zone now; only the feed tells it. */
export type ZoneCount = { camera: string; zone: string; judged_ms: number; counts: Record<string, number> };

/** One row of the feed. WebSocket messages have no place in OpenAPI, so this mirrors the server's FeedItem by hand. */
export type FeedItem = { id: number } & (
  | { kind: "alarm"; data: Alarm }
  | { kind: "event"; data: CctvEvent }
  | { kind: "camera"; data: Camera }
  | { kind: "node"; data: Node }
  | { kind: "rules"; data: Rules }
  | { kind: "system"; data: System }
  | { kind: "maintenance"; data: Maintenance }
  | { kind: "zone"; data: ZoneCount }
  | { kind: "hello"; data: null }
);
export type FoundAlarms = Schemas["FoundAlarms"];
export type FoundEvents = Schemas["FoundEvents"];
export type FoundMotion = Schemas["FoundMotion"];
export type MotionFind = Schemas["MotionFind"];
export type MotionHeat = Schemas["MotionHeat"];
export type SearchChoices = Schemas["SearchChoices"];
export type ReviewPage = Schemas["ReviewPage"];
export type ReviewDays = Schemas["ReviewDays"];
export type ReviewDay = Schemas["ReviewDay"];
export type AlarmActs = Schemas["AlarmActsOut"];
export type AlarmOutcome = Schemas["AlarmOutcomeOut"];
export type Deletion = Schemas["DeletionOut"];
export type DeletionPage = Schemas["DeletionPage"];
export type DeletionPreview = Schemas["DeletionPreview"];
export type Report = Schemas["ReportOut"];
export type ReportPresence = Schemas["ReportPresence"];
export type ReportTrend = Schemas["ReportTrend"];
export type SavedSearch = Schemas["SavedSearch"];
export type SavedSearches = Schemas["SavedSearches"];
export type NodeConfig = Schemas["NodeConfigOut"];
export type NodeAnswer = Schemas["NodeAnswerOut"];
export type Notice = Schemas["NoticeOut"];
export type Person = Schemas["UserOut"];
export type OpenSession = Schemas["OpenSessionOut"];
export type Factor = Schemas["FactorOut"];
export type FactorBegun = Schemas["FactorBegunOut"];
export type FactorOn = Schemas["FactorOnOut"];
export type RecoveryCodes = Schemas["RecoveryCodesOut"];
export type ApiKey = Schemas["KeyOut"];
export type ApiKeyMade = Schemas["KeyMadeOut"];
export type WaitingLogin = Schemas["WaitingOut"];
export type Invitation = Schemas["InvitationOut"];
export type Role = Person["role"];
export type Unmask = Schemas["UnmaskOut"];
