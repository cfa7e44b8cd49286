/** The text of the webhooks on the account page. */
import type { DeliveryError, DeliveryStatus, DisabledReason } from "../../worker/shared/webhooks.ts";
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";

const moment = formatter(
  () => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeStyle: "short" }),
);
const momentOf = (time: string) => moment().format(new Date(time));

export const webhooksText = {
  title: "Webhooks",
  what: "Get a request to your own server when an image is ready, has failed or was canceled.",
  developers: "How to receive webhooks",
  urlExample: "https://example.com/images",
  show: "Show webhooks",
  loading: "Loading…",
  tryAgain: "Try again",
  none: "You have no webhooks.",
  list: "Your webhooks",
  maximum: (count: number) => `You can have up to ${number(count)} webhooks.`,

  create: "New webhook",
  url: "Address",
  urlHint: "Starts with https:// and is public.",
  urlInvalid: "Enter a public https address without a port or user name.",
  includePrompt: "Include prompts",
  createConfirmed: "Add webhook",
  creating: "Adding…",
  cancel: "Cancel",
  secret: "Signing secret",

  enabled: "On",
  disabled: {
    user: "Off",
    gone: "Turned off: the address answered that it is gone.",
    failing: "Turned off: nothing could be delivered for five days.",
  } satisfies Record<DisabledReason, string>,
  needsRotation: "Its secret is no longer readable. Get a new one so that webhooks can be sent.",
  twoSecrets: (time: string) => `The old secret works until ${momentOf(time)}.`,
  actions: (url: string) => `Actions for ${url}`,
  enable: "Turn on",
  disable: "Turn off",
  test: "Send test",
  rotate: "New secret",
  remove: "Delete",
  deliveries: "Deliveries",

  rotateTitle: "Get a new secret?",
  rotateWhat: "For 24 hours, webhooks are signed with both secrets, so you can switch your server over.",
  rotateConfirmed: "Get new secret",
  removeTitle: "Delete this webhook?",
  removeWhat: "Its deliveries are deleted too. This can't be undone.",
  keep: "Keep",

  noDeliveries: "Nothing has been sent yet.",
  refresh: "Refresh",
  more: "Show more",
  sendAgain: "Send again",
  sendAgainNamed: (event: string, time: string) => `Send again: ${event}, ${momentOf(time)}`,
  event: (type: string) =>
    ({
      "generation.succeeded": "Image ready",
      "generation.failed": "Image failed",
      "generation.canceled": "Image canceled",
      "webhook.test": "Test",
    })[type] ?? type,
  status: {
    pending: "Waiting",
    delivered: "Delivered",
    failed: "Failed",
    dropped: "Dropped: too many were waiting",
  } satisfies Record<DeliveryStatus, string>,
  response: (status: number) => `Response ${status}`,
  error: {
    timeout: "No response within 10 seconds",
    no_response: "No response",
    redirect: "Redirects aren't followed",
    status: "Not accepted",
    url_not_allowed: "This address isn't allowed",
    secret_unreadable: "The secret isn't readable",
    disabled: "The webhook was off",
  } satisfies Record<DeliveryError, string>,
  attempts: (count: number) => counted(count, { one: "attempt", other: "attempts" }),
  sending: "Sending…",
  at: momentOf,
  next: (time: string) => `Next attempt ${momentOf(time)}`,
};
