/** Sends webhooks that are not what they seem: replayed, sent to another job, tampered with, signed by nobody. */
import { createHmac } from "node:crypto";
import type { CreateEntry, WebhookEntry } from "../../simulator/ledger.ts";
import type { Random } from "../../simulator/random.ts";
import type { Stage } from "./stage.ts";

type Known = { creates: CreateEntry[]; webhooks: WebhookEntry[] };

export async function lie(stage: Stage, random: Random, ids: string[]): Promise<void> {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const [one, other] = [pick(ids), pick(ids)];
  if (one === undefined || other === undefined) return;
  const about = (id: string) => stage.admin<Known>("GET", `/ledger?id=${id}`);
  const [mine, theirs] = await Promise.all([about(one), about(other)]);
  const letter = pick(mine.webhooks.filter((webhook) => webhook.body !== "" && webhook.signature !== null));
  const address = theirs.creates[0]?.webhookUrl;
  if (letter === undefined || !address) return;
  const post = (url: string, body: string, signature: string) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-skytells-signature": signature },
      body,
    }).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
  const signature = letter.signature as string;
  const failed = letter.body.replaceAll(/"status":"\w+"/g, '"status":"failed"');
  const forged = createHmac("sha256", "sk-somebody-else").update(failed).digest("hex");
  await Promise.all([
    post(letter.url, letter.body, signature),
    post(address, letter.body, signature),
    post(letter.url, `${failed} `, signature),
    post(letter.url, failed, forged),
  ]);
}
