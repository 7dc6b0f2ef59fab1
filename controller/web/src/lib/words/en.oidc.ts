/** The English words of logging in by an identity provider. */
import type { koOidc, koOidcServer } from "./ko.oidc";

export const enOidc: typeof koOidc = {
  oidc: {
    logIn: (name) => `Log in with ${name}`,
    own: "Or with a password of this site.",
    going: "Going there",
    by: (name) => `You log in with ${name}. Password and second factor are kept there.`,
    elsewhere: "Logs in elsewhere",
    issuer: (address) => `Logs in at ${address}. The role comes from the groups there, at every login; password and second factor are kept there, too.`,
    proveHelp: (name) => `This is an act of weight, so you are asked again. Log in with ${name} once more, in a new tab. For ten minutes you are not asked once more.`,
    prove: (name) => `Log in with ${name} in a new tab`,
    provenTitle: "That was you",
    proven: "Close this tab and go on in the one before.",
    notProven: "Not yet: finish logging in in the new tab.",
    toWall: "Open the live pictures",
  },
};

/** What the server says by code. */
export const enOidcServer: typeof koOidcServer = {
  account_elsewhere: "This account logs in by the identity provider: password and second factor are kept there.",
  oidc_away: "The identity provider does not answer. Try again, or log in with a password.",
  oidc_disabled: "This account is shut out here. Ask whoever administers this site.",
  oidc_domain: "Only addresses of certain domains may log in here. Ask whoever administers this site.",
  oidc_no_role: "You are in no group that may use this site. Ask whoever administers it.",
  oidc_none: "Logging in by an identity provider is not set up here.",
  oidc_other: "Somebody else logged in at the identity provider than is logged in here.",
  oidc_refused: "The identity provider did not log you in. Begin again.",
  oidc_role: "The role comes from the groups at the identity provider, at every login. Change it there.",
  oidc_stale: "The identity provider did not ask again who you are. Begin again.",
  oidc_trip: "Logging in took too long, or was begun in another browser. Begin again.",
  oidc_weak: "This site asks for a second factor at the identity provider. Set one up there.",
  oidc_wrong: "The identity provider’s answer cannot be trusted. Tell whoever administers this site.",
};
