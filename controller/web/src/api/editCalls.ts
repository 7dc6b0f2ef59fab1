/** The endpoints of the editors: the rule document with its schema, settings of nodes, a still from a node. */
import type { RuleSchema } from "../lib/rules/form";
import { call } from "./client";
import type { NodeAnswer, NodeConfig, Notice, Rules } from "./types";

const at = (id: string): string => encodeURIComponent(id);

/** What a rule file may hold; what is left out stays as it is. */
export interface RuleDocument {
  rules: unknown[];
  shifts?: Record<string, unknown>;
  cameras?: Record<string, unknown>;
}
export const putBook = (version: number, document: RuleDocument) => call<Rules>("PUT", "/rules", { version, ...document });
export const checkBook = (document: RuleDocument) => call<{ rules: number; warnings: Notice[] }>("POST", "/rules/check", document);
export const getRuleSchema = () => call<RuleSchema>("GET", "/rules/schema");
export const getRegulations = () => call<Record<string, Record<string, string>>>("GET", "/rules/regulations");

export const getNodeConfig = (node: string) => call<NodeConfig>("GET", `/nodes/${at(node)}/config`);
export const putNodeConfig = (node: string, version: number, settings: NodeConfig["settings"]) =>
  call<NodeConfig>("PUT", `/nodes/${at(node)}/config`, { version, settings });

/** The camera's newest picture from its node, as an address for an image; null where none comes. */
export async function takeStill(node: string, camera: string): Promise<string | null> {
  const answer = await call<NodeAnswer>("POST", `/nodes/${at(node)}/commands`, { kind: "snapshot", camera });
  return answer.ok && answer.data.ok && answer.data.data ? `data:${answer.data.media_type};base64,${answer.data.data}` : null;
}
