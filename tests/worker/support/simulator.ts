/** The simulator as the tests see it: its ledger, and the webhooks it holds. */
import { env } from "cloudflare:workers";

export type HeldWebhook = {
  id: string;
  event: string;
  url: string;
  body: string;
  signature: string | null;
};

type Call = "gets" | "cancels" | "deletes";

type Ledger = Record<Call, { byId: Record<string, number> }> & {
  creates: {
    id: string;
    prompt: string;
    model: string;
    input: Record<string, unknown>;
    webhookUrl: string | null;
  }[];
  outputs: Record<string, { sha256: string | null }>;
  inFlightBy: Record<string, number>;
};

export const SIMULATOR_KEY = "sk-simulator";

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${env.SIMULATOR_ADMIN}${path}`, init);
  if (!response.ok) throw new Error(`simulator ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Creates that reached Skytells with this prompt. */
export async function createsOf(prompt: string) {
  return (await ledgerOf(prompt)).creates;
}

/** What the simulator has put down of a prompt. */
export function ledgerOf(prompt: string): Promise<Ledger> {
  return ask(`/ledger?prompt=${encodeURIComponent(prompt)}`);
}

/** How often Skytells was asked about, told to cancel, told to delete a prediction. */
export async function callsOf(id: string): Promise<Record<Call, number>> {
  const ledger = await ask<Ledger>(`/ledger?id=${id}`);
  const of = (call: Call) => ledger[call].byId[id] ?? 0;
  return { gets: of("gets"), cancels: of("cancels"), deletes: of("deletes") };
}

/** Waits until the simulator has sent (that is, held) this event of a prediction. */
export async function webhookOf(id: string, event: "started" | "succeeded" | "failed" | "canceled") {
  const name = event === "canceled" ? "prediction.cancelled" : `prediction.${event}`;
  const { webhooks } = await ask<{ webhooks: HeldWebhook[] }>(`/webhooks/wait?id=${id}&event=${name}`);
  const found = webhooks[0];
  if (!found) throw new Error(`no ${name} of ${id}`);
  return found;
}

export async function ended(id: string): Promise<{ canonicalStatus: string; output: unknown }> {
  return ask(`/predictions/${id}?until=ended`);
}

export async function finish(id: string): Promise<void> {
  await ask(`/predictions/${id}/finish`, { method: "POST" });
}

/**
 * Delivers this user's webhooks as the simulator sends them, until `stop`; a mood may lose some. Returns the statuses of
 * the responses.
 */
export async function carryWebhooks(
  userId: string,
  hand: (webhook: HeldWebhook) => Promise<Response>,
  stop: AbortSignal,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let carried = 0; !stop.aborted; ) {
    const wait = ask<{ webhooks: (HeldWebhook & { error: string | null })[] }>(
      `/webhooks/wait?user=${userId}&count=${carried + 1}`,
      { signal: stop },
    );
    const { webhooks } = await wait.catch((error) => {
      if (stop.aborted) return { webhooks: [] };
      throw error;
    });
    for (const webhook of webhooks.slice(carried)) {
      carried += 1;
      if (webhook.error === "held") statuses.push((await hand(webhook)).status);
    }
  }
  return statuses;
}
