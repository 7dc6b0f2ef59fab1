/** The endpoints of the search. */
import { call } from "./client";
import type { FoundAlarms, FoundEvents, SearchChoices } from "./types";

export const findAlarms = (params: URLSearchParams) => call<FoundAlarms>("GET", `/search/alarms?${params.toString()}`);
export const findEvents = (params: URLSearchParams) => call<FoundEvents>("GET", `/search/events?${params.toString()}`);
export const getSearchChoices = () => call<SearchChoices>("GET", "/search/choices");
