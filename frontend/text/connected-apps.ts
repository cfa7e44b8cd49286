/** The text of the connected apps on the account page. */
import { formatter } from "./format.ts";
import { language } from "./language.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));

export const connectedAppsText = {
  title: "Connected apps",
  what: "Apps that you allowed to see your images and create new ones.",
  show: "Show connected apps",
  loading: "Loading…",
  tryAgain: "Try again",
  none: "You haven't connected any apps.",
  list: "Your connected apps",
  host: (host: string) => `Answers to ${host}`,
  connected: (time: string) => `Connected ${day().format(new Date(time))}`,
  disconnect: "Disconnect",
  disconnectNamed: (name: string) => `Disconnect ${name}`,
  disconnectTitle: (name: string) => `Disconnect “${name}”?`,
  disconnectWhat: "It stops working at once. To use it again, connect it again.",
  disconnectAll: "Disconnect all",
  disconnectAllTitle: "Disconnect all apps?",
  disconnectAllWhat: "They stop working at once. To use one again, connect it again.",
  keep: "Keep",
};
