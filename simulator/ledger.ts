import { createHash } from "node:crypto";
import type { Moods } from "./moods.ts";
import type { Prediction } from "./predictions.ts";

export type CreateEntry = {
  id: string | null;
  prompt: string;
  model: string;
  input: unknown;
  webhookUrl: string | null;
  at: number;
  mood: string[];
  /** A status, or what happened instead of an answer; null while it is open. */
  answeredAs: string | null;
};

/** One attempt, or one webhook that a mood kept from being sent (`error` says `lost` or `held`). */
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

type Tally = { total: number; byId: Record<string, number> };
type Call = "gets" | "lists" | "cancels" | "deletes" | "models" | "refusedByOutage";
export type WebhookFilter = {
  id?: string | undefined;
  event?: string | undefined;
  /** In the address's query. */
  user?: string | undefined;
};
export type LedgerFilter = { id?: string | undefined; prompt?: string | undefined };

/** What a long run may leave behind; the oldest entries go first, totals go on counting. */
const KEPT_ENTRIES = 20_000;
const KEPT_BODIES = 10_000;

const CALLS: readonly Call[] = ["gets", "lists", "cancels", "deletes", "models", "refusedByOutage"];

function keep<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > KEPT_ENTRIES * 1.1) list.splice(0, list.length - KEPT_ENTRIES);
}

/** Whose a job is, as far as the address of its webhook tells. */
export function ownerOf(prediction: Prediction): string | null {
  if (prediction.webhook === null || !URL.canParse(prediction.webhook.url)) return null;
  return new URL(prediction.webhook.url).searchParams.get("user");
}

function createInFlight() {
  const live = new Map<string, string | null>();
  const byOwner = new Map<string, number>();
  const most = new Map<string, number>();
  let mostOverall = 0;
  return {
    enter(prediction: Prediction): void {
      const owner = ownerOf(prediction);
      live.set(prediction.id, owner);
      mostOverall = Math.max(mostOverall, live.size);
      if (owner === null) return;
      const count = (byOwner.get(owner) ?? 0) + 1;
      byOwner.set(owner, count);
      most.set(owner, Math.max(most.get(owner) ?? 0, count));
    },
    leave(id: string): void {
      const owner = live.get(id);
      if (!live.delete(id) || owner === null || owner === undefined) return;
      const count = (byOwner.get(owner) ?? 1) - 1;
      if (count === 0) byOwner.delete(owner);
      else byOwner.set(owner, count);
    },
    forgetPeaks(): void {
      mostOverall = live.size;
      most.clear();
      for (const [owner, count] of byOwner) most.set(owner, count);
    },
    snapshot: () => ({
      inFlight: live.size,
      inFlightBy: Object.fromEntries(byOwner),
      maxInFlight: mostOverall,
      maxInFlightBy: Object.fromEntries(most),
    }),
  };
}

export function createLedger() {
  const inFlight = createInFlight();
  let creates: CreateEntry[] = [];
  let webhooks: WebhookEntry[] = [];
  let outputs = new Map<string, OutputEntry>();
  let tallies = new Map<Call, { total: number; byId: Map<string, number> }>();
  const waiting = new Set<() => void>();

  return {
    enter: inFlight.enter,
    leave: inFlight.leave,
    create(entry: Omit<CreateEntry, "at" | "answeredAs" | "mood">, moods: Moods): CreateEntry {
      const whole: CreateEntry = {
        ...entry,
        at: Date.now(),
        mood: [...moods].map(([name, value]) => (value === "" ? name : `${name}=${value}`)),
        answeredAs: null,
      };
      keep(creates, whole);
      return whole;
    },
    count(call: Call, id?: string): void {
      const tally = tallies.get(call) ?? { total: 0, byId: new Map<string, number>() };
      tallies.set(call, tally);
      tally.total += 1;
      if (id === undefined || (tally.byId.size >= KEPT_ENTRIES && !tally.byId.has(id))) return;
      tally.byId.set(id, (tally.byId.get(id) ?? 0) + 1);
    },
    webhook(entry: WebhookEntry): void {
      keep(webhooks, entry);
      const old = webhooks.at(-KEPT_BODIES - 1);
      if (old !== undefined) old.body = "";
      for (const look of waiting) look();
    },
    /** Counts one fetch; `add` takes the bytes as they go out, `end` puts down what they were. */
    output(name: string) {
      const entry = outputs.get(name) ?? { fetched: 0, bytes: 0, sha256: null };
      if (outputs.size < KEPT_ENTRIES) outputs.set(name, entry);
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
    /** Resolves when `look` says so, at the latest after `ms`; asked again at each webhook. */
    async until(look: () => boolean, ms: number): Promise<void> {
      if (look()) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = () => {
        if (look()) resolve();
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
      outputs = new Map();
      tallies = new Map();
      inFlight.forgetPeaks();
    },
    /** All of it, or what is of one prediction, or of one prompt; the tallies are always whole. */
    report({ id, prompt }: LedgerFilter) {
      const asked = creates.filter(
        (entry) => (id === undefined || entry.id === id) && (prompt === undefined || entry.prompt === prompt),
      );
      const ids = new Set([id, ...asked.map((entry) => entry.id)]);
      const isAsked = (of: string) => (id === undefined && prompt === undefined) || ids.has(of);
      const counts = Object.fromEntries(
        CALLS.map((call) => {
          const tally = tallies.get(call);
          return [call, { total: tally?.total ?? 0, byId: Object.fromEntries(tally?.byId ?? []) }];
        }),
      ) as Record<Call, Tally>;
      return {
        creates: asked,
        ...counts,
        webhooks: webhooks.filter((entry) => isAsked(entry.id)),
        outputs: Object.fromEntries([...outputs].filter(([name]) => isAsked(name.split("/")[0] ?? ""))),
        ...inFlight.snapshot(),
      };
    },
  };
}

export type Ledger = ReturnType<typeof createLedger>;
