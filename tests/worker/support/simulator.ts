/** The simulator as the tests see it: its ledger, and the webhooks it holds. */
import { inject } from "vitest";

export type HeldWebhook = {
  id: string;
  event: string;
  url: string;
  body: string;
  signature: string | null;
};

type Ledger = {
  creates: {
    id: string;
    prompt: string;
    model: string;
    input: Record<string, unknown>;
    webhookUrl: string | null;
  }[];
};

const admin = inject("simulatorAdmin");
export const SIMULATOR_KEY = "sk-simulator";

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${admin}${path}`, init);
  if (!response.ok) throw new Error(`simulator ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Creates that reached Skytells with this prompt. */
export async function createsOf(prompt: string) {
  const { creates } = await ask<Ledger>("/ledger");
  return creates.filter((create) => create.prompt === prompt);
}

type Call = "gets" | "cancels" | "deletes";

/** How often Skytells was asked about, told to cancel, told to delete a prediction. */
export async function callsOf(id: string): Promise<Record<Call, number>> {
  const ledger = await ask<Record<Call, { byId: Record<string, number> }>>(`/ledger?id=${id}`);
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
