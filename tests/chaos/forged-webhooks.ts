/** Sends webhooks that the Worker must reject or ignore: replayed, sent to another job, altered, wrongly signed. */
import { createHmac } from "node:crypto";
import type { CreateEntry, WebhookEntry } from "../../simulator/ledger.ts";
import type { Random } from "../../simulator/random.ts";
import type { Studio } from "./studio.ts";

type LedgerPart = { creates: CreateEntry[]; webhooks: WebhookEntry[] };

export async function sendForgedWebhooks(studio: Studio, random: Random, ids: string[]): Promise<void> {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const [id, otherId] = [pick(ids), pick(ids)];
  if (id === undefined || otherId === undefined) return;
  const readLedger = (of: string) => studio.admin<LedgerPart>("GET", `/ledger?id=${of}`);
  const [own, other] = await Promise.all([readLedger(id), readLedger(otherId)]);
  const webhook = pick(own.webhooks.filter(({ body, signature }) => body !== "" && signature !== null));
  const otherUrl = other.creates[0]?.webhookUrl;
  if (webhook === undefined || !otherUrl) return;
  const post = (url: string, body: string, signature: string) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-skytells-signature": signature },
      body,
    }).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
  const signature = webhook.signature as string;
  const altered = webhook.body.replaceAll(/"status":"\w+"/g, '"status":"failed"');
  const wrongSignature = createHmac("sha256", "sk-another-key").update(altered).digest("hex");
  await Promise.all([
    post(webhook.url, webhook.body, signature),
    post(otherUrl, webhook.body, signature),
    post(webhook.url, `${altered} `, signature),
    post(webhook.url, altered, wrongSignature),
  ]);
}
