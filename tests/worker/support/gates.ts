/**
 * Holding a user's studio exactly between two steps: a gate stands before or after one call to Skytells, D1 or R2, and
 * the studio waits there until it is opened, while anything else may happen to the same job.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { eventually, type Visitor } from "./app.ts";
import { type Intercept, interceptedEnv } from "./intercepted-env.ts";

export type Point = {
  side: "before" | "after";
  /**
   * Matched against what the call is: `skytells POST /predictions`, `skytells GET /predictions/<id>`, `output`,
   * `d1 <sql> <bound values as JSON>`, `r2 put outputs/<user>/<id>/0.png`.
   */
  call: RegExp;
};

export type Gate = {
  /** Resolves when the studio stands at the gate. */
  reached: Promise<void>;
  open: () => void;
};

type Held = Point & { arrive: () => void; opened: Promise<void> };

/** Gates by user, and whose each prediction is. */
const gates = new Map<string, Held[]>();
const owners = new Map<string, string>();
const states = new Map<string, DurableObjectState>();
/** The calls of a user's object since `traceOf`. */
const traces = new Map<string, string[]>();

async function pass<T>(userId: string, call: string, run: () => Promise<T>): Promise<T> {
  traces.get(userId)?.push(call);
  await stop(userId, call, "before");
  const result = await run();
  await stop(userId, call, "after");
  return result;
}

/** Each gate holds one call, the first that comes to it. */
async function stop(userId: string, call: string, side: Point["side"]): Promise<void> {
  const waiting = gates.get(userId) ?? [];
  const held = waiting.find((gate) => gate.side === side && gate.call.test(call));
  if (!held) return;
  waiting.splice(waiting.indexOf(held), 1);
  held.arrive();
  await held.opened;
}

function ownerOfGate(call: string): string | undefined {
  return [...gates].find(([, waiting]) => waiting.some((gate) => gate.call.test(call)))?.[0];
}

/**
 * For beforeAll: the file's fetches pass the gates of the user whose job they belong to. Returns a function that restores
 * fetch, because the next file shares the globals.
 */
export function gateSkytells(): () => void {
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const method = init?.method ?? "GET";
    const [, kind, id = ""] = /^\/(?:v1\/)?(predictions|outputs)\/?([^/]*)/.exec(url.pathname) ?? [];
    const call = kind === "outputs" ? "output" : `skytells ${method} ${url.pathname.replace("/v1", "")}`;
    if (kind !== undefined && id === "" && method === "POST") {
      const { webhook } = JSON.parse(init?.body as string) as { webhook: { url: string } };
      const userId = new URL(webhook.url).searchParams.get("user") ?? "";
      return pass(userId, call, async () => {
        const response = await real(input, init);
        const made = (await response.clone().json()) as { id?: string };
        if (made.id) owners.set(made.id, userId);
        return response;
      });
    }
    // All users share the list: the request counts as that of the user who has a gate before it.
    const owner = owners.get(id) ?? (id === "" ? ownerOfGate(call) : undefined);
    return owner === undefined ? real(input, init) : pass(owner, call, () => real(input, init));
  });
  return () => void vi.unstubAllGlobals();
}

/** Puts the gates before the storage of this user's object; before anything was asked of it. */
export async function gateStorage(user: Visitor): Promise<void> {
  const intercept: Intercept = ({ store, what, values }, run) =>
    pass(user.id, `${store} ${what} ${values.length > 0 ? JSON.stringify(values) : ""}`.trim(), run);
  await runInDurableObject(env.STUDIO.getByName(user.id), (studio, state) => {
    states.set(user.id, state);
    // The context that signing in has made has the storage without gates.
    Object.assign(studio, { env: interceptedEnv(env, intercept), sharedContext: null });
  });
}

function stand(user: Visitor, held: Held): void {
  gates.set(user.id, [...(gates.get(user.id) ?? []), held]);
}

/** Collects the calls that this user's object begins from now on. */
export function traceOf(user: Visitor): string[] {
  const trace: string[] = [];
  traces.set(user.id, trace);
  return trace;
}

export function holdAt(user: Visitor, point: Point): Gate {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  stand(user, { ...point, arrive: arrived.resolve, opened: opened.promise });
  return { reached: arrived.promise, open: opened.resolve };
}

/** The object ends there; what was only in its memory is gone, and so are the gates before its storage. */
export function crashAt(user: Visitor, point: Point): void {
  stand(user, {
    ...point,
    arrive: () => states.get(user.id)?.abort("ended at a gate"),
    opened: new Promise(() => {}),
  });
}

/** The next `times` of these calls fail. */
export function failAt(user: Visitor, call: RegExp, times: number): void {
  const arrive = () => {
    throw new Error("no response, for a test");
  };
  for (let count = 0; count < times; count += 1) {
    stand(user, { side: "before", call, arrive, opened: new Promise(() => {}) });
  }
}

/** Resolves when nothing stands before this user's calls any more. Looked for: an object's last word does not arrive. */
export function passed(user: Visitor): Promise<void> {
  return eventually(async () => expect(gates.get(user.id)).toEqual([]));
}
