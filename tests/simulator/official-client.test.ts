import { createHmac } from "node:crypto";
import { createClient } from "skytells";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../simulator/server.ts";

let simulator: Awaited<ReturnType<typeof startSimulator>>;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, speed: 100 });
});
afterAll(() => simulator.close());

describe("Skytells' npm client", () => {
  it("predicts, reads, lists models, cancels and deletes", async () => {
    const client = createClient("sk-simulator", { baseUrl: simulator.url });
    const created = await client.predict({
      model: "truefusion-pro",
      input: { prompt: "a lake [mood:output-tiny]" },
    } as never);
    expect(created.id).toBeTruthy();
    expect((await client.getPrediction(created.id)).id).toBe(created.id);
    expect((await client.streamPrediction(created.id)).id).toBe(created.id);
    const models = await client.listModels();
    expect(models.map(({ name }) => name)).toContain("TrueFusion 2.0");

    const ended = await client.predict({
      model: "truefusion-edge",
      input: { prompt: "a sea [mood:terminal,output-tiny]" },
    } as never);
    const { output } = await client.getPrediction(ended.id);
    const image = await fetch(String([output].flat()[0]));
    expect(image.headers.get("content-type")).toBe("image/png");

    const stuck = await client.predict({
      model: "truefusion-pro",
      input: { prompt: "a hill [mood:stuck]" },
    } as never);
    await client.cancelPrediction(stuck.id);
    expect(String((await client.getPrediction(stuck.id)).status)).toMatch(/^cancell?ed$/);
    await client.deletePrediction(stuck.id);
    await expect(client.getPrediction(stuck.id)).rejects.toMatchObject({ errorId: "PREDICTION_NOT_FOUND" });
  });

  it("reads the error codes", async () => {
    const client = createClient("sk-simulator", { baseUrl: simulator.url });
    const rejected = client.predict({
      model: "truefusion-pro",
      input: { prompt: "x [mood:refused]" },
    } as never);
    await expect(rejected).rejects.toMatchObject({ errorId: "CONTENT_POLICY_VIOLATION", httpStatus: 451 });
    const page = client.predict({
      model: "truefusion-pro",
      input: { prompt: "x [mood:create-html]" },
    } as never);
    await expect(page).rejects.toMatchObject({ errorId: "SERVER_ERROR", httpStatus: 502 });
  });

  it("is rejected with another key", async () => {
    const client = createClient("sk-other", { baseUrl: simulator.url });
    await expect(
      client.predict({ model: "truefusion-pro", input: { prompt: "x" } } as never),
    ).rejects.toThrow();
  });
});

describe("a webhook's signature", () => {
  it.each([
    ["the key", undefined, "sk-simulator"],
    ["the webhook secret, if set", "whsec-test", "whsec-test"],
  ])("is the lower-case hex HMAC-SHA256 of the raw body with %s", async (_, webhookSecret, key) => {
    const own = await startSimulator({ port: 0, speed: 100, webhookSecret });
    onTestFinished(own.close);
    await fetch(`${own.url}/predictions`, {
      method: "POST",
      headers: { "x-api-key": "sk-simulator", "content-type": "application/json" },
      body: JSON.stringify({
        model: "truefusion-pro",
        input: { prompt: "a sea [mood:webhook-held,output-tiny]" },
        webhook: { url: "http://127.0.0.1:9/", events: ["prediction.succeeded"] },
      }),
    });
    const response = await fetch(`${own.adminUrl}/webhooks/wait?event=prediction.succeeded`);
    const { webhooks } = (await response.json()) as { webhooks: { body: string; signature: string }[] };
    const [held] = webhooks;
    expect(held?.signature).toBe(
      createHmac("sha256", key)
        .update(held?.body ?? "")
        .digest("hex"),
    );
  });
});
