/**
 * Pairs that can race. The object is held between two steps of a job; meanwhile a client acts on the same job; the
 * gate opens. Whatever the order, it ends in one state that Skytells, D1, R2, the object and the open studios share.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import {
  deliver,
  eventually,
  generate,
  limitsOf,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  rowsOf,
  type Visitor,
} from "./app.ts";
import { gateStorage, type Point } from "./gates.ts";
import { createsOf, ended, webhookOf } from "./simulator.ts";

/** One job and all that a race about it needs. */
export type Scene = {
  user: Visitor;
  prompt: string;
  key: string;
  /** Skytells' id, known as soon as Skytells has made it. */
  id: () => Promise<string>;
  send: () => Promise<Response | null>;
};

type Job = { status: string; upstream: string; holdsSlot: number; tasks: string; deleted: boolean };

export const jobsOf = (user: Visitor): Promise<Job[]> =>
  runInDurableObject(env.STUDIO.getByName(user.id), (_, state) =>
    state.storage.sql
      .exec(
        `select json_extract(document, '$.status') as status, json_extract(document, '$.deleted') as deleted,
                upstream, holds_slot as holdsSlot, tasks from jobs`,
      )
      .toArray()
      .map((row) => ({ ...row, deleted: row.deleted === 1 }) as Job),
  );

/** A request that the object's end may cut off. */
export const maybe = (response: Promise<Response>) => response.catch(() => null);

export async function setUp(...moods: string[]): Promise<Scene> {
  const user = await newUser();
  await gateStorage(user);
  const prompt = newPrompt(...moods);
  const key = crypto.randomUUID();
  const send = () => maybe(user.post("/api/generate", { prompt }, { "idempotency-key": key }));
  const id = async () => {
    const create = await eventually(async () => {
      const [first] = await createsOf(prompt);
      expect(first).toBeDefined();
      return first;
    });
    return String(create?.id);
  };
  return { user, prompt, key, id, send };
}

/** Done to a job while it is held. Resolves when the object has applied it; `response` resolves with its response. */
export type Intruder = (scene: Scene) => Promise<{ response?: Promise<Response | null> }>;

const isTakenIn = (user: Visitor, look: (job: Job) => boolean, response: Promise<unknown>) =>
  Promise.race([response, eventually(async () => expect((await jobsOf(user)).some(look)).toBe(true))]);

const deliverSuccess: Intruder = async ({ id }) => {
  expect((await deliver(await webhookOf(await id(), "succeeded"))).status).toBe(200);
  return {};
};

export const INTRUDERS: Record<string, Intruder> = {
  "its webhook": deliverSuccess,
  "its webhook, twice, and the one before": async (scene) => {
    await deliverSuccess(scene);
    await deliver(await webhookOf(await scene.id(), "started"));
    return deliverSuccess(scene);
  },
  "the alarm": async ({ user }) => {
    await runInDurableObject(env.STUDIO.getByName(user.id), (_, state) =>
      state.storage.sql.exec("update jobs set next_at = 0 where upstream <> 'creating'"),
    );
    // An alarm ends within a second, whatever it finds held.
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    return {};
  },
  "a cancel": async ({ user, id }) => {
    const response = maybe(user.post(`/api/predictions/${await nameOf(user, await id())}/cancel`));
    await isTakenIn(user, ({ status }) => status === "canceled", response);
    return { response };
  },
  "a delete": async ({ user, id }) => {
    const response = maybe(
      user.call(`/api/generations/${await nameOf(user, await id())}`, { method: "DELETE" }),
    );
    await isTakenIn(user, ({ deleted }) => deleted, response);
    return { response };
  },
  "the same click again": async ({ send }) => ({ response: send() }),
  "another click": async ({ user }) => {
    // Over the limit, or admitted: decided by the slot that the job holds, in either case.
    await user.post("/api/generate", { prompt: newPrompt("delay=0.1") });
    return {};
  },
};

export const pick = (...names: string[]): Record<string, Intruder> =>
  Object.fromEntries(Object.entries(INTRUDERS).filter(([name]) => names.includes(name)));

/** The id that a client has: the prediction's, or the pending id before there is one. */
async function nameOf(user: Visitor, id: string): Promise<string> {
  const [job] = await runInDurableObject(env.STUDIO.getByName(user.id), (_, state) =>
    state.storage.sql.exec("select id, prediction_id from jobs order by created_at limit 1").toArray(),
  );
  return (job?.prediction_id ?? job?.id ?? id) as string;
}

export const clearOf = ({ holdsSlot, tasks, upstream }: Job) =>
  holdsSlot === 0 && tasks === "[]" && upstream === "ended";

export type Ending = {
  canceled: boolean;
  deleted: boolean;
  /** What was pushed is judged too; left out where the object ended in between, and with it what it was about to say. */
  studio?: Awaited<ReturnType<typeof openStudio>>;
};

/** All that keeps something of the job agrees, and nothing of it is left running, owed, or held. */
export async function expectOneTruth({ user, prompt, id }: Scene, { canceled, deleted, studio }: Ending) {
  await eventually(async () => {
    // A request wakes an object that was evicted, and sets its alarm.
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    expect((await jobsOf(user)).every(clearOf)).toBe(true);
  });
  const creates = await createsOf(prompt);
  expect(creates, "one click, one create").toHaveLength(1);
  const prediction = await id();
  const [row, ...others] = (await rowsOf(user)).filter((one) => one.prompt === prompt);
  expect(others).toEqual([]);
  const originals = (await objectsOf(user)).filter((key) => key.includes(prediction));
  const response = await user.call(`/api/predictions/${prediction}`);
  if (deleted) {
    expect(response.status).toBe(404);
    expect(row).toBeUndefined();
    expect(originals).toEqual([]);
  } else {
    const { generation } = await response.json<{ generation: Generation }>();
    expect(generation.status).toBe(canceled ? "canceled" : "succeeded");
    expect(row).toMatchObject({ id: prediction, status: generation.status });
    expect(originals.filter((key) => key.startsWith("outputs/"))).toHaveLength(canceled ? 0 : 1);
    expect((await ended(prediction)).canonicalStatus).not.toMatch(/queued|processing/);
  }
  if (studio) expectForward(studio, prediction, deleted);
  // The slot is there for the next.
  await generate(user, newPrompt("delay=0.1"));
}

/** Pushed states only move forward, and nothing is pushed after the end. */
function expectForward({ events }: Required<Ending>["studio"], id: string, deleted: boolean) {
  const rank = { queued: 0, processing: 1, canceled: 2, failed: 2, succeeded: 2 } as const;
  const told = events.flatMap((event) =>
    event.type === "generation" && event.generation.id === id ? [event.generation.status] : [],
  );
  expect(told).toEqual([...told].sort((a, b) => rank[a] - rank[b]));
  expect(new Set(told.filter((status) => rank[status] === 2)).size).toBeLessThanOrEqual(1);
  if (!deleted) return;
  const gone = events.findIndex((event) => event.type === "deleted");
  const after = events.slice(gone + 1).filter((e) => e.type === "generation" && e.generation.id === id);
  expect(gone).toBeGreaterThanOrEqual(0);
  expect(after).toEqual([]);
}

export const at = (side: Point["side"], call: RegExp): Point => ({ side, call });

/** Delivers the final webhook of the job; none if the prediction was deleted at Skytells. */
export async function deliverEnd({ id }: Scene): Promise<void> {
  const prediction = await id();
  const end = await ended(prediction).catch(() => null);
  if (!end) return;
  const news = await webhookOf(prediction, end.canonicalStatus as "succeeded" | "failed" | "canceled");
  await eventually(async () => expect((await maybe(deliver(news)))?.status).toBe(200));
}

const isLong = env.TEST_ALL !== "";

/** All pairs of a point and an intruder. The short form takes about one in seven, with each point at least once. */
export function cross(way: Record<string, Point>, intruders: Record<string, Intruder>) {
  const others = Object.entries(intruders);
  const step = Math.min(7, others.length);
  return Object.entries(way).flatMap(([where, point], row) =>
    others
      .filter((_, column) => isLong || (row + column) % step === 0)
      .map(([who, intruder]) => ({ where, point, who, intruder })),
  );
}

/** The points at which the object ends. The short form takes every third. */
export const crashPoints = (way: Record<string, Point>) =>
  Object.entries(way).filter((_, index) => isLong || index % 3 === 0);
