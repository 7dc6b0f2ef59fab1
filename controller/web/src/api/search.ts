/** The endpoints of the search. */
import { call } from "./client";
import type { FoundAlarms, FoundEvents, SavedSearch, SavedSearches, SearchChoices } from "./types";

export const findAlarms = (params: URLSearchParams) => call<FoundAlarms>("GET", `/search/alarms?${params.toString()}`);
export const findEvents = (params: URLSearchParams) => call<FoundEvents>("GET", `/search/events?${params.toString()}`);
export const getSearchChoices = () => call<SearchChoices>("GET", "/search/choices");
export const getSavedSearches = () => call<SavedSearches>("GET", "/search/saved");
export const saveSearch = (name: string, query: Readonly<Record<string, string>>) => call<SavedSearch>("POST", "/search/saved", { name, query });
export const forgetSearch = (id: string) => call<null>("DELETE", `/search/saved/${id}`);
