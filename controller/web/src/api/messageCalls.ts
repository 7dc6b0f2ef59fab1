/** The endpoints of messages to people: destinations, quiet hours, receipts. */
import { call, ifMatch } from "./client";
import { proven } from "./proof";
import type { Delivery, Destination, NewDestination, Quiet, SubscriptionLine } from "./types";

const PLACE = "/notify/destinations";
const at = (name: string): string => `${PLACE}/${encodeURIComponent(name)}`;

export type Added = { destination: Destination; key: string | null };
export type DestinationChange = Partial<Pick<Destination, "language" | "pictures" | "private" | "enabled">>;
export type QuietHours = { quiet: Quiet | null; timezone: string; tag?: string };

export const getDestinations = () => call<Destination[]>("GET", PLACE);
export const addDestination = (wanted: NewDestination) => proven(() => call<Added>("POST", PLACE, wanted));
export const changeDestination = (one: Destination, change: DestinationChange) => proven(() => call<Destination>("PATCH", at(one.name), change, ifMatch(one.tag)));
export const removeDestination = (name: string) => proven(() => call<null>("DELETE", at(name)));
export const testDestination = (name: string) => call<Delivery>("POST", `${at(name)}/test`, {});
export const putLines = (name: string, tag: string | undefined, lines: readonly SubscriptionLine[]) => call<Destination>("PUT", `${at(name)}/lines`, { lines }, ifMatch(tag));
export const getQuiet = () => call<QuietHours>("GET", "/notify/quiet");
export const putQuiet = (quiet: Quiet | null, tag: string) => call<QuietHours>("PUT", "/notify/quiet", { quiet }, ifMatch(tag));

/** What became of messages, the newest first: of an alarm, of a destination, or of all. */
export function getDeliveries(of: { alarm?: string; destination?: string }) {
  const query = new URLSearchParams(Object.entries(of).filter(([, value]) => value));
  return call<Delivery[]>("GET", `/notify/deliveries?${query.toString()}`);
}
