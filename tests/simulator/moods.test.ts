import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "./harness.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

const requestOf = (prompt: string) => ({ model: "truefusion-pro", input: { prompt } });
const idsOfLedger = async (prompt: string): Promise<(string | null)[]> => {
  const { creates } = await simulator.admin("/ledger");
  return creates
    .filter((entry: { prompt: string }) => entry.prompt === prompt)
    .map((entry: { id: string | null }) => entry.id);
};

describe("a create with the mood", () => {
  it.each([
    ["refused", 451, "CONTENT_POLICY_VIOLATION"],
    ["create-401", 401, "UNAUTHORIZED"],
    ["create-402", 402, "INSUFFICIENT_CREDITS"],
    ["create-429", 429, "RATE_LIMIT_EXCEEDED"],
    ["create-500", 500, "INTERNAL_ERROR"],
    ["create-502", 502, "INFERENCE_ERROR"],
    ["create-503", 503, "SERVICE_UNAVAILABLE"],
    ["create-504", 504, "INFERENCE_TIMEOUT"],
  ])("%s fails without a prediction", async (mood, status, errorId) => {
    const prompt = `x [mood:${mood}]`;
    const response = await simulator.post("/predictions", requestOf(prompt));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      status: false,
      error: { error_id: errorId, http_status: status },
    });
    expect(await idsOfLedger(prompt)).toEqual([null]);
  });

  it("create-429=7 sets Retry-After; with create-429-once the second create succeeds", async () => {
    expect(
      (await simulator.post("/predictions", requestOf("[mood:create-429=7]"))).headers.get("retry-after"),
    ).toBe("7");
    const once = requestOf("[mood:create-429-once=2]");
    expect((await simulator.post("/predictions", once)).status).toBe(429);
    expect((await simulator.post("/predictions", once)).status).toBe(201);
  });

  it("create-500=created responds with the error and creates the prediction", async () => {
    const prompt = "[mood:create-500=created]";
    expect((await simulator.post("/predictions", requestOf(prompt))).status).toBe(500);
    expect(await idsOfLedger(prompt)).toEqual([expect.any(String)]);
  });

  it("create-html responds with a gateway's HTML page", async () => {
    const response = await simulator.post("/predictions", requestOf("[mood:create-html]"));
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  it("create-unparsable or create-status-false creates the prediction", async () => {
    const broken = await simulator.post("/predictions", requestOf("[mood:create-unparsable]"));
    expect(broken.status).toBe(200);
    await expect(broken.json()).rejects.toThrow(SyntaxError);
    expect(await idsOfLedger("[mood:create-unparsable]")).toEqual([expect.any(String)]);
    const odd = await simulator.post("/predictions", requestOf("[mood:create-status-false]"));
    expect(odd.status).toBe(200);
    expect(await odd.json()).toMatchObject({ status: false, id: expect.any(String) });
  });

  it("answer-lost or answer-never closes the connection, with and without a prediction", async () => {
    await expect(simulator.post("/predictions", requestOf("[mood:answer-lost]"))).rejects.toThrow();
    await expect(simulator.post("/predictions", requestOf("[mood:answer-never]"))).rejects.toThrow();
    expect(await idsOfLedger("[mood:answer-lost]")).toEqual([expect.any(String)]);
    expect(await idsOfLedger("[mood:answer-never]")).toEqual([null]);
  });

  it("terminal is ended in the response; with answer-slow the response is late", async () => {
    expect(await simulator.create({ prompt: "[mood:terminal]" })).toMatchObject({ status: "succeeded" });
    const before = performance.now();
    await simulator.create({ prompt: "[mood:answer-slow=0.2]" });
    expect(performance.now() - before).toBeGreaterThan(190);
  });
});

describe("a prediction with the mood", () => {
  it.each([
    ["failed", { status: "failed", error: "The model stopped unexpectedly." }],
    ["nsfw", { status: "failed", error: "NSFW content detected." }],
    ["failed,error-object", { error: { message: "The model stopped unexpectedly." } }],
    ["status=completed", { status: "completed", output: [expect.any(String)] }],
    ["status=aborted", { status: "aborted", output: null }],
    ["status=error", { status: "error" }],
    ["output-string", { output: expect.stringMatching(/^http/) }],
    ["output-objects", { output: [{ url: expect.any(String) }] }],
    [
      "output-storage-files",
      { output: null, metadata: { storage: { files: [{ url: expect.any(String) }] } } },
    ],
    ["output-foreign", { output: [expect.stringMatching(/^https:\/\/evil-skytells\.ai\.example\//)] }],
    ["input-empty", { input: {} }],
    ["model-string", { model: "truefusion-pro" }],
    ["model-vendor", { model: { name: "skytells/truefusion-pro" } }],
    ["times=offset", { completed_at: expect.stringMatching(/\d\+00:00$/) }],
    ["no-such-mood", { status: "succeeded" }],
  ])("%s", async (mood, shape) => {
    expect(await simulator.run({ prompt: `x [mood:${mood}]` })).toMatchObject(shape);
  });

  it("output-many has four outputs, with webhook-field-absent no webhook field", async () => {
    const many = await simulator.run(
      { prompt: "[mood:output-many,webhook-field-absent,webhook-lost]" },
      { webhook: "http://127.0.0.1:9/" },
    );
    expect(many.output).toHaveLength(4);
    expect(many).not.toHaveProperty("webhook");
  });

  it("delay takes exactly that time; stuck ends only through the admin API", async () => {
    const before = performance.now();
    await simulator.run({ prompt: "[mood:delay=0.3]" });
    expect(performance.now() - before).toBeGreaterThan(290);
    const { id } = await simulator.create({ prompt: "[mood:stuck]" });
    expect(await simulator.admin(`/predictions/${id}`)).toMatchObject({ hasEnded: false, endsAfterMs: null });
    expect(await simulator.admin(`/predictions/${id}/finish`, "POST")).toMatchObject({ status: "succeeded" });
  });

  it("get-429, get-500 or cancel-500 fails the first N times", async () => {
    const { id } = await simulator.create({ prompt: "[mood:stuck,get-429=1,get-500=1,cancel-500]" });
    const statusOf = async () => (await simulator.call(`/predictions/${id}`)).status;
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([429, 500, 200]);
    const cancel = async () => (await simulator.post(`/predictions/${id}/cancel`, {})).status;
    expect([await cancel(), await cancel(), await cancel(), await cancel()]).toEqual([500, 500, 500, 200]);
  });

  it("get-502-failed is reported as an error after it failed", async () => {
    const { id } = await simulator.create({ prompt: "[mood:terminal,failed,get-502-failed]" });
    const response = await simulator.call(`/predictions/${id}`);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { error_id: "PREDICTION_FAILED" } });
  });

  it("cancel-success responds with success only; with cancel-ignored it runs to its end", async () => {
    const { id } = await simulator.create({ prompt: "[mood:delay=0.1,cancel-success,cancel-ignored]" });
    const response = await simulator.post(`/predictions/${id}/cancel`, {});
    expect(await response.json()).toEqual({ success: true });
    expect(await simulator.ended(id)).toMatchObject({ status: "succeeded" });
  });
});

describe("global moods", () => {
  it("apply until they are deleted", async () => {
    const own = await startTestSimulator();
    await own.admin("/moods", "PUT", { moods: ["terminal", "list-bare"] });
    expect(await own.create({ prompt: "x" })).toMatchObject({ status: "succeeded" });
    expect(await (await own.call("/predictions")).json()).toEqual([
      expect.objectContaining({ status: "succeeded" }),
    ]);
    await own.admin("/moods", "DELETE");
    expect(await own.create({ prompt: "x" })).toMatchObject({ status: "queued" });
    expect(await own.admin("/moods", "PUT", { moods: ["termnal"] })).toMatchObject({ unknown: ["termnal"] });
    await own.close();
  });

  it("with a probability are drawn, and equal seeds draw equally", async () => {
    const own = await startTestSimulator();
    const draw = async () => {
      await own.admin("/moods", "PUT", { probability: { "create-503": 0.5 }, seed: 7 });
      const statuses: number[] = [];
      for (let turn = 0; turn < 20; turn += 1)
        statuses.push((await own.post("/predictions", requestOf("x"))).status);
      return statuses;
    };
    const first = await draw();
    expect(new Set(first)).toEqual(new Set([201, 503]));
    expect(await draw()).toEqual(first);
    await own.close();
  });
});

describe("an outage", () => {
  it.each([
    ["500", 500],
    ["503", 503],
    ["429", 429],
    ["html", 502],
  ])("of kind %s has its status until it ends", async (kind, status) => {
    const own = await startTestSimulator();
    await own.admin("/outage", "PUT", { for: 60, kind });
    expect((await own.call("/models")).status).toBe(status);
    await own.admin("/outage", "PUT", { for: 0, kind });
    expect((await own.call("/models")).status).toBe(200);
    await own.close();
  });

  it("of kind timeout sends no response", async () => {
    const own = await startTestSimulator();
    await own.admin("/outage", "PUT", { for: 0.2, kind: "timeout" });
    await expect(own.call("/models")).rejects.toThrow();
    expect((await own.call("/models")).status).toBe(200);
    await own.close();
  });
});

describe("a prediction of several images", () => {
  const input = (moods: string) => ({ prompt: `x [mood:terminal,${moods}]`, number_of_images: 3 });

  it("has fewer outputs than requested with output-fewer, and at least one", async () => {
    const own = await startTestSimulator();
    expect((await own.create(input("output-fewer")))["output"]).toHaveLength(2);
    expect((await own.create(input("output-fewer=2")))["output"]).toHaveLength(1);
    expect((await own.create(input("output-fewer=9")))["output"]).toHaveLength(1);
    await own.close();
  });

  it("has one output that is HTML with output-broken", async () => {
    const own = await startTestSimulator();
    for (const [mood, broken] of [
      ["output-broken", 1],
      ["output-broken=0", 0],
    ] as const) {
      const { output } = await own.create(input(`output-tiny,${mood}`));
      const types = await Promise.all(
        (output as string[]).map(async (url) => (await fetch(url)).headers.get("content-type")),
      );
      expect(types.map((type) => type?.startsWith("text/html"))).toEqual([0, 1, 2].map((n) => n === broken));
    }
    await own.close();
  });
});
