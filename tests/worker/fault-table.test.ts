/**
 * The fault table: whatever Skytells does, the generation ends as the table says, once, with its slot free, without
 * pending tasks, and with D1, R2 and Skytells in agreement. TEST_ALL: every row for every model; otherwise every other row,
 * for one model in turn.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { MOODS, moodsInPrompt } from "../../simulator/moods.ts";
import { type ModelId, MODELS } from "../../worker/shared/models.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { Problem } from "../../worker/api/schemas/problem.ts";
import { deliver, limitsOf, newPrompt, newUser, objectsOf, rowsOf, type Visitor } from "./support/app.ts";
import { fireNext } from "./support/clock.ts";
import { FAULTS, NOT_IN_ROWS, type Row } from "./support/fault-table.ts";
import { set } from "./support/settings.ts";
import { carryWebhooks, ledgerOf } from "./support/simulator.ts";

/** Generations in progress at once. */
const AT_ONCE = 8;

/** Time for a busy machine. Only a create's timeout is waited for: `isSettled` moves the clock past the others. */
const PATIENT = {
  CREATE_TIMEOUT_SECONDS: "25",
  GENERATION_DEADLINE_SECONDS: "60",
  OUTPUT_WINDOW_SECONDS: "60",
  UNCONFIRMED_SECONDS: "60",
};

const moodsOf = (row: Row) => moodsInPrompt(`[mood:${row.moods}]`);

/** Still running when Generate responds, for every model. */
const isRunning = (row: Row) => ["stuck", "slow", "delay"].some((mood) => moodsOf(row).has(mood));

/** Everything that is to be said of a cell, as one value: a difference shows with its surroundings. */
type Outcome = {
  response: number | string;
  end: string;
  creates: number;
  made: number;
  webhooks: number[];
  limits: unknown;
  jobs: unknown[];
  row: { status: string; error: string | null; url: string | null } | null;
  stored: string[];
  inFlightUpstream: number;
};

function expected({ response, end, creates, made, stored, webhooks }: Row, carried: number): Outcome {
  const isFailure = !["succeeded", "canceled", "rejected", "deleted"].includes(end);
  const hasRow = !["rejected", "deleted", "unconfirmed"].includes(end);
  return {
    response,
    end,
    creates,
    made,
    webhooks: Array.from({ length: carried }, () => webhooks),
    limits: expect.objectContaining({ concurrent: 1, inFlight: 0, unconfirmed: 0 }),
    jobs: end === "rejected" ? [] : [{ holds_slot: 0, tasks: "[]", upstream: "ended" }],
    row: hasRow
      ? {
          status: isFailure ? "failed" : end,
          error: isFailure ? end : null,
          url: end === "succeeded" ? "ours" : null,
        }
      : null,
    stored: Array.from({ length: stored }, (_, n) => `${n}: as served`),
    inFlightUpstream: 0,
  };
}

/**
 * Waits until the user's object has nothing left to do. Moves the object's clock unless Skytells works for the user:
 * a prediction that runs longer than the row says would miss its deadline.
 */
function isSettled(user: Visitor, row: Row, prompt: string): Promise<unknown[]> {
  return vi.waitFor(
    async () => {
      const jobs = await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
        storage.sql.exec("select name from sqlite_master where name = 'jobs'").toArray().length === 0
          ? []
          : storage.sql.exec("select holds_slot, tasks, upstream from jobs").toArray(),
      );
      const open = jobs.filter(
        ({ holds_slot, tasks, upstream }) => holds_slot !== 0 || tasks !== "[]" || upstream !== "ended",
      );
      if (open.length > 0 && (moodsOf(row).has("stuck") || (await inFlightOf(user, prompt)) === 0))
        await fireNext(user);
      expect(open).toEqual([]);
      return jobs;
    },
    { timeout: 40_000, interval: 100 },
  );
}

/** Predictions of the user that run at Skytells. */
async function inFlightOf(user: Visitor, prompt: string): Promise<number> {
  return (await ledgerOf(prompt)).inFlightBy[user.id] ?? 0;
}

const sha256 = async (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** Each original in R2, compared with what the simulator says that it served. */
async function storedOf(user: Visitor, served: Record<string, { sha256: string | null }>): Promise<string[]> {
  const keys = await objectsOf(user);
  const originals = keys.filter((key) => key.startsWith("outputs/"));
  // A thumbnail without its original is an orphan.
  if (originals.length === 0) return keys;
  return Promise.all(
    originals.map(async (key) => {
      const [, , id = "", file = ""] = key.split("/");
      const bytes = await (await env.OUTPUTS.get(key))?.arrayBuffer();
      const isServed = bytes && (await sha256(bytes)) === served[`${id}/${file}`]?.sha256;
      return `${file.split(".")[0]}: ${isServed ? "as served" : "something else"}`;
    }),
  );
}

async function endOf(user: Visitor, id: string | null): Promise<string> {
  if (id === null) return "rejected";
  const response = await user.call(`/api/predictions/${id}`);
  if (response.status === 404) return "deleted";
  const { generation } = await response.json<{ generation: Generation }>();
  return generation.error?.code ?? generation.status;
}

async function play(row: Row, model: ModelId): Promise<{ outcome: Outcome; expected: Outcome }> {
  const user = await newUser();
  // Edge often ends within its create's response: always here, except where the row needs a running one.
  const prompt = newPrompt(
    row.moods,
    ...(model === "truefusion-edge" && !isRunning(row) ? ["terminal"] : []),
  );
  await set(user, {
    ...PATIENT,
    ...(row.response === "upstream_timeout" && { CREATE_TIMEOUT_SECONDS: "3" }),
  });
  const end = new AbortController();
  const carrying = carryWebhooks(user.id, deliver, end.signal);

  const response = await user.post("/api/generate", { prompt, model });
  const body = await response.json<{ generation?: Generation } & Partial<Problem>>();
  const id = body.generation?.id ?? body.pending?.id ?? null;
  if (row.does && !isRunning(row)) await isSettled(user, row, prompt);
  if (row.does === "cancel") await user.post(`/api/predictions/${id}/cancel`);
  if (row.does === "delete") await user.call(`/api/generations/${id}`, { method: "DELETE" });
  const jobs = await isSettled(user, row, prompt);
  end.abort();
  const webhooks = await carrying;

  const ledger = await ledgerOf(prompt);
  const [first, ...others] = await rowsOf(user);
  const outcome = {
    response: response.status === 202 ? 202 : (body.code ?? response.status),
    end: await endOf(user, id),
    creates: ledger.creates.length,
    made: ledger.creates.filter((create) => create.id !== null).length,
    webhooks,
    limits: await limitsOf(user),
    jobs,
    row: first
      ? {
          status: others.length > 0 ? "several rows" : String(first.status),
          error: first.error ? JSON.parse(first.error as string).code : null,
          url:
            first.output_url === `/images/${first.id as string}/0`
              ? "ours"
              : (first.output_url as string | null),
        }
      : null,
    stored: await storedOf(user, ledger.outputs),
    inFlightUpstream: ledger.inFlightBy[user.id] ?? 0,
  };
  return { outcome, expected: expected(row, webhooks.length) };
}

const cells = FAULTS.flatMap((row, index) =>
  MODELS.filter((_, at) => env.TEST_ALL || 2 * at === index % (2 * MODELS.length)).map(({ id }) => ({
    row,
    model: id,
  })),
).filter(({ row }) => env.TEST_ALL || !row.isHeavy);

/** Starts them in order, so many at a time, when the first one is asked for. */
function playAll() {
  const results = cells.map(() => Promise.withResolvers<Awaited<ReturnType<typeof play>>>());
  let next = 0;
  const player = async () => {
    for (let at = next++; at < cells.length; at = next++) {
      const { row, model } = cells[at] as (typeof cells)[number];
      const played = play(row, model);
      results[at]?.resolve(played);
      await played.catch(() => {});
    }
  };
  void Promise.all(Array.from({ length: AT_ONCE }, player));
  return results.map(({ promise }) => promise);
}

describe("the fault table", () => {
  it("has every mood of the simulator at most once", () => {
    const listed = new Set([...FAULTS.flatMap((row) => [...moodsOf(row).keys()]), ...NOT_IN_ROWS]);
    expect([...MOODS].filter((mood) => !listed.has(mood))).toEqual([]);
    const written = FAULTS.flatMap((row) => row.moods.split(",").map((mood) => mood.split("=")[0] as string));
    expect(written.filter((mood) => !MOODS.has(mood))).toEqual([]);
    expect(new Set(FAULTS.map((row) => row.moods)).size).toBe(FAULTS.length);
  });

  let results: ReturnType<typeof playAll> | null = null;
  it.each(cells.map(({ row, model }, at) => [row.moods, model, row.end, at] as const))(
    "%s on %s: %s",
    { timeout: 600_000 },
    async (_moods, _model, _end, at) => {
      results ??= playAll();
      const result = await results[at];
      expect(result?.outcome).toEqual(result?.expected);
    },
  );
});
