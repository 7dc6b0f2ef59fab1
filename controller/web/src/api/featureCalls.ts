/** The endpoints of feature flags. */
import { call, ifMatch } from "./client";
import { proven } from "./proof";
import type { Feature } from "./types";

export const getFeatures = () => call<Feature[]>("GET", "/features");
/** Begun with the flag as it was shown. */
export const switchFeature = (one: Feature, on: boolean) =>
  proven(() => call<Feature>("PUT", `/features/${one.name}`, { on }, ifMatch(one.tag)));
