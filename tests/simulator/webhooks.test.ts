import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KEY, startReceiver, startTestSimulator, type TestSimulator } from "./harness.ts";

let simulator: TestSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  simulator = await startTestSimulator();
  receiver = await startReceiver();
});
beforeEach(() => void receiver.received.splice(0));
afterAll(() => Promise.all([simulator.close(), receiver.close()]));

const hmac = (body: string, key: string) => createHmac("sha256", key).update(body).digest("hex");

async function runWith(mood: string, count: number, events?: string[]) {
  const webhook = { url: `${receiver.url}?user=u1`, ...(events && { events }) };
  const { id } = await simulator.create({ prompt: `hooks [mood:${mood}]` }, { webhook });
  const { webhooks } = await simulator.deliveries(id, count);
  return { id, webhooks, types: receiver.received.map((hook) => hook.json.type) };
}

describe("webhooks", () => {
  it("are signed over the raw body with the key", async () => {
    await runWith("", 2);
    expect(receiver.received).toHaveLength(2);
    for (const { headers, body, json } of receiver.received) {
      expect(headers["x-skytells-signature"]).toBe(hmac(body, KEY));
      expect(json).toMatchObject({ created_at: expect.any(String), data: { id: expect.any(String) } });
    }
    expect(receiver.received[1]?.json.data).toMatchObject({
      status: "succeeded",
      output: [expect.any(String)],
    });
  });

  it("are signed with the webhook secret if it is set", async () => {
    const own = await startTestSimulator({ webhookSecret: "whsec" });
    const { id } = await own.create({ prompt: "x" }, { webhook: { url: receiver.url } });
    await own.deliveries(id, 2);
    const last = receiver.received.at(-1);
    expect(last?.headers["x-skytells-signature"]).toBe(hmac(last?.body ?? "", "whsec"));
    await own.close();
  });

  it("are sent only for the requested events", async () => {
    expect((await runWith("", 1, ["prediction.succeeded"])).types).toEqual(["prediction.succeeded"]);
  });

  it("report a failed and a canceled prediction", async () => {
    expect((await runWith("failed", 2)).types).toContain("prediction.failed");
    const { id } = await runWith("stuck", 1);
    await simulator.post(`/predictions/${id}/cancel`, {});
    await simulator.deliveries(id, 2);
    expect(receiver.received.at(-1)?.json.type).toBe("prediction.cancelled");
  });

  it("are attempted three times", async () => {
    const broken = await startReceiver(() => 500);
    const { id } = await simulator.create(
      { prompt: "x" },
      { webhook: { url: broken.url, events: ["prediction.succeeded"] } },
    );
    const { webhooks } = await simulator.deliveries(id, 3);
    expect(webhooks.map((hook: { attempt: number; status: number }) => [hook.attempt, hook.status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
    ]);
    await broken.close();
  });
});

describe("a webhook with the mood", () => {
  it("webhook-lost is in the ledger but not sent", async () => {
    const { webhooks } = await runWith("webhook-lost", 2);
    expect(webhooks[0]).toMatchObject({ status: null, error: "lost", attempt: 0 });
    expect(receiver.received).toHaveLength(0);
  });

  it("webhook-held is in the ledger with body and signature for a later delivery", async () => {
    const { webhooks } = await runWith("webhook-held", 2);
    expect(receiver.received).toHaveLength(0);
    expect(webhooks[1]).toMatchObject({ error: "held", event: "prediction.succeeded" });
    expect(webhooks[1].signature).toBe(hmac(webhooks[1].body, KEY));
  });

  it("webhook-doubled is sent twice", async () => {
    const { types } = await runWith("webhook-doubled", 4);
    expect(types.filter((type) => type === "prediction.started")).toHaveLength(2);
    expect(types.filter((type) => type === "prediction.succeeded")).toHaveLength(2);
  });

  it("webhook-out-of-order is sent for the end before the start", async () => {
    const { types } = await runWith("webhook-out-of-order", 2);
    expect(types).toEqual(["prediction.succeeded", "prediction.started"]);
  });

  it("webhook-early arrives before the create's response, which says queued", async () => {
    const created = await simulator.create(
      { prompt: "[mood:webhook-early]" },
      { webhook: { url: receiver.url } },
    );
    expect(receiver.received.map((hook) => hook.json.type)).toEqual([
      "prediction.started",
      "prediction.succeeded",
    ]);
    expect(created.status).toBe("queued");
    expect((await simulator.get(created.id)).status).toBe("succeeded");
  });

  it("webhook-unsigned has no signature, and with webhook-wrong-key a wrong one", async () => {
    await runWith("webhook-unsigned", 2);
    expect(receiver.received[0]?.headers["x-skytells-signature"]).toBeUndefined();
    receiver.received.splice(0);
    await runWith("webhook-wrong-key", 2);
    const [hook] = receiver.received;
    expect(hook?.headers["x-skytells-signature"]).toMatch(/^[0-9a-f]{64}$/);
    expect(hook?.headers["x-skytells-signature"]).not.toBe(hmac(hook?.body ?? "", KEY));
  });

  it("webhook-bare has no envelope, and with webhook-sdk the SDK's event names", async () => {
    await runWith("webhook-bare", 2);
    expect(receiver.received[1]?.json).toMatchObject({ id: expect.any(String), status: "succeeded" });
    receiver.received.splice(0);
    expect((await runWith("webhook-sdk", 2)).types).toEqual(["prediction.started", "prediction.completed"]);
  });
});

describe("the admin API", () => {
  it("sends a webhook again", async () => {
    const { id } = await runWith("webhook-lost", 2);
    await simulator.admin(`/predictions/${id}/webhook`, "POST", { repeat: 2 });
    expect(receiver.received.map((hook) => hook.json.type)).toEqual([
      "prediction.succeeded",
      "prediction.succeeded",
    ]);
  });

  it("reports the maximum in flight, in total and by user", async () => {
    const own = await startTestSimulator();
    const webhook = (user: string) => ({ webhook: { url: `${receiver.url}?job=1&user=${user}` } });
    const jobs = await Promise.all(
      ["a", "a", "b"].map((user) => own.create({ prompt: "[mood:stuck]" }, webhook(user))),
    );
    await own.post(`/predictions/${jobs[0].id}/cancel`, {});
    await own.admin(`/predictions/${jobs[2].id}/finish`, "POST");
    const ledger = await own.admin("/ledger");
    expect(ledger).toMatchObject({
      inFlight: 1,
      maxInFlight: 3,
      inFlightBy: { a: 1 },
      maxInFlightBy: { a: 2, b: 1 },
      cancels: { total: 1 },
    });
    expect(ledger.creates).toHaveLength(3);
    await own.admin("/ledger/reset", "POST");
    expect(await own.admin("/ledger")).toMatchObject({
      creates: [],
      maxInFlight: 1,
      maxInFlightBy: { a: 1 },
    });
    await own.close();
  });
});
