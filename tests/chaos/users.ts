/**
 * Simulated users: they generate, send twice, lose the connection, cancel, delete, poll, ask for several images, and use
 * reference images. Some of their requests come from programs with an API key.
 */
import { createRandom, hash, type Random } from "../../simulator/random.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { PLAN_SLOTS, PROMPTS, REFERENCE_MODEL } from "./options.ts";
import { type ClickReference, randomPng, sha256, upload } from "./references.ts";

export type User = { id: string; email: string; plan: keyof typeof PLAN_SLOTS };

/** One click on Generate, and everything that its user saw of it. */
export type Click = {
  user: User;
  key: string;
  /** The requested seed, unique in the run: it identifies the click in the simulator's ledger. */
  seed: number | null;
  reference: ClickReference | null;
  at: number;
  /** Ids from responses: first the pending one, then the prediction's. */
  ids: Set<string>;
  /** `accepted`, `pending`, or the error code of the first conclusive response. */
  outcome: string | null;
  canceled: boolean;
  deleted: boolean;
  /** Statuses (with the error code) in the order in which the user saw them. */
  seen: string[];
  endSeenAt: number | null;
};

export type UserLog = {
  clicks: Click[];
  /** SHA-256 of the files that each user has sent as uploads, by user id. */
  uploads: Map<string, Set<string>>;
  /** Counts by status and code. */
  responses: Map<string, number>;
  /** Status changes that no client may see. */
  invalidChanges: string[];
};

/** Longer than any job takes, restarts included. */
const MAX_WATCH_MS = 150_000;
const MAX_SEND_MS = 60_000;
/** Limits how much of the machine's time goes into rejected requests. */
const LIMIT_PAUSE_MS = 1_500;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type ApiResponse = { status: number; code: string; generation: Generation | null; pendingId: string | null };

export const isEnd = (status: string) => ["succeeded", "failed", "canceled"].includes(status);

export async function signIn(url: string, email: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/dev`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  if (response.status !== 204) throw new Error(`Sign-in: ${response.status} ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

type Context = {
  url: string;
  seed: number;
  log: UserLog;
  /** False: users finish what they have started. */
  isRunning: () => boolean;
  nextSeed: () => number;
};

/** The headers of a session's cookie, or of `Bearer` with an API key. */
export const headersOf = (credential: string): Record<string, string> =>
  credential.startsWith("Bearer ") ? { authorization: credential } : { cookie: credential };

/** Null: no complete response arrived. */
export async function call(
  url: string,
  credential: string,
  method: string,
  path: string,
  { body, key, abortAfterMs }: { body?: unknown; key?: string; abortAfterMs?: number } = {},
): Promise<ApiResponse | null> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headersOf(credential),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(abortAfterMs ?? 30_000),
    });
    const text = await response.text();
    const json = (text === "" ? {} : JSON.parse(text)) as {
      code?: string;
      generation?: Generation;
      pending?: { id: string };
    };
    return {
      status: response.status,
      code: json.code ?? "",
      generation: json.generation ?? null,
      pendingId: json.pending?.id ?? null,
    };
  } catch {
    return null;
  }
}

/** `credentials`: each request uses one of them. */
export async function simulateUser(
  user: User,
  credentials: readonly string[],
  context: Context,
): Promise<void> {
  const { url, log } = context;
  const random: Random = createRandom(hash(`${context.seed} ${user.email}`));
  const chance = (share: number) => random() < share;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let clickCount = 0;

  const send = async (...args: Parameters<typeof call> extends [string, string, ...infer R] ? R : never) => {
    const response = await call(url, pick(credentials), ...args);
    const name = response === null ? "no response" : `${response.status} ${response.code}`.trim();
    log.responses.set(name, (log.responses.get(name) ?? 0) + 1);
    // Immediate retries would slow down the Worker's restart.
    if (response === null) await pause(300 + random() * 900);
    return response;
  };

  /** An image of the user for about one in seven clicks: a new upload, or the last finished image. */
  async function chooseReference(): Promise<ClickReference | null> {
    if (!chance(0.15)) return null;
    const finished = log.clicks.findLast(
      (click) => click.user === user && click.seen.at(-1) === "succeeded" && !click.deleted,
    );
    const generation = finished && idOf(finished);
    if (generation !== undefined && chance(0.5)) return { body: { generation }, sha256: null };
    const file = randomPng(random);
    const digest = sha256(file);
    log.uploads.set(user.id, (log.uploads.get(user.id) ?? new Set()).add(digest));
    const id = await upload(url, headersOf(pick(credentials)), file);
    return id === null ? null : { body: { upload: id }, sha256: digest };
  }

  function createClick(reference: ClickReference | null): { click: Click; body: Record<string, unknown> } {
    const seed = chance(0.4) ? context.nextSeed() : null;
    clickCount += 1;
    const click: Click = {
      user,
      key: `${user.email} ${clickCount}`,
      seed,
      reference,
      at: Date.now(),
      ids: new Set(),
      outcome: null,
      canceled: false,
      deleted: false,
      seen: [],
      endSeenAt: null,
    };
    log.clicks.push(click);
    const model = reference
      ? REFERENCE_MODEL
      : pick(["truefusion-pro", "truefusion-pro", "truefusion-edge", "truefusion-2.0"]);
    // The schema of truefusion-edge has no count.
    const count = model !== "truefusion-edge" && chance(0.2) ? pick([2, 3, 4]) : null;
    const options = {
      ...(seed !== null && { seed }),
      ...(count !== null && { count }),
      ...(reference && { reference: reference.body }),
    };
    return { click, body: { prompt: pick(PROMPTS), model, ...options } };
  }

  function recordStatus(click: Click, generation: Generation): void {
    click.ids.add(generation.id);
    const { status, error } = generation;
    const current = error ? `${status}/${error.code}` : status;
    const previous = click.seen.at(-1);
    if (previous === current) return;
    const hadEnded = previous !== undefined && isEnd(previous.split("/")[0] ?? "");
    // A late success may correct these two.
    const isCorrection = previous === "failed/timed_out" || previous === "failed/unconfirmed";
    if (hadEnded && !isCorrection) {
      log.invalidChanges.push(`${[...click.ids].join(" = ")}: ${[...click.seen, current].join(" → ")}`);
    }
    click.seen.push(current);
    if (isEnd(status)) click.endSeenAt ??= Date.now();
  }

  /** Of a click that was sent twice, one request may be rejected by the limit and the other one accepted. */
  function setOutcome(click: Click, outcome: string): void {
    if (click.outcome === null || click.outcome === "limit_reached") click.outcome = outcome;
  }

  /** Retries with the same key until a response is conclusive, as the studio does. */
  async function generate(click: Click, body: unknown, abortFirstAfterMs?: number): Promise<void> {
    const until = Date.now() + MAX_SEND_MS;
    let abortAfterMs = abortFirstAfterMs;
    while (Date.now() < until) {
      const response = await send("POST", "/api/generate", {
        body,
        key: click.key,
        ...(abortAfterMs !== undefined && { abortAfterMs }),
      });
      abortAfterMs = undefined;
      if (response?.generation) {
        setOutcome(click, "accepted");
        recordStatus(click, response.generation);
        return;
      }
      if (response?.pendingId) {
        setOutcome(click, "pending");
        click.ids.add(response.pendingId);
        return;
      }
      const isTransient =
        response === null ||
        response.status === 409 ||
        response.code === "internal" ||
        response.code === "storage_unavailable" ||
        response.status === 0;
      if (!isTransient) {
        setOutcome(click, response.code);
        return;
      }
      await pause(150 + random() * 300);
    }
    click.outcome ??= "no conclusive response";
  }

  const idOf = (click: Click) => [...click.ids].at(-1);

  async function watch(click: Click): Promise<void> {
    const until = Date.now() + MAX_WATCH_MS;
    while (Date.now() < until && click.endSeenAt === null && !click.deleted) {
      const id = idOf(click);
      if (id === undefined) return;
      const response = await send("GET", `/api/predictions/${id}`);
      if (response?.generation) recordStatus(click, response.generation);
      if (click.endSeenAt === null) await pause(500 + random() * 1000);
    }
  }

  async function cancel(click: Click): Promise<void> {
    const id = idOf(click);
    if (id === undefined) return;
    // Set before the request: it may take effect although its response is lost.
    click.canceled = true;
    const response = await send("POST", `/api/predictions/${id}/cancel`);
    if (response?.generation) recordStatus(click, response.generation);
  }

  async function remove(click: Click): Promise<void> {
    const id = idOf(click);
    if (id === undefined) return;
    click.deleted = true;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const response = await send("DELETE", `/api/generations/${id}`);
      if (response?.status === 204 || response?.status === 404) return;
      await pause(200 + random() * 400);
    }
  }

  async function generateOnce(): Promise<void> {
    const { click, body } = createClick(await chooseReference());
    const sending = random();
    if (sending < 0.1) await Promise.all([generate(click, body), generate(click, body)]);
    else if (sending < 0.18) await generate(click, body, random() * 250);
    else await generate(click, body);
    if (click.outcome !== "accepted" && click.outcome !== "pending") {
      await pause(LIMIT_PAUSE_MS * random());
      return;
    }
    const next = random();
    if (next < 0.1) {
      await pause(random() * 600);
      await cancel(click);
    } else if (next < 0.17) {
      await pause(random() * 600);
      await remove(click);
      return;
    }
    await watch(click);
    const afterEnd = random();
    if (afterEnd < 0.05) await remove(click);
    else if (afterEnd < 0.12 && click.seen.at(-1) !== "failed/unconfirmed") await generate(click, body);
  }

  async function loop(): Promise<void> {
    while (context.isRunning()) {
      await pause(random() * 200);
      if (random() < 0.04) {
        await Promise.all(Array.from({ length: PLAN_SLOTS[user.plan] + 2 }, generateOnce));
      } else await generateOnce();
    }
  }

  // One loop more than the plan has slots, so that the limit is always tested.
  await Promise.all(Array.from({ length: PLAN_SLOTS[user.plan] + 1 }, loop));
}
