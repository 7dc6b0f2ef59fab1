/** English words of what is not saved, not known or not there. */
import type { koCare } from "./ko.care";

export const enCare: typeof koCare = {
  care: {
    leaveTitle: "There are changes that are not saved",
    leaveAbout: "They are lost when you leave this page.",
    leave: "Discard and leave",
    stay: "Go on editing",
    typed: "What you have typed is not saved.",
    discard: "Discard it",
    keep: "Go on typing",
    theirs: (list) => `Someone else changed this first: ${list}. Do it again to put yours in its place, or cancel to leave theirs.`,
    gone: (list) => `Someone else removed this meanwhile (${list}). Do it again to add it anew, or cancel.`,
    taken: (list) => `There is one of this name already: ${list}. Do it again to put yours in its place, or cancel and choose another name.`,
    note: "What was done",
    unknownPage: (asked, shown) => `There is no page “${asked}”. This is ${shown}.`,
    badTime: "The address names a time or a camera that is not known. This is now.",
    everyCamera: (name) => `The rule is for every camera: what is drawn here holds at the same place of every camera’s picture, and not on ${name} alone. Choose a camera to draw for that one.`,
    noCameras: "There is no camera yet. Add one first.",
    user: "User",
    spentCode: "Ask an administrator for a new login address. On the server this command gives one, too; NAME is the user name.",
  },
};
