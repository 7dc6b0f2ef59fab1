/** The endpoints of privacy. */
import { call, ifMatch } from "./client";
import { proven } from "./proof";
import type { components } from "./schema";

export type Privacy = components["schemas"]["PrivacyOut"];
export type WayOut = Privacy["ways"][number];
export type Notice = components["schemas"]["NoticeIn"];

export const getPrivacy = () => call<Privacy>("GET", "/privacy");
export const putNotice = (notice: Notice, begun: string) => call<Privacy>("PUT", "/privacy/notice", notice, ifMatch(begun));
/** Opened to where it leads now, or closed; the server asks first who one is. */
export const switchWay = (way: WayOut, open: boolean, reason: string) => proven(() => call<Privacy>("POST", "/privacy/ways", { kind: way.kind, name: way.name, open, reason }));
