/** The text of the API keys on the account page, and of any secret that is shown once. */
import type { Scope } from "../../worker/shared/api-keys.ts";
import { formatter } from "./format.ts";
import { language } from "./language.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));
const dayOf = (time: string) => day().format(new Date(time));

export const apiKeysText = {
  title: "API keys",
  what: "With a key, a program can use this studio as you: it sees your images and uses your plan.",
  developers: "How to use the API",
  show: "Show API keys",
  loading: "Loading…",
  tryAgain: "Try again",
  none: "You have no API keys.",
  list: "Your API keys",
  hint: (lastFour: string) => `Ends in ${lastFour}`,
  created: (time: string) => `Created ${dayOf(time)}`,
  expires: (time: string) => `Expires ${dayOf(time)}`,
  expired: (time: string) => `Expired ${dayOf(time)}`,
  used: (time: string | null) => (time === null ? "Never used" : `Last used ${dayOf(time)}`),
  scopes: { read: "Read", generate: "Generate", manage: "Manage" } satisfies Record<Scope, string>,
  scopeHints: {
    read: "See images, lists and events",
    generate: "Create and cancel images",
    manage: "Change, share and delete images",
  } satisfies Record<Scope, string>,

  create: "New key",
  name: "Name",
  nameHint: "What uses this key, for example “Build server”.",
  access: "Access",
  expiry: "Expires",
  never: "Never",
  days: (count: number) => `After ${count} days`,
  createConfirmed: "Create key",
  creating: "Creating…",
  nameMissing: "Enter a name.",
  scopeMissing: "Choose at least one kind of access.",
  cancel: "Cancel",

  secret: "Your new key",

  revoke: "Revoke",
  revokeNamed: (name: string) => `Revoke ${name}`,
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeAll: "Revoke all",
  revokeAllTitle: "Revoke all API keys?",
  revokeWhat: "Programs that use it stop working at once. This can't be undone.",
  revokeAllWhat: "Programs that use them stop working at once. This can't be undone.",
  keep: "Keep",
};

/** The text beside a new secret, which is shown once. */
export const secretText = {
  hint: "Copy it now. It isn't shown again.",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "This browser didn't copy it. Select it and copy it yourself.",
  done: "Done",
};
