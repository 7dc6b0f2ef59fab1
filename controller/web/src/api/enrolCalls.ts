/** The endpoints of letting nodes in, and of cutting them off. */
import { call } from "./client";
import { proven } from "./proof";
import type { components } from "./schema";
import type { WantedCamera } from "../lib/enrol";

type Schemas = components["schemas"];
export type Arrival = Schemas["NodeInvitationOut"];
export type Token = Schemas["NodeTokenOut"];

const at = (node: string): string => encodeURIComponent(node);

export const getArrivals = () => call<Schemas["NodeInvitationsOut"]>("GET", "/invitations");
export const inviteNode = (node: string, cameras: readonly WantedCamera[]) =>
  call<Token>("POST", "/invitations", { node, cameras: cameras.map(({ name, source }) => ({ name, source: source.trim() })) });
export const approveNode = (node: string, fingerprint: string) =>
  proven(() => call<null>("POST", `/invitations/${at(node)}/approve`, { fingerprint }));
export const rejectNode = (node: string) => call<null>("POST", `/invitations/${at(node)}/reject`, {});
export const revokeNode = (node: string, why: string) => proven(() => call<null>("POST", `/nodes/${at(node)}/revoke`, { why }));
