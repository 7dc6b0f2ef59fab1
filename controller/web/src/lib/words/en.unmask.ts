/** The English words of derived pictures, and of clear ones for some minutes. */
import type { koUnmask } from "./ko.unmask";

export const enUnmask: typeof koUnmask = {
  unmask: {
    derived: "Derived",
    show: "Show clear pictures",
    title: (name: string) => `Clear pictures of ${name}`,
    about: "You see this camera in blocks. With a reason you see it clear for some minutes, in this session alone. Reason, begin and end, and what you look at, stand in the audit.",
    howLong: "For how long",
    minutes: (count: number) => (count === 1 ? "1 minute" : `${count} minutes`),
    reason: "Why",
    reasonHelp: "At least two characters, for example: somebody lies on the floor",
    reasonNeeded: "Say why, in at least two characters.",
    left: (time: string) => `Clear for ${time}`,
    end: "End",
    endHelp: (reason: string) => `Reason given: ${reason}`,
  },
};
