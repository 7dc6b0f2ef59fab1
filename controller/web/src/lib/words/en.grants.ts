/** The English words of rights by camera. */
import type { koGrants } from "./ko.grants";

export const enGrants: typeof koGrants = {
  grants: {
    every: "Every camera",
    some: (count) => (count === 0 ? "No camera" : count === 1 ? "1 camera or node" : `${count} cameras or nodes`),
    title: (name) => `Cameras and rights of ${name}`,
    about: "What is not given does not exist for this person: no picture, no recording, no alarm, no count. It counts within seconds, also in what is open.",
    deed: "Give",
    which: "Which cameras",
    everyHelp: "now and later; what the role may do",
    someHelp: "Only those chosen here",
    admin: "An administrator may do everything with every camera.",
    node: "all of its cameras, later ones too",
    right: { view: "View", playback: "Playback", clear: "Clear pictures", export: "Export", delete: "Delete", unmask: "Unmask", configure: "Configure", listen: "Listen" },
    seesNone: "Sees no camera until some are given here: press “No camera”.",
    none: "There is no camera yet.",
    notGiven: "You were not given the right to export footage.",
  },
};
