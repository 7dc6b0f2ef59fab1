/** The English words of letting nodes in and cutting them off. */
import type { koEnrol } from "./ko.enrol";

export const enEnrol: typeof koEnrol = {
  enrol: {
    title: "Nodes on their way in",
    state: { invited: "Invited", waiting: "Waits for approval", approved: "Approved" },
    asked: (ago: string, address: string) => `Asked ${ago} from ${address}. Compare this fingerprint with what the node shows.`,
    invited: (who: string, ago: string) => `Invited by ${who} ${ago}. Nobody has asked by it yet.`,
    fetches: "The node fetches its certificate within seconds.",
    approve: "Approve",
    reject: "Reject",
    withdraw: "Withdraw",
    titleOf: {
      approve: (node: string) => `Approve the node ${node}`,
      reject: (node: string) => `Reject the node ${node}`,
      withdraw: (node: string) => `Withdraw the invitation of ${node}`,
    },
    aboutOf: {
      approve: "Does the node show the same fingerprint? If not, another machine has used the invitation: reject it.",
      reject: "To let this node in it must be invited anew.",
      withdraw: "Its token counts no more, whoever has it.",
    },
    deedOf: { approve: "Same fingerprint, approve", reject: "Reject", withdraw: "Withdraw" },
    invite: "Make an invitation",
    inviteAgain: "Make a new one",
    there: "On the node:",
    once: "The token is shown this once. One node can use it, within an hour; a new one makes it void. When the node has asked, its fingerprint appears below.",
    byFile: "Where the node is this server itself, or cannot ask over the network:",
    revoke: "Cut off",
    revokeTitle: (node: string) => `Cut off the node ${node}`,
    revokeAbout: "Its certificate and its key are revoked: at once it can send neither footage nor events. What is stored stays. To be used again it must be invited anew.",
    why: "Why (stands in the audit)",
    revoked: "It is cut off.",
  },
};
