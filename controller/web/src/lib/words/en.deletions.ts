/** The English words of deletions by hand. */
import type { koDeletions } from "./ko.deletions";

export const enDeletions: typeof koDeletions = {
  deletions: {
    title: "Deleted footage",
    make: "Delete footage",
    makeTitle: "Which footage goes for good?",
    makeHelp: "Recordings go whole, and nothing brings them back. What is held stays, and so do the records of alarms and events.",
    show: "Show what would go",
    deed: "Delete for good",
    noCamera: "Choose a camera at least.",
    badSpan: "The end has to be after the begin, and an hour ago or earlier.",
    changed: "The choice has changed: look again.",
    goes: (name: string, from: string, to: string, runs: number, size: string) => `${name}: ${from} to ${to}, ${runs} ${runs === 1 ? "recording" : "recordings"}, ${size}`,
    pictures: (count: number) => `${count} ${count === 1 ? "picture" : "pictures"} of alarms`,
    nothing: "No footage would go.",
    held: (runs: number, size: string) => `${runs} held ${runs === 1 ? "recording" : "recordings"} (${size}) stay.`,
    coming: (runs: number) => `${runs} ${runs === 1 ? "recording" : "recordings"} that are not stored yet stay.`,
    rows: (events: number, alarms: number) => `${events} events and ${alarms} alarms stay as records, without footage.`,
    exports: (count: number) => `${count} ${count === 1 ? "export" : "exports"} with this footage stay: delete them apart.`,
    why: "Why",
    whyPlaceholder: "For example: request for erasure",
    confirm: (site: string) => `Type the site's name, “${site}”, to confirm.`,
    done: (runs: number, size: string) => `${runs} ${runs === 1 ? "recording" : "recordings"} (${size}) gone`,
    left: (runs: number) => `${runs} left`,
    keptHeld: (runs: number) => `${runs} held`,
  },
};
