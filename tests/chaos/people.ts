/** People who use the studio: they click, click twice, lose the connection, cancel, delete, and look. */
import { createRandom, hash, type Random } from "../../simulator/random.ts";
import type { Generation } from "../../worker/api/schemas.ts";
import { PLANS, PROMPTS } from "./plan.ts";

/** One click on Generate, with all that was seen of it. */
export type Click = {
  user: Person;
  key: string;
  /** The seed that was asked for: unique in the run, so that the ledger tells whose create it was. */
  tag: number | null;
  at: number;
  /** Ids that answers named: pending ones and Skytells'. */
  ids: Set<string>;
  /** What the first conclusive answer said: `accepted`, `pending`, or the code of a refusal. `limit_reached` gives way to any. */
  answer: string | null;
  canceled: boolean;
  deleted: boolean;
  /** Statuses (with the error's code) in the order in which they were seen. */
  seen: string[];
  endSeenAt: number | null;
};

export type Person = { id: string; email: string; plan: keyof typeof PLANS };

export type Crowd = {
  clicks: Click[];
  /** Answers by status and code. */
  answers: Map<string, number>;
  /** What no client may ever see. */
  surprises: string[];
};

/** Longer than any job may take, restarts and all: who stops looking before has not been told. */
const WATCHED_MS = 150_000;
const PATIENCE_MS = 60_000;
/** Long enough that trying the limit is not all that the machine does. */
const LIMIT_PAUSE_MS = 1_500;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Answer = { status: number; code: string; generation: Generation | null; pendingId: string | null };

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

type Scene = {
  url: string;
  seed: number;
  crowd: Crowd;
  /** False: nobody starts anything new. */
  isOn: () => boolean;
  nextTag: () => number;
};

/** One call; null where the connection gave no whole answer. */
export async function call(
  url: string,
  cookie: string,
  method: string,
  path: string,
  { body, key, abortAfterMs }: { body?: unknown; key?: string; abortAfterMs?: number } = {},
): Promise<Answer | null> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        cookie,
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

export function createPerson(person: Person, cookie: string, scene: Scene) {
  const { url, crowd } = scene;
  const random: Random = createRandom(hash(`${scene.seed} ${person.email}`));
  const chance = (share: number) => random() < share;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let clicks = 0;

  const ask = async (...args: Parameters<typeof call> extends [string, string, ...infer R] ? R : never) => {
    const answer = await call(url, cookie, ...args);
    const name = answer === null ? "no answer" : `${answer.status} ${answer.code}`.trim();
    crowd.answers.set(name, (crowd.answers.get(name) ?? 0) + 1);
    // Nobody is there: whoever knocks all the time only keeps the Worker from starting.
    if (answer === null) await pause(300 + random() * 900);
    return answer;
  };

  function newClick(): { click: Click; body: Record<string, unknown> } {
    const tag = chance(0.4) ? scene.nextTag() : null;
    clicks += 1;
    const click: Click = {
      user: person,
      key: `${person.email} ${clicks}`,
      tag,
      at: Date.now(),
      ids: new Set(),
      answer: null,
      canceled: false,
      deleted: false,
      seen: [],
      endSeenAt: null,
    };
    crowd.clicks.push(click);
    const model = pick(["truefusion-pro", "truefusion-pro", "truefusion-edge", "truefusion-2.0"]);
    return { click, body: { prompt: pick(PROMPTS), model, ...(tag !== null && { seed: tag }) } };
  }

  function saw(click: Click, generation: Generation): void {
    click.ids.add(generation.id);
    const { status, error } = generation;
    const now = error ? `${status}/${error.code}` : status;
    const before = click.seen.at(-1);
    if (before === now) return;
    const wasEnd = before !== undefined && isEnd(before.split("/")[0] ?? "");
    const isHeal = before === "failed/timed_out" || before === "failed/unconfirmed";
    if (wasEnd && !isHeal) {
      crowd.surprises.push(`${[...click.ids].join(" = ")}: ${[...click.seen, now].join(" → ")}`);
    }
    click.seen.push(now);
    if (isEnd(status)) click.endSeenAt ??= Date.now();
  }

  /** A click sent twice at once may be refused by the limit and, a moment later, admitted: then it was admitted. */
  function accept(click: Click, answer: "accepted" | "pending"): void {
    if (click.answer === null || click.answer === "limit_reached") click.answer = answer;
  }

  /** Sends until something conclusive is said, always with the same key, as the studio does. */
  async function send(click: Click, body: unknown, abortAfterMs?: number): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    let abort = abortAfterMs;
    while (Date.now() < until) {
      const answer = await ask("POST", "/api/generate", {
        body,
        key: click.key,
        ...(abort !== undefined && { abortAfterMs: abort }),
      });
      abort = undefined;
      if (answer?.generation) {
        accept(click, "accepted");
        saw(click, answer.generation);
        return;
      }
      if (answer?.pendingId) {
        accept(click, "pending");
        click.ids.add(answer.pendingId);
        return;
      }
      const isPassing =
        answer === null ||
        answer.status === 409 ||
        answer.code === "internal" ||
        answer.code === "storage_unavailable" ||
        answer.status === 0;
      if (!isPassing) {
        if (click.answer === null || click.answer === "limit_reached") click.answer = answer.code;
        return;
      }
      await pause(150 + random() * 300);
    }
    click.answer ??= "gave up asking";
  }

  const idOf = (click: Click) => [...click.ids].at(-1);

  /** Looks until it has ended, or until it has taken too long for anybody. */
  async function watch(click: Click, untilMs: number): Promise<void> {
    const until = Date.now() + untilMs;
    while (Date.now() < until && click.endSeenAt === null && !click.deleted) {
      const id = idOf(click);
      if (id === undefined) return;
      const answer = await ask("GET", `/api/predictions/${id}`);
      if (answer?.generation) saw(click, answer.generation);
      if (click.endSeenAt === null) await pause(500 + random() * 1000);
    }
  }

  async function cancel(click: Click): Promise<void> {
    const id = idOf(click);
    if (id === undefined) return;
    // Said before it is known whether it arrived: a lost answer may have been a cancel.
    click.canceled = true;
    const answer = await ask("POST", `/api/predictions/${id}/cancel`);
    if (answer?.generation) saw(click, answer.generation);
  }

  async function remove(click: Click): Promise<void> {
    const id = idOf(click);
    if (id === undefined) return;
    click.deleted = true;
    for (let tries = 0; tries < 40; tries += 1) {
      const answer = await ask("DELETE", `/api/generations/${id}`);
      if (answer?.status === 204 || answer?.status === 404) return;
      await pause(200 + random() * 400);
    }
  }

  async function generateOnce(): Promise<void> {
    const { click, body } = newClick();
    const manner = random();
    if (manner < 0.1) await Promise.all([send(click, body), send(click, body)]);
    else if (manner < 0.18) await send(click, body, random() * 250);
    else await send(click, body);
    if (click.answer !== "accepted" && click.answer !== "pending") {
      await pause(LIMIT_PAUSE_MS * random());
      return;
    }
    const fate = random();
    if (fate < 0.1) {
      await pause(random() * 600);
      await cancel(click);
    } else if (fate < 0.17) {
      await pause(random() * 600);
      await remove(click);
      return;
    }
    await watch(click, WATCHED_MS);
    const afterwards = random();
    if (afterwards < 0.05) await remove(click);
    else if (afterwards < 0.12 && click.seen.at(-1) !== "failed/unconfirmed") await send(click, body);
  }

  async function burst(): Promise<void> {
    await Promise.all(Array.from({ length: PLANS[person.plan] + 2 }, generateOnce));
  }

  async function loop(): Promise<void> {
    while (scene.isOn()) {
      await pause(random() * 200);
      const action = random();
      if (action < 0.04) await burst();
      else await generateOnce();
    }
  }

  /** One loop more than the plan allows, so that the limit is always tried. */
  return {
    live: () => Promise.all(Array.from({ length: PLANS[person.plan] + 1 }, loop)),
  };
}
