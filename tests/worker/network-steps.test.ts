/** How many calls a create and a push wait for, one after another, and that D1 is not among those of a push. */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from "vitest";
import recorded from "../../docs/data/call-counts.json";
import type { StudioEvent } from "../../worker/api/schemas/event.ts";
import { canonicalJson } from "../../worker/studio/canonical-json.ts";
import { entriesOf } from "../zip.ts";
import {
  deliver,
  eventually,
  generate,
  isIdle,
  killStudio,
  newPrompt,
  newUser,
  openStudio,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { gateSkytells, gateStorage, holdAt, traceOf } from "./support/gates.ts";
import { webhookOf } from "./support/simulator.ts";

let ungate = () => {};
/** One for the whole file: concurrent tests would take each other's spies away. On the prototype, which every `DB` has. */
let prepare: MockInstance<D1Database["prepare"]>;
beforeAll(() => {
  ungate = gateSkytells();
  prepare = vi.spyOn(env.DB.constructor.prototype as D1Database, "prepare");
});
afterAll(() => {
  ungate();
  prepare.mockRestore();
});

/** A generation whose success is shown, and whose row in D1 says otherwise until the gate is opened. */
async function unrecordedSuccess(user: Visitor) {
  const { id } = await generate(user, newPrompt("delay=0.3"));
  const gate = holdAt(user, { side: "before", call: /^d1 update/ });
  await deliver(await webhookOf(id, "succeeded"));
  await reaches(user, id, "succeeded");
  expect(await statusInD1(user)).toEqual(["queued"]);
  return { id, gate };
}

async function gatedUser(): Promise<Visitor> {
  const user = await newUser();
  await gateStorage(user);
  return user;
}

const successesIn = (events: StudioEvent[]) =>
  events.flatMap((event) =>
    event.type === "generation" && event.generation.status === "succeeded" ? [event.generation] : [],
  );

const isPushed = ({ events }: { events: StudioEvent[] }) =>
  eventually(async () => expect(successesIn(events)).toHaveLength(1));

const statusInD1 = async (user: Visitor) => (await rowsOf(user)).map(({ status }) => status);

describe.concurrent("a success is pushed after two calls, the output and R2, while D1 hangs", () => {
  it("when its webhook is the first news", async () => {
    const user = await gatedUser();
    const studio = await openStudio(user);
    const { id } = await generate(user, newPrompt("delay=0.2"));
    const webhook = await webhookOf(id, "succeeded");
    const trace = traceOf(user);
    const gate = holdAt(user, { side: "before", call: /^d1 / });
    await deliver(webhook);
    await isPushed(studio);
    const others = trace.filter((call) => !call.startsWith("d1"));
    const steps = others.slice(0, recorded.pushSteps);
    expect(steps).toEqual(["output", `r2 put outputs/${user.id}/${id}/0.png`]);
    await gate.reached;
    expect(await statusInD1(user)).toEqual(["queued"]);
    gate.open();
    await eventually(async () => expect(await statusInD1(user)).toEqual(["succeeded"]));
    expect(successesIn(studio.events)).toHaveLength(1);
  });

  it("when D1 hangs in the write of an earlier status", async () => {
    const user = await gatedUser();
    const studio = await openStudio(user);
    const { id } = await generate(user, newPrompt("delay=0.3"));
    const gate = holdAt(user, { side: "before", call: /^d1 update/ });
    await deliver(await webhookOf(id, "started"));
    await gate.reached;
    await deliver(await webhookOf(id, "succeeded"));
    await isPushed(studio);
    expect(await statusInD1(user)).toEqual(["queued"]);
    gate.open();
    await eventually(async () => expect(await statusInD1(user)).toEqual(["succeeded"]));
    await isIdle(user);
  });

  it("when the create's response has it, before Generate responds", async () => {
    const user = await gatedUser();
    const studio = await openStudio(user);
    const gate = holdAt(user, { side: "before", call: /^d1 insert into "(?!models)/ });
    const response = user.post("/api/generate", { prompt: newPrompt("terminal") });
    await gate.reached;
    await isPushed(studio);
    expect(await statusInD1(user)).toEqual([]);
    gate.open();
    expect((await response).status).toBe(202);
    await eventually(async () => expect(await statusInD1(user)).toEqual(["succeeded"]));
  });

  it.each<[what: string, request: (user: Visitor, id: string) => Promise<Response>, statement: RegExp]>([
    [
      "shared",
      (user, id) => user.post(`/api/generations/${id}/share`, {}),
      /^update.*"share_token" = coalesce/,
    ],
    ["exported", (user) => user.call("/api/account/export?part=1"), /from "collection_items"/],
  ])("and can be %s before D1 has it", async (_, request, statement) => {
    const user = await gatedUser();
    const { id, gate } = await unrecordedSuccess(user);
    const response = request(user, id);
    await eventually(async () => expect(prepare.mock.calls.some(([sql]) => statement.test(sql))).toBe(true));
    gate.open();
    expect((await response).status).toBe(200);
    const bytes = new Uint8Array(await (await response).arrayBuffer());
    if ((await response).headers.get("content-type") === "application/zip") {
      expect(entriesOf(bytes).filter(({ name }) => name.startsWith("images/"))).toHaveLength(1);
    }
  });

  it("and once more with the favorite that D1 has", async () => {
    const user = await gatedUser();
    const studio = await openStudio(user);
    const { id } = await generate(user, newPrompt("delay=0.2"));
    const webhook = await webhookOf(id, "succeeded");
    const patch = await user.call(`/api/generations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: '{"favorite":true}',
    });
    expect(patch.status).toBe(200);
    await deliver(webhook);
    await eventually(async () =>
      expect(successesIn(studio.events).map(({ favorite }) => favorite)).toEqual([false, true]),
    );
  });
});

describe("a create waits for three calls", () => {
  it.each(["warm", "cold"])("D1, Skytells, D1: %s", async (kind) => {
    const user = await newUser();
    if (kind === "warm") {
      const { id } = await generate(user, newPrompt("terminal"));
      await reaches(user, id, "succeeded");
      await isIdle(user);
    } else {
      // Older than an hour: refreshed after the response.
      await env.DB.prepare("update models set fetched_at = 0").run();
      await killStudio(user);
    }
    await gateStorage(user);
    const trace = traceOf(user);
    await generate(user, newPrompt("delay=5"));
    const foreground = trace.filter((call) => !call.startsWith('d1 insert into "models"'));
    expect(foreground.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
      "d1 select",
      "skytells POST",
      "d1 insert",
    ]);
    expect(foreground).toHaveLength(recorded.createSteps);
  });
});

describe("the fingerprint of a request", () => {
  it("does not depend on the order of keys", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(
      canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }),
    );
  });

  it("differs with a nested value", () => {
    const request = (id: string) => canonicalJson({ prompt: "a dog", reference: { upload: id } });
    expect(request("1")).not.toBe(request("2"));
  });

  it("is that of earlier versions for requests without nested values", () => {
    const body = { seed: 1, prompt: "a dog" };
    expect(canonicalJson(body)).toBe(JSON.stringify(body, Object.keys(body).sort()));
  });
});
