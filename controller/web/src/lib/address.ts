/** Makes the address of a destination from what its kind asks for; what cannot be right is told at its field. */

export const KINDS = ["mail", "telegram", "kakaotalk", "slack", "ntfy", "webhook", "other"] as const;
export type Kind = (typeof KINDS)[number];
export type FieldName =
  | "url" | "server" | "port" | "user" | "password" | "from" | "to" | "token" | "chat" | "hook" | "host" | "topic" | "client" | "refresh" | "secret" | "address";
export interface AddressField {
  name: FieldName;
  optional?: boolean;
  /** Typed unseen. */
  secret?: boolean;
}
export type AddressFault = "needed" | "url" | "hook" | "port" | "mail";
export type Made = { ok: true; address: string } | { ok: false; field: FieldName; fault: AddressFault };
type Given = Readonly<Partial<Record<FieldName, string>>>;

export const FIELDS: Readonly<Record<Kind, readonly AddressField[]>> = {
  mail: [
    { name: "server" },
    { name: "port", optional: true },
    { name: "user", optional: true },
    { name: "password", optional: true, secret: true },
    { name: "from" },
    { name: "to" },
  ],
  telegram: [{ name: "token", secret: true }, { name: "chat" }],
  kakaotalk: [
    { name: "client", secret: true },
    { name: "refresh", secret: true },
    { name: "secret", optional: true, secret: true },
  ],
  slack: [{ name: "hook", secret: true }],
  ntfy: [{ name: "host", optional: true }, { name: "topic" }, { name: "user", optional: true }, { name: "password", optional: true, secret: true }],
  webhook: [{ name: "url" }],
  other: [{ name: "address", secret: true }],
};

const HOOK = /^https:\/\/hooks\.slack\.com\/services\/(\w+)\/(\w+)\/(\w+)\/?$/;
const MAIL = /^[^\s@]+@[^\s@]+$/;
const at = encodeURIComponent;

/** The address, or the first field that is wrong. */
export function addressOf(kind: Kind, given: Given): Made {
  const text = (name: FieldName): string => (given[name] ?? "").trim();
  const missing = FIELDS[kind].find((field) => !field.optional && !text(field.name));
  if (missing) return { ok: false, field: missing.name, fault: "needed" };
  const wrong = (field: FieldName, fault: AddressFault): Made => ({ ok: false, field, fault });
  const who = text("user") && `${at(text("user"))}${text("password") ? `:${at(text("password"))}` : ""}@`;
  switch (kind) {
    case "mail": {
      const port = text("port");
      if (port && !(Number(port) >= 1 && Number(port) <= 65_535 && /^\d+$/.test(port))) return wrong("port", "port");
      if (!MAIL.test(text("from"))) return wrong("from", "mail");
      const to = text("to").split(",").map((one) => one.trim());
      if (!to.every((one) => MAIL.test(one))) return wrong("to", "mail");
      return made(`mailtos://${who}${text("server")}${port && `:${port}`}?from=${at(text("from"))}&to=${at(to.join(","))}`);
    }
    case "telegram":
      return made(`tgram://${text("token")}/${text("chat")}`);
    case "kakaotalk":
      return made(`kakaotalk://${text("secret") && `${at(text("secret"))}@`}${text("client")}/${text("refresh")}`);
    case "slack": {
      const [, a, b, c] = HOOK.exec(text("hook")) ?? [];
      return a && b && c ? made(`slack://${a}/${b}/${c}`) : wrong("hook", "hook");
    }
    case "ntfy": {
      const plain = text("host").startsWith("http://");
      const host = text("host").replace(/^https?:\/\//, "").replace(/\/+$/, "") || "ntfy.sh";
      return made(`${plain ? "ntfy" : "ntfys"}://${who}${host}/${at(text("topic"))}`);
    }
    case "webhook":
      return /^https?:\/\/\S+$/.test(text("url")) ? made(text("url")) : wrong("url", "url");
    case "other":
      return made(text("address"));
  }
}

const made = (address: string): Made => ({ ok: true, address });

/** A name for a new destination that nobody has yet: `telegram`, `telegram-2`, … */
export function freeName(kind: Kind, taken: readonly string[]): string {
  const first = kind === "other" ? "channel" : kind;
  let name: string = first;
  for (let count = 2; taken.includes(name); count++) name = `${first}-${count}`;
  return name;
}

/** Whether a destination may be called so. */
export const isName = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text);
