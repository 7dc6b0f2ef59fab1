/** The recording proof, its gaps, storage, and the newest still of a camera. */
import { API, call } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Proof = Schemas["ProofOut"];
export type ProofCamera = Schemas["ProofCameraOut"];
export type ProofDay = Schemas["ProofDayOut"];
export type Storage = Schemas["StorageOut"];
export type ProofGap = Schemas["ProofGapOut"];

const TIMEOUT_MS = 15_000;
/** A node may take as long as the server waits for it. */
const NODE_MS = 30_000;

export const proofTableUrl = (days: number): string => `${API}/proof.csv?days=${days}`;
export const getProof = (days: number) => call<Proof>("GET", `/proof?days=${days}`);

export function getGaps(camera: string, from_ms: number, to_ms: number, cursor: string | null) {
  const query = new URLSearchParams({ camera, from_ms: String(from_ms), to_ms: String(to_ms) });
  if (cursor) query.set("cursor", cursor);
  return call<Schemas["ProofGapPage"]>("GET", `/proof/gaps?${query.toString()}`);
}

export type Machine = Schemas["MachineOut"];
/** The system with the figures of the controller's machine. */
export const getMachine = () => call<Schemas["SystemOut"]>("GET", "/system?machine=true");

export const getStorage = () => call<Storage>("GET", "/storage");

export type NodeLog = Schemas["NodeLogOut"];
export const getLog = (node: string, after: number) => call<NodeLog>("GET", `/nodes/${encodeURIComponent(node)}/log?after=${after}`);
export type NodeDeed = "restart-agent" | "reboot" | "update-check" | "restart-camera";
export const tellNode = (node: string, kind: NodeDeed, camera?: string) =>
  call<Schemas["NodeAnswerOut"]>("POST", `/nodes/${encodeURIComponent(node)}/commands`, { kind, ...(camera ? { camera } : {}) }, {}, NODE_MS);
/** Calls a camera as people do; empty: the name in its id. */
export const nameCamera = (camera: string, name: string) => call<Schemas["CameraOut"]>("PUT", `/cameras/${encodeURIComponent(camera)}/name`, { name });

/** A picture and when it was taken; null: there is none. Never throws. */
export async function getStill(camera: string): Promise<{ blob: Blob; at_ms: number } | null> {
  try {
    const response = await fetch(`${API}/cameras/${encodeURIComponent(camera)}/picture.jpg`, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const at_ms = Number(response.headers.get("X-Picture-Ms") ?? NaN);
    return response.status === 200 && Number.isFinite(at_ms) ? { blob: await response.blob(), at_ms } : null;
  } catch {
    return null;
  }
}
