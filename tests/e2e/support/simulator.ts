/** A client of the simulator's admin API. Tests name predictions by their prompts. */
import { createHash } from "node:crypto";
import type { CreateEntry, OutputEntry, WebhookEntry } from "../../../simulator/ledger.ts";
import type { ReferenceEntry } from "../../../simulator/reference.ts";
import { until } from "./until.ts";

type LedgerReport = {
  creates: CreateEntry[];
  webhooks: WebhookEntry[];
  references: ReferenceEntry[];
  outputs: Record<string, OutputEntry>;
  gets: { total: number };
};

export function createSimulatorClient(adminUrl: string) {
  async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${adminUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  const creates = async (prompt: string) =>
    (await admin<LedgerReport>("GET", "/ledger")).creates.filter((entry) => entry.prompt === prompt);

  /** The prediction that this prompt led to, once it exists. */
  const idOf = (prompt: string) =>
    until(`a create for "${prompt}"`, async () => (await creates(prompt))[0]?.id);

  const finishId = (id: string) => admin("POST", `/predictions/${id}/finish`);

  return {
    idOf,
    /** For all predictions from now on. */
    setMoods: (moods: string[]) => admin("PUT", "/moods", { moods }),
    /** Sends a webhook that a mood holds back. */
    async sendWebhook(prompt: string, event: "started" | "succeeded") {
      await admin("POST", `/predictions/${await idOf(prompt)}/webhook`, { event });
    },
    /** The creates that the simulator received for this prompt; with Skytells each one would cost money. */
    creates,
    /** Ends a prediction now, whatever its moods wait for. */
    async finish(prompt: string) {
      await finishId(await idOf(prompt));
    },
    finishId,
    async statusOf(prompt: string) {
      const id = await idOf(prompt);
      return (await admin<{ canonicalStatus: string }>("GET", `/predictions/${id}`)).canonicalStatus;
    },
    /** SHA-256 of the image that the simulator sent to the Worker. */
    async sha256Of(prompt: string): Promise<string | null | undefined> {
      const id = await idOf(prompt);
      const { outputs } = await admin<LedgerReport>("GET", "/ledger");
      return Object.entries(outputs).find(([name]) => name.startsWith(id))?.[1].sha256;
    },
    /** SHA-256 of each image that was fetched as a reference. */
    references: async () =>
      (await admin<LedgerReport>("GET", "/ledger")).references.map((entry) => entry.sha256),
    async webhooksOf(prompt: string) {
      const id = await idOf(prompt);
      return (await admin<LedgerReport>("GET", `/ledger?id=${id}`)).webhooks;
    },
  };
}

export type SimulatorClient = ReturnType<typeof createSimulatorClient>;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
