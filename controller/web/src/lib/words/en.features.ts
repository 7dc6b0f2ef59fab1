/** The English words of what is switched for the whole site while it runs. */
import type { koFeatures } from "./ko.features";

export const enFeatures: typeof koFeatures = {
  features: {
    title: "Features",
    help: "Switched for the whole site, without a restart. A switch takes away what settings and rights allow, and never allows more than they do.",
    name: { listen: "Live sound", scrub: "Reading again what is stored" },
    about: {
      listen: "Who has the right hears the live picture’s sound. Off: nobody does, whatever their right.",
      scrub: "Everything stored is slowly read again and compared. Off: it rests, and goes on later where it was.",
    },
    on: "On",
    off: "Off",
    turnOn: "Switch on",
    turnOff: "Switch off",
    usual: "Nobody has changed it.",
    late: "Somebody else switched it first. This is how it stands now.",
    by: (who, at) => `Switched by ${who}, ${at}`,
  },
};
