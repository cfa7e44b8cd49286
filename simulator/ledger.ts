import { createHash } from "node:crypto";
import type { Moods } from "./moods.ts";
import type { Prediction } from "./predictions.ts";
import { type ReferenceEntry, referenceUrls } from "./reference.ts";

export type CreateEntry = {
  id: string | null;
  prompt: string;
  model: string;
  input: Record<string, unknown>;
  webhookUrl: string | null;
  at: number;
  mood: string[];
  /** The status, or what happened instead of a response. Null: not answered yet. */
  answeredAs: string | null;
};

/** One attempt, or one webhook that a mood suppressed (`error` is `lost` or `held`). */
export type WebhookEntry = {
  id: string;
  event: string;
  url: string;
  attempt: number;
  status: number | null;
  error: string | null;
  at: number;
  body: string;
  signature: string | null;
};

export type OutputEntry = { fetched: number; bytes: number; sha256: string | null };

type CallCount = { total: number; byId: Record<string, number> };
type Call = "gets" | "lists" | "cancels" | "deletes" | "models" | "refusedByOutage";
export type WebhookFilter = {
  id?: string | undefined;
  event?: string | undefined;
  /** The query parameter `user` of the webhook's address. */
  user?: string | undefined;
};
export type LedgerFilter = { id?: string | undefined; prompt?: string | undefined };

/** Limits the memory of a long run. The oldest entries are removed first; totals stay exact. */
const MAX_ENTRIES = 20_000;
const MAX_BODIES = 10_000;

const CALLS: readonly Call[] = ["gets", "lists", "cancels", "deletes", "models", "refusedByOutage"];

function append<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > MAX_ENTRIES * 1.1) list.splice(0, list.length - MAX_ENTRIES);
}

/** The user in the address of the prediction's webhook. */
export function ownerOf(prediction: Prediction): string | null {
  if (prediction.webhook === null || !URL.canParse(prediction.webhook.url)) return null;
  return new URL(prediction.webhook.url).searchParams.get("user");
}

function createInFlight() {
  const owners = new Map<string, string | null>();
  const byOwner = new Map<string, number>();
  const maxByOwner = new Map<string, number>();
  let maxTotal = 0;
  return {
    addInFlight(prediction: Prediction): void {
      const owner = ownerOf(prediction);
      owners.set(prediction.id, owner);
      maxTotal = Math.max(maxTotal, owners.size);
      if (owner === null) return;
      const count = (byOwner.get(owner) ?? 0) + 1;
      byOwner.set(owner, count);
      maxByOwner.set(owner, Math.max(maxByOwner.get(owner) ?? 0, count));
    },
    removeInFlight(id: string): void {
      const owner = owners.get(id);
      if (!owners.delete(id) || owner === null || owner === undefined) return;
      const count = (byOwner.get(owner) ?? 1) - 1;
      if (count === 0) byOwner.delete(owner);
      else byOwner.set(owner, count);
    },
    resetMaximum(): void {
      maxTotal = owners.size;
      maxByOwner.clear();
      for (const [owner, count] of byOwner) maxByOwner.set(owner, count);
    },
    snapshot: () => ({
      inFlight: owners.size,
      inFlightBy: Object.fromEntries(byOwner),
      maxInFlight: maxTotal,
      maxInFlightBy: Object.fromEntries(maxByOwner),
    }),
  };
}

export function createLedger() {
  const inFlight = createInFlight();
  let creates: CreateEntry[] = [];
  let webhooks: WebhookEntry[] = [];
  let references: ReferenceEntry[] = [];
  let outputs = new Map<string, OutputEntry>();
  let callCounts = new Map<Call, { total: number; byId: Map<string, number> }>();
  const waiting = new Set<() => void>();

  return {
    addInFlight: inFlight.addInFlight,
    removeInFlight: inFlight.removeInFlight,
    create(entry: Omit<CreateEntry, "at" | "answeredAs" | "mood">, moods: Moods): CreateEntry {
      const created: CreateEntry = {
        ...entry,
        at: Date.now(),
        mood: [...moods].map(([name, value]) => (value === "" ? name : `${name}=${value}`)),
        answeredAs: null,
      };
      append(creates, created);
      return created;
    },
    count(call: Call, id?: string): void {
      const callCount = callCounts.get(call) ?? { total: 0, byId: new Map<string, number>() };
      callCounts.set(call, callCount);
      callCount.total += 1;
      if (id === undefined || (callCount.byId.size >= MAX_ENTRIES && !callCount.byId.has(id))) return;
      callCount.byId.set(id, (callCount.byId.get(id) ?? 0) + 1);
    },
    webhook(entry: WebhookEntry): void {
      append(webhooks, entry);
      const old = webhooks.at(-MAX_BODIES - 1);
      if (old !== undefined) old.body = "";
      for (const check of waiting) check();
    },
    reference(url: string): ReferenceEntry {
      const entry = { url, at: Date.now(), status: null, headers: {}, sha256: null };
      append(references, entry);
      return entry;
    },
    /** Counts one download. `add` takes each chunk, `end` records size and digest. */
    output(name: string) {
      const entry = outputs.get(name) ?? { fetched: 0, bytes: 0, sha256: null };
      if (outputs.size < MAX_ENTRIES) outputs.set(name, entry);
      entry.fetched += 1;
      const digest = createHash("sha256");
      let bytes = 0;
      return {
        add(chunk: Uint8Array): void {
          bytes += chunk.byteLength;
          digest.update(chunk);
        },
        end(): void {
          entry.bytes = bytes;
          entry.sha256 = digest.digest("hex");
        },
      };
    },
    webhooks: (filter: WebhookFilter) =>
      webhooks.filter(
        (entry) =>
          (filter.id === undefined || entry.id === filter.id) &&
          (filter.event === undefined || entry.event === filter.event) &&
          (filter.user === undefined || entry.url.includes(`user=${filter.user}`)),
      ),
    /** Resolves when `isDone`, which runs again after each webhook, or after `ms`. */
    async until(isDone: () => boolean, ms: number): Promise<void> {
      if (isDone()) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = () => {
        if (isDone()) resolve();
      };
      const timer = setTimeout(resolve, ms);
      waiting.add(check);
      await promise;
      waiting.delete(check);
      clearTimeout(timer);
    },
    reset(): void {
      creates = [];
      webhooks = [];
      references = [];
      outputs = new Map();
      callCounts = new Map();
      inFlight.resetMaximum();
    },
    /** Everything, or the entries of one prediction or prompt. Call counts are never filtered. */
    report({ id, prompt }: LedgerFilter) {
      const selected = creates.filter(
        (entry) => (id === undefined || entry.id === id) && (prompt === undefined || entry.prompt === prompt),
      );
      const ids = new Set([id, ...selected.map((entry) => entry.id)]);
      const urls = new Set(selected.flatMap(({ input }) => referenceUrls(input)));
      const isAll = id === undefined && prompt === undefined;
      const isSelected = (of: string) => isAll || ids.has(of);
      const counts = Object.fromEntries(
        CALLS.map((call) => {
          const callCount = callCounts.get(call);
          return [call, { total: callCount?.total ?? 0, byId: Object.fromEntries(callCount?.byId ?? []) }];
        }),
      ) as Record<Call, CallCount>;
      return {
        creates: selected,
        ...counts,
        webhooks: webhooks.filter((entry) => isSelected(entry.id)),
        references: references.filter(({ url }) => isAll || urls.has(url)),
        outputs: Object.fromEntries([...outputs].filter(([name]) => isSelected(name.split("/")[0] ?? ""))),
        ...inFlight.snapshot(),
      };
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;
