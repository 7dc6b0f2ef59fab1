/** The endpoints of reports. */
import { call } from "./client";
import type { Report, ReportTrend } from "./types";

export const getReport = (params: string) => call<Report>("GET", `/report?${params}`);
export const getTrend = (params: string) => call<ReportTrend>("GET", `/report/trend?${params}`);
export const reportTableUrl = (params: string): string => `/api/v1/report.csv?${params}`;
