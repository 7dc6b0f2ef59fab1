/** The endpoints of people: who may log in, in which role. */
import type { Given } from "../lib/grants";
import { call, ifMatch } from "./client";
import { proven } from "./proof";
import type { Invitation, Person, Role } from "./types";

const at = (name: string): string => `/users/${encodeURIComponent(name)}`;

export const getPeople = () => call<Person[]>("GET", "/users");
export const addPerson = (name: string, role: Role, cameras: Given | null) => proven(() => call<Invitation>("POST", "/users", { name, role, cameras }));
export type PersonChange = { role?: Role; enabled?: boolean };
export const changePerson = (one: Person, change: PersonChange) => proven(() => call<Person>("PATCH", at(one.name), change, ifMatch(one.tag)));
/** Rights by camera or node; null: what the role may do with every camera. */
export const giveRights = (name: string, cameras: Given | null) => proven(() => call<Person>("PUT", `${at(name)}/grants`, { cameras }));
export const resetPerson = (name: string) => proven(() => call<Invitation>("POST", `${at(name)}/code`, {}));
