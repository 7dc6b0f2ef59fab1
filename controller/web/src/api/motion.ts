/** The endpoints of motion in a region. */
import { call } from "./client";
import type { FoundMotion, MotionHeat } from "./types";

export const findMotion = (params: URLSearchParams) => call<FoundMotion>("GET", `/search/motion?${params.toString()}`);
export const getMotionHeat = (params: URLSearchParams) => call<MotionHeat>("GET", `/search/motion/heat?${params.toString()}`);
