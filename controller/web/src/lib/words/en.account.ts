/** The English words of one's own login, and of looking after others'. */
import type { koAccount } from "./ko.account";

export const enAccount: typeof koAccount = {
  account: {
    title: "My sign-in",
    of: (name) => `How ${name} is signed in`,
    open: "Sign-ins",
    sessions: "Signed in at",
    noSession: "Not signed in anywhere.",
    here: "This page",
    unknownAgent: "Unknown browser",
    session: (address, began, seen) => `${address} · signed in ${began} · last used ${seen}`,
    end: "Sign out",
    endOthers: "Sign out everywhere else",
    endAll: "Sign out everywhere",
    waiting: "Slowed down at sign-in",
    waitingHelp: "Whoever is wrong several times has to wait before the next try. It may be somebody who guesses: ask the person.",
    failures: (count, address, left) => `wrong ${count} times in a row${address ? ` from ${address}` : ""} · next try in ${left}`,
    forgive: "Allow now",
  },
};
