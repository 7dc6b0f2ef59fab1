/** The endpoints of privacy. */
import { call, ifMatch } from "./client";
import type { components } from "./schema";

export type Privacy = components["schemas"]["PrivacyOut"];
export type Notice = components["schemas"]["NoticeIn"];

export const getPrivacy = () => call<Privacy>("GET", "/privacy");
export const putNotice = (notice: Notice, begun: string) => call<Privacy>("PUT", "/privacy/notice", notice, ifMatch(begun));
