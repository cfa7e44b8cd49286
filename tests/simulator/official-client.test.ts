import { createHmac } from "node:crypto";
import { createClient } from "skytells";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSimulator } from "../../simulator/server.ts";

let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, speed: 100 });
});
afterAll(() => simulator.close());

describe("the official npm client, unchanged", () => {
  it("predicts, reads, lists models, cancels and deletes", async () => {
    const client = createClient("sk-simulator", { baseUrl: simulator.url });
    const made = await client.predict({
      model: "truefusion-pro",
      input: { prompt: "a lake [mood:output-tiny]" },
    } as never);
    expect(made.id).toBeTruthy();
    expect((await client.getPrediction(made.id)).id).toBe(made.id);
    expect((await client.listModels()).length).toBeGreaterThanOrEqual(3);

    const stuck = await client.predict({
      model: "truefusion-pro",
      input: { prompt: "a hill [mood:stuck]" },
    } as never);
    await client.cancelPrediction(stuck.id);
    expect(String((await client.getPrediction(stuck.id)).status)).toMatch(/^cancell?ed$/);
    await client.deletePrediction(stuck.id);
    await expect(client.getPrediction(stuck.id)).rejects.toThrow();
  });

  it("is refused with another key", async () => {
    const client = createClient("sk-other", { baseUrl: simulator.url });
    await expect(
      client.predict({ model: "truefusion-pro", input: { prompt: "x" } } as never),
    ).rejects.toThrow();
  });
});

describe("a webhook's signature", () => {
  it("is the published one: lower-case hex HMAC-SHA256 of the raw body under the key", async () => {
    await fetch(`${simulator.url}/predictions`, {
      method: "POST",
      headers: { "x-api-key": "sk-simulator", "content-type": "application/json" },
      body: JSON.stringify({
        model: "truefusion-pro",
        input: { prompt: "a sea [mood:webhook-held,output-tiny]" },
        webhook: { url: "http://127.0.0.1:9/", events: ["prediction.succeeded"] },
      }),
    });
    const answer = await fetch(`${simulator.adminUrl}/webhooks/wait?event=prediction.succeeded`);
    const { webhooks } = (await answer.json()) as { webhooks: { body: string; signature: string }[] };
    const [held] = webhooks;
    expect(held?.signature).toBe(
      createHmac("sha256", "sk-simulator")
        .update(held?.body ?? "")
        .digest("hex"),
    );
  });
});
